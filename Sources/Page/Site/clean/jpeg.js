// JPEG as a list of segments (ITU-T T.81 annex B).

import { broken, has, joined, viewOf } from './bytes.js';

const start = 0xd8;
const end = 0xd9;
const scan = 0xda;
const comment = 0xfe;
const jfif = 0xe0;
// Of a JFIF segment only this much is kept: behind it may stand a small picture.
const jfifBytes = 18;

/// { parts: [{ marker, start, end }], end } of a whole file; a scan's part goes on to the next
/// marker. Throws 'broken'. Reads each byte once.
function segments(bytes) {
    const view = viewOf(bytes);
    if (!has(bytes, 0, '\xff\xd8')) throw broken();
    const parts = [];
    for (let at = 2; ;) {
        if (bytes[at] !== 0xff) throw broken();
        while (bytes[at + 1] === 0xff) at += 1;
        const marker = bytes[at + 1];
        if (marker === end) return { parts, end: at + 2 };
        if (marker === undefined || marker === 0 || marker === start) throw broken();
        const isBare = marker === 1 || (marker >= 0xd0 && marker <= 0xd7);
        let next = at + 2;
        if (!isBare) {
            if (next + 2 > bytes.length) throw broken();
            const length = view.getUint16(next);
            if (length < 2 || next + length > bytes.length) throw broken();
            next += length;
        }
        if (marker === scan) next = scanEnd(bytes, next);
        parts.push({ marker, start: at, end: next });
        at = next;
    }
}

/// Where the coded picture ends: at a marker other than a stuffed zero or a restart.
function scanEnd(bytes, from) {
    let at = from;
    for (;;) {
        at = bytes.indexOf(0xff, at);
        if (at < 0 || at + 1 >= bytes.length) throw broken();
        const next = bytes[at + 1];
        if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
        at += next === 0xff ? 1 : 2;
    }
}

const isApplication = (marker) => marker >= 0xe0 && marker <= 0xef;

/// The file with nothing but the picture: browsers too write notes of their own beside it.
/// Throws 'broken' if anything else is left.
export function onlyJPEG(bytes) {
    const { parts } = segments(bytes);
    const kept = [bytes.subarray(0, 2)];
    for (const part of parts) {
        if (part.marker === jfif && has(bytes, part.start + 4, 'JFIF\0')) {
            const header = bytes.slice(part.start, part.start + jfifBytes);
            header.set([0, jfifBytes - 2], 2);
            header.set([0, 0], jfifBytes - 2);
            kept.push(header);
        } else if (!isApplication(part.marker) && part.marker !== comment) {
            kept.push(bytes.subarray(part.start, part.end));
        }
    }
    kept.push(Uint8Array.of(0xff, end));
    const out = joined(kept);
    check(out);
    return out;
}

/// Looks through what is about to be sealed as a stranger would.
function check(bytes) {
    const whole = segments(bytes);
    if (whole.end !== bytes.length) throw broken();
    for (const { marker, start: at, end: to } of whole.parts) {
        const isHeader = marker === jfif && to - at === jfifBytes;
        if (marker === comment || (isApplication(marker) && !isHeader)) throw broken();
    }
}

/// What a photo says beside the picture: { size, found }, as keys of words. A file that breaks
/// the rules is looked at as far as it keeps them.
export function jpegFindings(bytes) {
    const found = new Set();
    const view = viewOf(bytes);
    let size = null;
    for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
        const marker = bytes[at + 1];
        const length = view.getUint16(at + 2);
        if (marker === scan || length < 2) break;
        const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
        if (isFrame) size = [view.getUint16(at + 7), view.getUint16(at + 5)];
        if (marker === comment) found.add('files.removed.text');
        if (marker === 0xe1 && has(bytes, at + 4, 'Exif\0\0')) {
            found.add('files.removed.camera');
            const tiff = bytes.subarray(at + 10, at + 2 + length);
            if (hasPlace(tiff)) found.add('files.removed.place');
        } else if (marker === 0xe1 || marker === 0xed) found.add('files.removed.text');
        at += 2 + length;
    }
    return { size, found: [...found] };
}

/// Whether the first directory of EXIF data (TIFF 6.0) points to one with a place.
function hasPlace(tiff) {
    const isLittle = has(tiff, 0, 'II');
    const view = viewOf(tiff);
    if (tiff.length < 8) return false;
    const at = view.getUint32(4, isLittle);
    if (at + 2 > tiff.length) return false;
    const count = Math.min(view.getUint16(at, isLittle), 1000);
    for (let entry = at + 2; entry < at + 2 + 12 * count; entry += 12) {
        if (entry + 12 > tiff.length) return false;
        if (view.getUint16(entry, isLittle) === 0x8825) return true;
    }
    return false;
}
