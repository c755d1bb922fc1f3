// Ogg (RFC 3533) with one stream of Vorbis or Opus (RFC 7845): the comment packet is replaced by
// an empty one, the pages are laced anew.

import { broken, has, joined, letters, viewOf } from './bytes.js';

const isFirst = 2;
const pagePayload = 255 * 255;

export const isOgg = (bytes) => has(bytes, 0, 'OggS');

/// Throws 'broken' for what is none, and for several streams at once.
export function cleanOgg(bytes) {
    const pages = pagesOf(bytes);
    const { serial } = pages[0];
    const isOne = pages.every((page, at) => page.serial === serial
        && ((page.flags & isFirst) !== 0) === (at === 0));
    if (!isOne) throw broken();
    const count = headerCount(pages[0].body);
    const { packets, next } = headerPackets(pages, count);
    packets[1] = emptyComment(count);
    const out = [page(0, isFirst, new Uint8Array(8), laces(packets[0].length), packets[0])];
    out.push(...headerPages(packets.slice(1)));
    for (const { flags, granule, table, body } of pages.slice(next)) {
        out.push(page(out.length, flags, granule, table, body));
    }
    const cleaned = joined(out);
    if (pagesOf(cleaned).length !== out.length) throw broken();
    return { type: 'audio/ogg', bytes: cleaned, removed: ['files.removed.tags'] };
}

/// How many packets come before the sound.
function headerCount(first) {
    if (has(first, 0, '\x01vorbis')) return 3;
    if (has(first, 0, 'OpusHead')) return 2;
    throw broken();
}

/// A comment packet that says nothing: no program's name, no comments.
function emptyComment(count) {
    return count === 3 ? joined([letters('\x03vorbis'), new Uint8Array(8), Uint8Array.of(1)])
        : joined([letters('OpusTags'), new Uint8Array(8)]);
}

/// All pages, their checksums tried. Throws 'broken'.
function pagesOf(bytes) {
    const view = viewOf(bytes);
    const pages = [];
    for (let at = 0; at < bytes.length;) {
        const isPage = has(bytes, at, 'OggS') && bytes[at + 4] === 0 && at + 27 <= bytes.length;
        if (!isPage) throw broken();
        const table = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
        const start = at + 27 + bytes[at + 26];
        const end = start + table.reduce((sum, one) => sum + one, 0);
        if (end > bytes.length) throw broken();
        if (view.getUint32(at + 22, true) !== checksum(bytes.subarray(at, end))) throw broken();
        pages.push({
            flags: bytes[at + 5], granule: bytes.subarray(at + 6, at + 14),
            serial: view.getUint32(at + 14, true), table, body: bytes.subarray(start, end),
        });
        at = end;
    }
    if (pages.length === 0) throw broken();
    return pages;
}

/// The first `count` packets, which must end with a page, and where the sound begins.
function headerPackets(pages, count) {
    const packets = [];
    let parts = [];
    for (const [number, { table, body }] of pages.entries()) {
        let at = 0;
        for (const [place, lace] of table.entries()) {
            parts.push(body.subarray(at, at + lace));
            at += lace;
            if (lace === 255) continue;
            packets.push(joined(parts));
            parts = [];
            if (packets.length < count) continue;
            if (place !== table.length - 1 || number === 0) throw broken();
            return { packets, next: number + 1 };
        }
        if (number === 0 && (packets.length !== 1 || parts.length > 0)) throw broken();
    }
    throw broken();
}

/// Packets on pages of their own, from the second page on.
function headerPages(packets) {
    const table = packets.flatMap((packet) => [...laces(packet.length)]);
    const body = joined(packets);
    const pages = [];
    for (let lace = 0, at = 0; lace < table.length; lace += 255) {
        const part = Uint8Array.from(table.slice(lace, lace + 255));
        const size = part.reduce((sum, one) => sum + one, 0);
        // A packet that began on the page before goes on here.
        const goesOn = lace > 0 && table[lace - 1] === 255 ? 1 : 0;
        // No packet ends here: then the page has no position.
        const ends = part.some((one) => one < 255);
        const granule = new Uint8Array(8).fill(ends ? 0 : 255);
        pages.push(page(1 + pages.length, goesOn, granule, part, body.subarray(at, at + size)));
        at += size;
    }
    return pages;
}

function laces(length) {
    const table = new Uint8Array(Math.floor(length / 255) + 1).fill(255);
    table[table.length - 1] = length % 255;
    return table;
}

/// A page of the one stream, whose number is always the same.
function page(number, flags, granule, table, body) {
    if (body.length > pagePayload) throw broken();
    const out = joined([letters('OggS'), Uint8Array.of(0, flags), granule, new Uint8Array(12),
        Uint8Array.of(table.length), table, body]);
    const view = viewOf(out);
    view.setUint32(14, 1, true);
    view.setUint32(18, number, true);
    view.setUint32(22, checksum(out), true);
    return out;
}

const crc = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte << 24;
    for (let bit = 0; bit < 8; bit += 1) rest = rest << 1 ^ (rest & 0x80000000 ? 0x04c11db7 : 0);
    return rest >>> 0;
});

/// Of a page, its own four bytes taken as zero.
function checksum(bytes) {
    let sum = 0;
    for (let at = 0; at < bytes.length; at += 1) {
        const byte = at >= 22 && at < 26 ? 0 : bytes[at];
        sum = (sum << 8 ^ crc[sum >>> 24 ^ byte]) >>> 0;
    }
    return sum;
}
