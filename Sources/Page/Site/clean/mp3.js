// MP3: a row of frames (ISO/IEC 11172-3, 13818-3) with tags before, after and between. Only the
// frames are kept.

import { broken, has, joined, viewOf } from './bytes.js';

const mostTags = 16;
const leastFrames = 3;
// kbit/s of MPEG-1 and of MPEG-2 and 2.5, by layer.
const rates = {
    1: { 1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320] },
    2: { 1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        3: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160] },
};
const frequencies = [44100, 48000, 32000];

/// Whether it begins with a tag or with two frames.
export function isMP3(bytes) {
    if (has(bytes, 0, 'ID3')) return true;
    const first = frameAt(bytes, 0);
    return first !== null && frameAt(bytes, first.length) !== null;
}

/// The frames alone. Throws 'broken' if hardly any are found.
export function cleanMP3(bytes) {
    const begin = skipTags(bytes);
    const end = endOfSound(bytes, begin);
    const { frames, lost } = framesFrom(bytes.subarray(0, end), begin);
    if (frames.length < leastFrames) throw broken();
    const kept = frames.map(({ at, length }) => bytes.subarray(at, at + length));
    kept[0] = withoutEncoder(kept[0].slice(), frames[0]);
    const hasTags = begin > 0 || lost > 0 || end < bytes.length;
    return { type: 'audio/mpeg', bytes: joined(kept),
        removed: hasTags ? ['files.removed.tags'] : [] };
}

/// Where the tags at the front end: ID3v2 any number of times, and APEv2.
function skipTags(bytes) {
    const view = viewOf(bytes);
    let at = 0;
    for (let tags = 0; tags < mostTags; tags += 1) {
        if (has(bytes, at, 'ID3')) {
            if (at + 10 > bytes.length) throw broken();
            const [a, b, c, d] = bytes.subarray(at + 6, at + 10);
            if ((a | b | c | d) & 0x80) throw broken();
            const footer = bytes[at + 5] & 0x10 ? 10 : 0;
            at += 10 + (a << 21 | b << 14 | c << 7 | d) + footer;
        } else if (has(bytes, at, 'APETAGEX') && at + 32 <= bytes.length) {
            at += 32 + view.getUint32(at + 12, true);
        } else break;
        if (at > bytes.length) throw broken();
    }
    return at;
}

/// Where the tags at the end begin: ID3v1, also enhanced, APEv2, Lyrics3, ID3v2 with a footer.
function endOfSound(bytes, begin) {
    const view = viewOf(bytes);
    const digits = (from, count) => Number(String.fromCharCode(
        ...bytes.subarray(from, from + count)));
    let end = bytes.length;
    for (let tags = 0; tags < mostTags; tags += 1) {
        let size = 0;
        if (has(bytes, end - 128, 'TAG')) size = has(bytes, end - 355, 'TAG+') ? 355 : 128;
        else if (has(bytes, end - 32, 'APETAGEX')) {
            const hasHeader = view.getUint8(end - 32 + 23) & 0x80;
            size = view.getUint32(end - 32 + 12, true) + (hasHeader ? 32 : 0);
        } else if (has(bytes, end - 9, 'LYRICS200')) size = digits(end - 15, 6) + 15;
        else if (has(bytes, end - 9, 'LYRICSEND')) {
            for (let at = end - 9; at >= Math.max(begin, end - 5200) && size === 0; at -= 1) {
                if (has(bytes, at, 'LYRICSBEGIN')) size = end - at;
            }
        } else if (has(bytes, end - 10, '3DI')) {
            const [a, b, c, d] = bytes.subarray(end - 4, end);
            size = 20 + (a << 21 | b << 14 | c << 7 | d);
        }
        if (!(size > 0)) return end;
        end -= size;
        if (end < begin) throw broken();
    }
    return end;
}

/// All frames from `begin` on, and how many bytes between and behind them are none. A frame
/// counts if another follows, or the file ends or a tag begins behind it: tags hold anything, also
/// what looks like a frame.
function framesFrom(bytes, begin) {
    const frames = [];
    let lost = 0;
    for (let at = begin; at + 4 <= bytes.length;) {
        const tag = tagAt(bytes, at);
        if (tag > 0) {
            lost += tag;
            at += tag;
            continue;
        }
        const frame = frameAt(bytes, at);
        const isFrame = frame && at + frame.length <= bytes.length
            && (isEnd(bytes, at + frame.length) || fits(frame, frameAt(bytes, at + frame.length)));
        if (isFrame) {
            frames.push({ at, ...frame });
            at += frame.length;
            continue;
        }
        const next = bytes.indexOf(0xff, at + 1);
        lost += (next < 0 ? bytes.length : next) - at;
        if (next < 0) break;
        at = next;
    }
    return { frames, lost };
}

/// Frames of one recording have one version, layer and frequency.
const fits = (one, other) => other !== null && one.kind === other.kind;

const isEnd = (bytes, at) => at >= bytes.length - 4 || tagAt(bytes, at) > 0;

/// Bytes of the tag that begins here, to the next one or to the end; 0 for none.
function tagAt(bytes, at) {
    const rest = bytes.length - at;
    if (has(bytes, at, 'ID3') && rest >= 10) {
        const [a, b, c, d] = bytes.subarray(at + 6, at + 10);
        if ((a | b | c | d) & 0x80) return 0;
        return Math.min(rest, 10 + (a << 21 | b << 14 | c << 7 | d)
            + (bytes[at + 5] & 0x10 ? 10 : 0));
    }
    if (has(bytes, at, 'APETAGEX') && rest >= 32) {
        const isHeader = bytes[at + 23] & 0x20;
        return Math.min(rest, 32 + (isHeader ? viewOf(bytes).getUint32(at + 12, true) : 0));
    }
    if (has(bytes, at, 'LYRICSBEGIN')) return rest;
    if (has(bytes, at, 'TAG+') && rest >= 227) return 227;
    if (has(bytes, at, 'TAG')) return Math.min(rest, 128);
    return 0;
}

/// { length, kind, side } of a frame header; null for none. `side` is where its first values
/// stand.
function frameAt(bytes, at) {
    if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return null;
    const [, second, third, fourth] = bytes.subarray(at, at + 4);
    const version = [2.5, null, 2, 1][second >> 3 & 3];
    const layer = [null, 3, 2, 1][second >> 1 & 3];
    const rate = version && layer
        && rates[version === 1 ? 1 : 2][layer][(third >> 4) - 1];
    const base = frequencies[third >> 2 & 3];
    if (!rate || !base) return null;
    const frequency = base / { 1: 1, 2: 2, 2.5: 4 }[version];
    const padding = third >> 1 & 1;
    const isMono = fourth >> 6 === 3;
    const samples = layer === 3 && version !== 1 ? 72 : 144;
    const length = layer === 1 ? (Math.floor(12000 * rate / frequency) + padding) * 4
        : Math.floor(samples * 1000 * rate / frequency) + padding;
    const side = layer !== 3 ? 0 : version === 1 ? (isMono ? 17 : 32) : (isMono ? 9 : 17);
    return { length, kind: `${version} ${layer} ${base}`, side };
}

/// The first frame may describe the others, and behind that say what made the file.
function withoutEncoder(frame, { side }) {
    const at = 4 + side;
    if (has(frame, at, 'Xing') || has(frame, at, 'Info')) {
        const flags = frame[at + 7];
        const told = 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0)
            + (flags & 8 ? 4 : 0);
        frame.fill(0, Math.min(at + told, frame.length));
    }
    return frame;
}
