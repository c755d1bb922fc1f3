// Files beside what is written: cleaned when they are chosen, sealed when it is sent, and fetched
// again to be looked at. Source: protocol/26-files.md.

import { clean, CleanError } from './clean.js';
import { whenLeaving } from './exit.js';
import { fileBatch, insist, weeks } from './relay.js';
import { state } from './state.js';
import { visit } from './visit.js';

const chunkBytes = 65370;
const chunkEnvelope = 65536;
/// Bytes of all files in one case.
export const mostBytes = 16 * 1024 * 1024;
export const mostFiles = 16;
const batchChunks = 32; // 2 MiB
const monthClass = 3; // the ttl class of files: 30 days
const sizeClass = 7; // of their envelopes
// So many other files of the same length must be asked for by the very same requests, on average.
const leastAlike = 16;
// However many a relay claims to have: one that lies learns no more than by this.
const mostCounted = 2 ** 14;
const weekSeconds = 7 * 86400;

whenLeaving(() => { state.files = []; });

/// Cleans a file and adds it to `list`: { name, size, type, bytes, original, keepsOriginal, removed,
/// needsOriginal, warning }. The name is for this screen alone and never sent.
/// Throws a CleanError: 'tooLarge', 'tooMany', 'empty'.
export async function addFile(list, file) {
    if (list.length >= mostFiles) throw new CleanError('tooMany');
    if (file.size === 0) throw new CleanError('empty');
    const cleaned = await clean(file);
    const entry = { name: file.name, original: file, keepsOriginal: false, ...cleaned };
    entry.size = cleaned.needsOriginal ? file.size : cleaned.bytes.length;
    if (bytesOf([...list, entry]) > mostBytes) throw new CleanError('tooLarge');
    list.push(entry);
    return entry;
}

/// Bytes that a list of files will take of the case's 16 MiB.
export const bytesOf = (list) => list.reduce((sum, entry) => sum + entry.size
    + (entry.keepsOriginal ? entry.original.size : 0), 0);

/// What of these is sealed: cleaned files and those that can't be; and originals kept apart.
function plan(list) {
    const parts = [];
    for (const { bytes, type, original, keepsOriginal, needsOriginal } of list) {
        const source = needsOriginal ? original : new Blob([bytes]);
        parts.push({ source, type, role: needsOriginal ? 1 : 0, isApart: false });
        if (keepsOriginal) {
            parts.push({ source: original, type: plainType(original), role: 1, isApart: true });
        }
    }
    return parts;
}

const plainType = ({ type }) => type.toLowerCase().split(';')[0].trim()
    || 'application/octet-stream';

/// What their envelopes will claim, as moreBits takes it.
export const fileHead = () => ({
    ttlClass: monthClass, size: sizeClass, bits: state.community.workBase + monthClass,
    slot: state.clock.slot,
});

/// Seals files for a case, or for a new one where `number` is undefined, with so many bits of work
/// beyond the least. Never holds more of a file than a chunk beside what is sealed.
/// { parts, drafts }: `drafts` as the work takes them.
export async function sealFiles(list, number, moreBits = 0) {
    await visit.call('dropFiles');
    const parts = plan(list);
    const drafts = [];
    for (const part of parts) {
        const { file, chunks } = await visit.call('beginFile', {
            case: number, type: part.type, role: part.role, size: part.source.size,
            slot: state.clock.slot, moreBits,
        });
        Object.assign(part, { file, chunks });
        for (let at = 0; at < part.source.size; at += chunkBytes) {
            const piece = await part.source.slice(at, at + chunkBytes).arrayBuffer();
            const request = new Uint8Array(4 + piece.byteLength);
            new DataView(request.buffer).setUint32(0, file);
            request.set(new Uint8Array(piece), 4);
            drafts.push(await visit.call('sealChunk', request));
        }
    }
    return { parts, drafts };
}

/// Tells the program the work that was done, so that it can list the files; what `compose` is to
/// be asked with.
export async function finishFiles(parts, envelopes) {
    let at = 0;
    for (const { file, chunks } of parts) {
        const request = new Uint8Array(4 + 8 * chunks);
        new DataView(request.buffer).setUint32(0, file);
        for (let chunk = 0; chunk < chunks; chunk += 1, at += 1) {
            request.set(envelopes[at].subarray(56, 64), 4 + 8 * chunk);
        }
        await visit.call('finishFile', request);
    }
    const numbers = (isApart) => parts.filter((part) => part.isApart === isApart)
        .map(({ file }) => file);
    return { attach: numbers(false), keepApart: numbers(true) };
}

/// Chunks in random order, in batches that each have a handle of their own: { handle, envelopes }.
export function batches(envelopes) {
    const shuffled = envelopes.slice();
    for (let at = shuffled.length - 1; at > 0; at -= 1) {
        const other = randomBelow(at + 1);
        [shuffled[at], shuffled[other]] = [shuffled[other], shuffled[at]];
    }
    const all = [];
    for (let at = 0; at < shuffled.length; at += batchChunks) {
        all.push({
            handle: crypto.getRandomValues(new Uint8Array(16)),
            envelopes: shuffled.slice(at, at + batchChunks),
        });
    }
    return all;
}

