// Takes out of a file what says where, when, by whom and with what it was made, before it is
// sealed. A photo is drawn anew, so that nothing of the old file is left but what is seen; a
// recording loses its tags. What can't be cleaned is only ever sent as it is, with a warning.

import { cleanImage, isImage } from './clean/image.js';
import { cleanMP3, isMP3 } from './clean/mp3.js';
import { cleanMP4, isAudioMP4 } from './clean/mp4.js';
import { cleanOgg, isOgg } from './clean/ogg.js';

/// Bytes that are read of one file; what is cleaned becomes smaller, photos much.
export const mostRead = 64 * 1024 * 1024;

/// Why a file can't be cleaned: `code` is 'broken', 'tooLarge' or 'unknown'.
export class CleanError extends Error {
    constructor(code) {
        super(code);
        this.code = code;
    }
}

/// The cleaned file: { bytes, type, removed, needsOriginal, warning }. `removed` are keys of words
/// for what was found and taken out. Where a file can't be cleaned, `bytes` is null,
/// `needsOriginal` true and `warning` the key of what to say; `type` is the original's.
/// Throws a CleanError 'tooLarge' for a file that is not even looked at.
export async function clean(file) {
    if (file.size > mostRead) throw new CleanError('tooLarge');
    const bytes = new Uint8Array(await file.arrayBuffer());
    const type = typeOf(bytes, file.type);
    try {
        const cleaned = await cleanedOf(bytes);
        if (cleaned) return { needsOriginal: false, warning: null, ...cleaned };
    } catch (problem) {
        // A defect of ours must not pass for a defect of the file.
        if (!(problem instanceof CleanError) && !isOfBytes(problem)) throw problem;
        return original(type, 'files.warning.broken');
    }
    return original(type, 'files.warning.original');
}

const original = (type, warning) => ({
    bytes: null, type, removed: [], needsOriginal: true, warning,
});

/// Reading past the end of a file that claims more than it has.
const isOfBytes = (problem) => problem instanceof RangeError;

async function cleanedOf(bytes) {
    if (isImage(bytes)) return cleanImage(bytes);
    if (isOgg(bytes)) return cleanOgg(bytes);
    if (isAudioMP4(bytes)) return cleanMP4(bytes);
    if (isMP3(bytes)) return cleanMP3(bytes);
    return null;
}

// By their first bytes; the browser's word for the rest, if it has the right form.
const starts = [
    ['application/pdf', '%PDF-'], ['image/jpeg', '\xff\xd8\xff'], ['image/png', '\x89PNG'],
    ['image/gif', 'GIF8'], ['audio/ogg', 'OggS'], ['audio/mpeg', 'ID3'],
];

function typeOf(bytes, told) {
    for (const [type, start] of starts) {
        if ([...start].every((letter, at) => bytes[at] === letter.charCodeAt(0))) return type;
    }
    const plain = String(told).toLowerCase().split(';')[0].trim();
    const isType = plain.length <= 64 && /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/u
        .test(plain);
    return isType ? plain : 'application/octet-stream';
}
