// PNG as a list of chunks (W3C PNG, third edition).

import { broken, has, joined, viewOf } from './bytes.js';

const signature = '\x89PNG\r\n\x1a\n';
// What draws the picture; all else is notes beside it.
const kept = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];

/// [{ name, start, end }] up to the end chunk. Throws 'broken'.
function chunks(bytes) {
    if (!has(bytes, 0, signature)) throw broken();
    const view = viewOf(bytes);
    const parts = [];
    for (let at = 8; ;) {
        if (at + 12 > bytes.length) throw broken();
        const end = at + 12 + view.getUint32(at);
        if (end > bytes.length) throw broken();
        const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
        parts.push({ name, start: at, end });
        if (name === 'IEND') return parts;
        at = end;
    }
}

/// The file with nothing but the picture.
export function onlyPNG(bytes) {
    const parts = chunks(bytes).filter(({ name }) => kept.includes(name));
    const out = joined([bytes.subarray(0, 8),
        ...parts.map(({ start, end }) => bytes.subarray(start, end))]);
    const left = chunks(out);
    const isWhole = left.at(-1).end === out.length && left[0].name === 'IHDR';
    if (!isWhole || left.some(({ name }) => !kept.includes(name))) throw broken();
    return out;
}

/// What a picture says beside itself, as keys of words.
export function pngFindings(bytes) {
    const found = new Set();
    const view = viewOf(bytes);
    for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
        if (['tEXt', 'zTXt', 'iTXt'].some((name) => has(bytes, at + 4, name))) {
            found.add('files.removed.text');
        }
        if (has(bytes, at + 4, 'eXIf')) found.add('files.removed.camera');
        if (has(bytes, at + 4, 'tIME')) found.add('files.removed.time');
    }
    return [...found];
}