/// Even, whatever the number.
function randomBelow(end) {
    const whole = 2 ** 32 - 2 ** 32 % end;
    for (;;) {
        const [word] = crypto.getRandomValues(new Uint32Array(1));
        if (word < whole) return word % end;
    }
}

/// Whether work for files takes so long here that the person is told before choosing any.
export const slowWithFiles = () => state.hasWebAssembly === false;

/// Seconds that the work for a list of files takes on average without WebAssembly, where a thread
/// tries some ten thousand times a second (tools/measure-browser).
export function secondsFor(list) {
    const chunks = plan(list).reduce(
        (sum, { source }) => sum + Math.ceil(source.size / chunkBytes), 0);
    const threads = Math.min(4, navigator.hardwareConcurrency || 2);
    return chunks * 2 ** (state.community.workBase + monthClass) / (1e4 * threads);
}

// MARK: Reading

/// Fetches a file of a case, opens and checks it: a Blob of its type. Whole partitions are
/// fetched, of a file of more than a few chunks all of its week, so that the relay can't tell which
/// envelopes belong together. `onProgress` hears 0 to 1. Throws 'missing' while chunks are not there,
/// 'fileDamaged', or what the relay refuses.
export async function fetchFile(number, { id, type }, options = {}) {
    const { file, chunks } = await visit.call('openFile', { case: number, id });
    const found = await envelopesOf(chunks, options);
    const pieces = [];
    for (const chunk of chunks) {
        const envelope = found.get(binary(chunk.head));
        if (!envelope) throw coded('missing');
        const request = new Uint8Array(4 + envelope.length);
        new DataView(request.buffer).setUint32(0, file);
        request.set(envelope, 4);
        pieces.push(await visit.call('openChunk', request));
    }
    await visit.call('closeFile', { file });
    return new Blob(pieces, { type });
}

/// The wanted envelopes by their heads, out of the partitions that they may be in.
async function envelopesOf(chunks, { onProgress = () => {}, signal, hear }) {
    const week = weekOf(chunks);
    const patience = { signal, hear };
    const counted = await insist(() => weeks(state.communityID), patience);
    const files = counted.find((one) => one.week === week)?.files;
    const bits = bitsFor(files, chunks.length);
    const wanted = new Map();
    for (const { id, head } of chunks) {
        const prefix = prefixOf(id, bits);
        wanted.set(prefix, (wanted.get(prefix) ?? new Set()).add(binary(head)));
    }
    const found = new Map();
    const all = Math.max(1, files * chunkEnvelope * wanted.size / 2 ** bits) || 1;
    let read = 0;
    // In an order that tells nothing of the file's.
    for (const [prefix, heads] of [...wanted].sort(([one], [other]) => one - other)) {
        for (let after; ;) {
            signal?.throwIfAborted();
            const from = after;
            const part = `${week}/${bits}/${prefix}`;
            const batch = await insist(() => fileBatch(state.communityID, part, from), patience);
            pick(batch.bytes, heads, found);
            read += batch.bytes.length;
            onProgress(Math.min(1, read / all));
            if (!batch.isMore) break;
            after = batch.last;
        }
    }
    return found;
}

/// The week that all chunks of a file are of, one whose files may still be there. An index that says
/// otherwise could only serve to tell its reader from others.
function weekOf(chunks) {
    const { week } = chunks[0];
    if (chunks.some((one) => one.week !== week)) throw coded('fileDamaged');
    const weeksAgo = Math.floor(state.clock.now / weekSeconds) - week;
    if (weeksAgo < -1 || weeksAgo > 5) throw coded('missing');
    return week;
}

/// How many leading bits of the ids part a week with so many chunks in all. The more chunks a file
/// has, the fewer: partitions single it out together.
function bitsFor(files, chunks) {
    const there = Number.isSafeInteger(files) ? Math.min(files, mostCounted) : 0;
    const least = leastAlike * chunks;
    return there < least ? 0 : Math.floor(Math.log2(there / least) / chunks);
}

const coded = (code) => Object.assign(new Error(code), { code });

/// Bytes in base64url as a text of one letter a byte.
const binary = (text) => atob(text.replaceAll('-', '+').replaceAll('_', '/'));

/// The number that an id's first bits make.
function prefixOf(id, bits) {
    if (bits === 0) return 0;
    const head = binary(id.slice(0, 4));
    const word = head.charCodeAt(0) * 65536 + head.charCodeAt(1) * 256 + head.charCodeAt(2);
    return word >>> 24 - bits;
}

/// Keeps of a batch the envelopes whose first 56 bytes are wanted.
function pick(bytes, heads, found) {
    for (let at = 0; at + 64 <= bytes.length;) {
        const size = 512 << (bytes[at + 2] & 15);
        const head = String.fromCharCode(...bytes.subarray(at, at + 56));
        if (heads.has(head)) found.set(head, bytes.slice(at, at + size));
        at += size;
    }
}
