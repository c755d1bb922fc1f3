// M4A and other sound in boxes (ISO/IEC 14496-12): the boxes that play the sound are kept, in a
// file made anew; names, notes, dates and all else are not.

import { broken, has, joined, letters, viewOf } from './bytes.js';

const mostBoxes = 4096;
const mostChunks = 1 << 20;
const mostSamples = 1 << 22;
// Which boxes are kept where. A box with a list is looked into.
const inTrack = {
    tkhd: 0, edts: { elst: 0 },
    mdia: {
        mdhd: 0, hdlr: 0,
        minf: { smhd: 0, dinf: { dref: 0 }, stbl: {
            stsd: 0, stts: 0, ctts: 0, stsc: 0, stsz: 0, stco: 0, co64: 0 } },
    },
};
const brands = ['M4A ', 'M4B ', 'mp41', 'mp42', 'isom', 'iso2', 'iso5', 'iso6', 'dash', '3gp4',
    '3gp5', '3gp6', 'MSNV', 'qt  '];

/// Whether the boxes are of a kind that may hold sound alone.
export function isAudioMP4(bytes) {
    return has(bytes, 4, 'ftyp') && brands.some((brand) => has(bytes, 8, brand));
}

/// Null for a film and for what is in fragments; throws 'broken' for what breaks the rules.
export function cleanMP4(bytes) {
    const budget = { left: mostBoxes };
    const all = boxes(bytes, 0, bytes.length, budget);
    if (all.some(({ name }) => name === 'moof')) return null;
    const film = only(all, 'moov');
    const parts = boxes(bytes, film.body, film.end, budget);
    const header = cleanDates(copy(bytes, only(parts, 'mvhd')));
    const tracks = parts.filter(({ name }) => name === 'trak')
        .map((box) => track(bytes, box, budget));
    if (tracks.some(({ kind }) => kind === 'vide')) return null;
    const sounds = tracks.filter(({ kind }) => kind === 'soun');
    if (sounds.length === 0) throw broken();
    const type = copy(bytes, only(all, 'ftyp'));
    // First with places of no meaning, to know how long it is; then with those that are right.
    const film0 = box('moov', [header, ...sounds.map(({ make }) => make(0))]);
    let place = type.length + film0.length + 8;
    const made = sounds.map(({ make, sound }) => {
        const own = make(place);
        place += sound.length;
        return own;
    });
    const out = joined([type, box('moov', [header, ...made]),
        box('mdat', sounds.map(({ sound }) => sound))]);
    if (out.length !== place) throw broken();
    return { type: 'audio/mp4', bytes: out, removed: ['files.removed.tags', 'files.removed.time'] };
}

// MARK: Boxes

/// [{ name, start, body, end }] that fill the span exactly. Throws 'broken'.
function boxes(bytes, from, to, budget) {
    const view = viewOf(bytes);
    const found = [];
    for (let at = from; at < to;) {
        budget.left -= 1;
        if (budget.left < 0 || at + 8 > to) throw broken();
        let size = view.getUint32(at);
        let body = at + 8;
        if (size === 1) {
            if (at + 16 > to || view.getUint32(at + 8) !== 0) throw broken();
            size = view.getUint32(at + 12);
            body = at + 16;
        } else if (size === 0) size = to - at;
        if (at + size > to || at + size < body) throw broken();
        const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
        found.push({ name, start: at, body, end: at + size });
        at += size;
    }
    return found;
}

function only(list, name) {
    const found = list.filter((one) => one.name === name);
    if (found.length !== 1) throw broken();
    return found[0];
}

const content = (bytes, { body, end }) => bytes.slice(body, end);

function box(name, parts) {
    const body = joined(parts);
    const out = joined([new Uint8Array(4), letters(name), body]);
    viewOf(out).setUint32(0, out.length);
    return out;
}

const copy = (bytes, one) => box(one.name, [content(bytes, one)]);

/// Dates of making and changing become zero, the language none (mvhd, tkhd, mdhd).
function cleanDates(made) {
    const isLong = made[8] === 1;
    made.fill(0, 12, isLong ? 28 : 20);
    if (has(made, 4, 'mdhd')) viewOf(made).setUint16(isLong ? 40 : 28, 0x55c4);
    return made;
}

// MARK: A track

/// { kind, sound, make }: `make` gives the track's box once the place of its sound is known.
function track(bytes, whole, budget) {
    const down = (list, name) => boxes(bytes, only(list, name).body, only(list, name).end, budget);
    const media = down(boxes(bytes, whole.body, whole.end, budget), 'mdia');
    const handler = only(media, 'hdlr');
    if (handler.end - handler.body < 12) throw broken();
    const kind = String.fromCharCode(...bytes.subarray(handler.body + 8, handler.body + 12));
    if (kind !== 'soun') return { kind };
    const table = down(down(media, 'minf'), 'stbl');
    const spans = chunkSpans(bytes, table);
    const sound = joined(spans.map(({ at, length }) => bytes.subarray(at, at + length)));
    const make = (place) => rebuilt(bytes, whole, inTrack, budget, places(spans, place));
    return { kind, sound, make };
}

