// Draws a QR code (ISO/IEC 18004): byte mode, versions 1 to 6, error correction level M. It holds
// the digits of a return code and nothing else.

import { drawing } from './dom.js';

// Per version: data bytes of a block, correction bytes of a block, blocks, place of the small mark.
const versions = [
    null, [16, 10, 1, 0], [28, 16, 1, 18], [44, 26, 1, 22], [32, 18, 2, 26], [43, 24, 2, 30],
    [27, 16, 4, 34],
];
const quiet = 4; // modules of margin

/// The code of an ASCII text as a drawing, always dark on white.
export function qrCode(text, label) {
    const modules = qrModules(text);
    const size = modules.length + 2 * quiet;
    let path = '';
    modules.forEach((row, y) => row.forEach((isDark, x) => {
        if (isDark) path += `M${x + quiet} ${y + quiet}h1v1h-1z`;
    }));
    const svg = drawing(size, path, {
        class: 'qr', role: 'img', 'aria-label': label, 'shape-rendering': 'crispEdges',
    });
    svg.removeAttribute('aria-hidden');
    svg.firstChild.setAttribute('fill', '#000');
    svg.firstChild.setAttribute('stroke', 'none');
    return svg;
}

/// Rows of dark (true) and light modules.
export function qrModules(text) {
    const bytes = new TextEncoder().encode(text);
    const version = versions.findIndex((one) => one && one[0] * one[2] >= bytes.length + 2);
    if (version < 1) throw new RangeError('too long for version 6');
    const stream = interleaved(filled(bytes, version), version);
    let best = null;
    for (let mask = 0; mask < 8; mask += 1) {
        const grid = drawn(version, stream, mask);
        const cost = penalty(grid);
        if (!best || cost < best.cost) best = { grid, cost };
    }
    return best.grid;
}

/// Mode, length, text, end, and the padding bytes up to the version's room.
function filled(bytes, version) {
    const [data, , blocks] = versions[version];
    const bits = [];
    const put = (value, count) => {
        for (let at = count - 1; at >= 0; at -= 1) bits.push(value >> at & 1);
    };
    put(0b0100, 4);
    put(bytes.length, 8);
    for (const byte of bytes) put(byte, 8);
    put(0, 4);
    const out = [];
    for (let at = 0; at < bits.length; at += 8) {
        out.push(bits.slice(at, at + 8).reduce((sum, bit) => sum * 2 + bit, 0));
    }
    for (let pad = 0xec; out.length < data * blocks; pad ^= 0xec ^ 0x11) out.push(pad);
    return out;
}

/// The blocks' bytes in turn, then their correction bytes in turn.
function interleaved(bytes, version) {
    const [data, correction, blocks] = versions[version];
    const parts = listOf(blocks, (at) => bytes.slice(at * data, (at + 1) * data));
    const checks = parts.map((part) => corrections(part, correction));
    const turns = (lists, count) => listOf(count, (at) => lists.map((one) => one[at])).flat();
    return [...turns(parts, data), ...turns(checks, correction)];
}

const listOf = (count, make) => Array.from({ length: count }, (_, at) => make(at));

/// Reed-Solomon over GF(256) with x^8 + x^4 + x^3 + x^2 + 1.
function corrections(part, count) {
    let generator = [1];
    for (let at = 0, root = 1; at < count; at += 1, root = times(root, 2)) {
        const next = [...generator, 0];
        generator.forEach((one, place) => { next[place + 1] ^= times(one, root); });
        generator = next;
    }
    const rest = [...part, ...new Array(count).fill(0)];
    for (let at = 0; at < part.length; at += 1) {
        const lead = rest[at];
        generator.forEach((one, place) => { rest[at + place] ^= times(one, lead); });
    }
    return rest.slice(part.length);
}

function times(one, other) {
    let product = 0;
    for (let bit = 7; bit >= 0; bit -= 1) {
        product = product << 1 ^ (product >> 7) * 0x11d;
        if (other >> bit & 1) product ^= one;
    }
    return product;
}

