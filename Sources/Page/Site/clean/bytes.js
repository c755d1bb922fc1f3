// Reading and joining bytes that may be anything.

import { CleanError } from '../clean.js';

export const broken = () => new CleanError('broken');

export const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/// Whether `bytes` have these ASCII letters at `at`.
export function has(bytes, at, letters) {
    if (at < 0 || at + letters.length > bytes.length) return false;
    for (let index = 0; index < letters.length; index += 1) {
        if (bytes[at + index] !== letters.charCodeAt(index)) return false;
    }
    return true;
}

export function joined(parts) {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        out.set(part, at);
        at += part.length;
    }
    return out;
}

export const letters = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