/// Where each chunk of sound lies, from the tables of samples.
function chunkSpans(bytes, table) {
    const starts = chunkStarts(bytes, table);
    const runs = chunkRuns(bytes, only(table, 'stsc'));
    const sizes = sampleSizes(bytes, only(table, 'stsz'));
    const spans = [];
    let sample = 0;
    let run = 0;
    for (const [number, at] of starts.entries()) {
        if (run + 1 < runs.length && runs[run + 1].first === number + 1) run += 1;
        let length = 0;
        for (let left = runs[run].samples; left > 0; left -= 1) length += sizes(sample++);
        if (at + length > bytes.length) throw broken();
        spans.push({ at, length });
    }
    // Chunks that lie on each other could make a small file endless.
    if (spans.reduce((sum, { length }) => sum + length, 0) > bytes.length) throw broken();
    return spans;
}

/// Count and values of a table with a version before it; the file must hold them all.
function rows(bytes, one, head, width) {
    const view = viewOf(content(bytes, one));
    const count = view.getUint32(head - 4);
    if (count > mostChunks || head + count * width > view.byteLength) throw broken();
    return { view, count };
}

function chunkStarts(bytes, table) {
    const isLong = table.some(({ name }) => name === 'co64');
    const { view, count } = rows(bytes, only(table, isLong ? 'co64' : 'stco'), 8, isLong ? 8 : 4);
    return Array.from({ length: count }, (_, at) => {
        if (!isLong) return view.getUint32(8 + 4 * at);
        if (view.getUint32(8 + 8 * at) !== 0) throw broken();
        return view.getUint32(12 + 8 * at);
    });
}

function chunkRuns(bytes, one) {
    const { view, count } = rows(bytes, one, 8, 12);
    const runs = Array.from({ length: count }, (_, at) => ({
        first: view.getUint32(8 + 12 * at), samples: view.getUint32(12 + 12 * at),
    }));
    const isRising = runs.every(({ first }, at) => first > (at > 0 ? runs[at - 1].first : 0));
    if (runs.length === 0 || runs[0].first !== 1 || !isRising) throw broken();
    return runs;
}

/// A function that gives the bytes of a sample; throws beyond the last.
function sampleSizes(bytes, one) {
    const view = viewOf(content(bytes, one));
    const same = view.getUint32(4);
    const count = view.getUint32(8);
    if (count > mostSamples || (same === 0 && 12 + count * 4 > view.byteLength)) throw broken();
    return (sample) => {
        if (sample >= count) throw broken();
        return same || view.getUint32(12 + 4 * sample);
    };
}

/// The table of places for chunks that follow each other from `place` on.
function places(spans, place) {
    const out = new Uint8Array(8 + 4 * spans.length);
    const view = viewOf(out);
    view.setUint32(4, spans.length);
    let at = place;
    for (const [number, { length }] of spans.entries()) {
        view.setUint32(8 + 4 * number, at);
        at += length;
    }
    return out;
}

/// A box with those of its parts that are wanted, its places of chunks put in.
function rebuilt(bytes, one, wanted, budget, stco) {
    const kept = [];
    for (const part of boxes(bytes, one.body, one.end, budget)) {
        const { name } = part;
        if (!Object.hasOwn(wanted, name)) continue;
        if (wanted[name] !== 0) kept.push(rebuilt(bytes, part, wanted[name], budget, stco));
        else if (name === 'stco' || name === 'co64') kept.push(box('stco', [stco]));
        else if (name === 'hdlr') kept.push(handler());
        else if (name === 'dref') kept.push(references());
        else if (name === 'stsd') kept.push(description(bytes, part));
        else if (name === 'tkhd' || name === 'mdhd') kept.push(cleanDates(copy(bytes, part)));
        else kept.push(copy(bytes, part));
    }
    return box(one.name, kept);
}

/// Says that it is sound, and not whose program wrote it.
const handler = () => box('hdlr', [new Uint8Array(8), letters('soun'), new Uint8Array(13)]);

/// The sound lies in the same file, and nowhere else.
const references = () => box('dref',
    [Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), box('url ', [Uint8Array.of(0, 0, 0, 1)])]);

/// Descriptions of the sound: of each its numbers and what its decoder needs.
function description(bytes, one) {
    const { view, count } = rows(bytes, one, 8, 8);
    const budget = { left: mostBoxes };
    const entries = boxes(bytes, one.body + 8, one.end, budget);
    if (entries.length !== count) throw broken();
    const head = new Uint8Array(8);
    viewOf(head).setUint32(4, view.getUint32(4));
    const needed = ['esds', 'alac', 'dOps', 'dfLa', 'dac3', 'dec3'];
    return box('stsd', [head, ...entries.map((entry) => {
        const numbers = bytes.slice(entry.body, entry.body + 28);
        if (numbers.length !== 28 || viewOf(numbers).getUint16(8) !== 0) throw broken();
        // Reserved, and the maker's name in QuickTime.
        numbers.fill(0, 8, 16);
        const inner = boxes(bytes, entry.body + 28, entry.end, budget)
            .filter(({ name }) => needed.includes(name));
        return box(entry.name, [numbers, ...inner.map((part) => copy(bytes, part))]);
    })]);
}
