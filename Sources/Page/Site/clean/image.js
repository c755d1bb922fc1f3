// Photos and pictures: decoded by the browser, drawn on a canvas, encoded anew, and the result
// looked through for anything but the picture.

import { broken, has, viewOf } from './bytes.js';
import { jpegFindings, onlyJPEG } from './jpeg.js';
import { onlyPNG, pngFindings } from './png.js';

const longestSide = 2560; // pixels
const quality = 0.85;
// What the browser is asked to decode: a small file may claim to be a picture of any size.
const mostSide = 20000;
const mostPixels = 120e6;
// Drawings and screenshots with few colours stay sharper, and smaller, as PNG.
const flatPixels = 1e6;
const flatColours = 256;

/// Kinds that browsers decode. HEIC is not among them.
export function isImage(bytes) {
    return has(bytes, 0, '\xff\xd8\xff') || has(bytes, 0, '\x89PNG\r\n\x1a\n')
        || has(bytes, 0, 'GIF87a') || has(bytes, 0, 'GIF89a') || has(bytes, 0, 'BM')
        || isWebP(bytes) || isAVIF(bytes);
}

const isWebP = (bytes) => has(bytes, 0, 'RIFF') && has(bytes, 8, 'WEBP');

function isAVIF(bytes) {
    return has(bytes, 4, 'ftyp') && (has(bytes, 8, 'avif') || has(bytes, 8, 'avis'));
}

/// Throws 'broken' for what the browser can't decode.
export async function cleanImage(bytes) {
    const size = sizeOf(bytes);
    if (size && (Math.max(...size) > mostSide || size[0] * size[1] > mostPixels)) throw broken();
    const removed = findings(bytes);
    const picture = await decoded(bytes);
    try {
        const scale = Math.min(1, longestSide / Math.max(picture.width, picture.height));
        const width = Math.max(1, Math.round(picture.width * scale));
        const height = Math.max(1, Math.round(picture.height * scale));
        const canvas = document.createElement('canvas');
        Object.assign(canvas, { width, height });
        const pen = canvas.getContext('2d', { willReadFrequently: width * height <= flatPixels });
        if (!pen) throw broken();
        pen.imageSmoothingQuality = 'high';
        pen.drawImage(picture, 0, 0, width, height);
        if (isLossless(bytes) && isFlat(pen, width, height)) {
            const made = await encoded(canvas, 'image/png');
            return { type: 'image/png', bytes: onlyPNG(made), removed };
        }
        // JPEG has no transparency: what is behind the picture becomes white, not black.
        pen.globalCompositeOperation = 'destination-over';
        pen.fillStyle = '#fff';
        pen.fillRect(0, 0, width, height);
        const made = await encoded(canvas, 'image/jpeg');
        return { type: 'image/jpeg', bytes: onlyJPEG(made), removed };
    } finally {
        picture.close();
    }
}

async function decoded(bytes) {
    try {
        return await createImageBitmap(new Blob([bytes]), { imageOrientation: 'from-image' });
    } catch {
        throw broken();
    }
}

/// The canvas as a file of this type; some browsers give another type than asked for.
function encoded(canvas, type) {
    return new Promise((resolve, reject) => {
        canvas.toBlob(async (blob) => {
            if (blob?.type !== type) {
                reject(broken());
                return;
            }
            resolve(new Uint8Array(await blob.arrayBuffer()));
        }, type, quality);
    });
}

const isLossless = (bytes) => has(bytes, 0, '\x89PNG') || has(bytes, 0, 'GIF8')
    || has(bytes, 0, 'BM') || has(bytes, 12, 'VP8L');

/// Whether a small picture has few colours.
function isFlat(pen, width, height) {
    if (width * height > flatPixels) return false;
    const { data } = pen.getImageData(0, 0, width, height);
    const pixels = new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
    const colours = new Set();
    for (const pixel of pixels) {
        colours.add(pixel);
        if (colours.size > flatColours) return false;
    }
    return true;
}

/// Width and height as the file claims them; null where that is left to the browser.
function sizeOf(bytes) {
    const view = viewOf(bytes);
    if (has(bytes, 0, '\x89PNG')) return [view.getUint32(16), view.getUint32(20)];
    if (has(bytes, 0, 'GIF8')) return [view.getUint16(6, true), view.getUint16(8, true)];
    if (has(bytes, 0, 'BM')) {
        return [Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true))];
    }
    if (has(bytes, 0, '\xff\xd8')) return jpegFindings(bytes).size;
    if (has(bytes, 12, 'VP8X')) {
        const three = (at) => bytes[at] + 256 * bytes[at + 1] + 65536 * bytes[at + 2] + 1;
        return [three(24), three(27)];
    }
    return null;
}

/// What the file said beside the picture, as keys of words.
function findings(bytes) {
    let found = [];
    if (has(bytes, 0, '\xff\xd8')) ({ found } = jpegFindings(bytes));
    else if (has(bytes, 0, '\x89PNG')) found = pngFindings(bytes);
    else if (isWebP(bytes)) found = webPFindings(bytes);
    return ['files.removed.drawn', ...found];
}

function webPFindings(bytes) {
    const view = viewOf(bytes);
    const found = [];
    for (let at = 12; at + 8 <= bytes.length;) {
        const size = view.getUint32(at + 4, true);
        if (has(bytes, at, 'EXIF')) found.push('files.removed.camera');
        if (has(bytes, at, 'XMP ')) found.push('files.removed.text');
        at += 8 + size + size % 2;
    }
    return [...new Set(found)];
}