const masks = [
    (x, y) => (x + y) % 2 === 0, (x, y) => y % 2 === 0, (x) => x % 3 === 0,
    (x, y) => (x + y) % 3 === 0,
    (x, y) => ((x / 3 | 0) + (y / 2 | 0)) % 2 === 0, (x, y) => x * y % 2 + x * y % 3 === 0,
    (x, y) => (x * y % 2 + x * y % 3) % 2 === 0, (x, y) => ((x + y) % 2 + x * y % 3) % 2 === 0,
];

function drawn(version, stream, mask) {
    const size = 17 + 4 * version;
    const grid = listOf(size, () => new Array(size).fill(null));
    const set = (x, y, isDark) => {
        if (x >= 0 && y >= 0 && x < size && y < size) grid[y][x] = isDark;
    };
    for (const [left, top] of [[0, 0], [size - 7, 0], [0, size - 7]]) bigMark(set, left, top);
    for (let at = 8; at < size - 8; at += 1) {
        set(at, 6, at % 2 === 0);
        set(6, at, at % 2 === 0);
    }
    smallMark(set, versions[version][3]);
    formatBits(set, size, mask);
    let bit = 0;
    for (const [x, y] of zigzag(size)) {
        if (grid[y][x] !== null) continue;
        const isDark = bit < stream.length * 8 && (stream[bit >> 3] >> 7 - (bit & 7) & 1) === 1;
        grid[y][x] = isDark !== masks[mask](x, y);
        bit += 1;
    }
    return grid;
}

function bigMark(set, left, top) {
    for (let y = -1; y <= 7; y += 1) {
        for (let x = -1; x <= 7; x += 1) {
            const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
            set(left + x, top + y, ring !== 2 && ring !== 4);
        }
    }
}

function smallMark(set, centre) {
    if (centre === 0) return;
    for (let y = -2; y <= 2; y += 1) {
        for (let x = -2; x <= 2; x += 1) {
            set(centre + x, centre + y, Math.max(Math.abs(x), Math.abs(y)) !== 1);
        }
    }
}

/// Level M (00) and the mask, with their BCH bits, twice.
function formatBits(set, size, mask) {
    let rest = mask << 10;
    for (let bit = 14; bit >= 10; bit -= 1) if (rest >> bit & 1) rest ^= 0x537 << bit - 10;
    const bits = (mask << 10 | rest) ^ 0x5412;
    const isDark = (at) => (bits >> at & 1) === 1;
    for (let at = 0; at < 15; at += 1) {
        if (at < 8) set(size - 1 - at, 8, isDark(at));
        else set(8, size - 15 + at, isDark(at));
        if (at < 6) set(8, at, isDark(at));
        else if (at < 8) set(8, at + 1, isDark(at));
        else if (at === 8) set(7, 8, isDark(at));
        else set(14 - at, 8, isDark(at));
    }
    set(8, size - 8, true);
}

/// All places in the order of the data: columns in pairs from the right, up and down in turn.
function* zigzag(size) {
    let isUp = true;
    for (let right = size - 1; right > 0; right -= 2) {
        if (right === 6) right -= 1;
        for (let step = 0; step < size; step += 1) {
            const y = isUp ? size - 1 - step : step;
            yield [right, y];
            yield [right - 1, y];
        }
        isUp = !isUp;
    }
}

/// The four rules of the standard: runs, squares, marks where none should be, too dark or light.
function penalty(grid) {
    const size = grid.length;
    const columns = grid[0].map((_, x) => grid.map((row) => row[x]));
    let cost = 0;
    for (const line of [...grid, ...columns]) {
        const text = line.map((isDark) => (isDark ? 1 : 0)).join('');
        for (const run of text.match(/0{5,}|1{5,}/g) ?? []) cost += run.length - 2;
        for (const shape of ['10111010000', '00001011101']) {
            let at = -1;
            while ((at = text.indexOf(shape, at + 1)) >= 0) cost += 40;
        }
    }
    for (let y = 0; y + 1 < size; y += 1) {
        for (let x = 0; x + 1 < size; x += 1) {
            const same = [grid[y][x + 1], grid[y + 1][x], grid[y + 1][x + 1]];
            if (same.every((one) => one === grid[y][x])) cost += 3;
        }
    }
    const dark = grid.flat().filter(Boolean).length / (size * size);
    return cost + 10 * Math.floor(Math.abs(dark * 20 - 10));
}
