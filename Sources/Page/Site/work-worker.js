// Searches the work of one envelope after the other. The page posts { module }, the compiled
// program or null, then { id, envelope, bits }, the envelope bearing the nonce to begin from at
// bytes 56...63, and hears { id, tries } as it goes and { id, tries, envelope } once it is
// finished. Ending the worker ends the search, and a search has no memory: going on later from
// anywhere loses nothing.

import { load } from './kith.js';

const nonceAt = 56;
const tellAfter = 100; // milliseconds
let loading = null;

onmessage = async ({ data: { module, id, envelope, bits } }) => {
    if (module !== undefined) {
        loading = load(module);
        // Whoever brings work hears of it.
        loading.catch(() => {});
        return;
    }
    try {
        search(await loading, id, envelope, bits);
    } catch (problem) {
        postMessage({ id, error: problem.code ?? 'stopped' });
    }
};

function search(kith, id, envelope, bits) {
    let nonce = envelope.slice(nonceAt, nonceAt + 8);
    let tries = 0;
    let chunk = 256;
    for (;;) {
        const start = performance.now();
        const step = kith.work(id, bits, nonce, chunk);
        if (step.found) {
            tries += distance(nonce, step.nonce) + 1;
            envelope.set(step.nonce, nonceAt);
            postMessage({ id, tries, envelope }, [envelope.buffer]);
            return;
        }
        tries += chunk;
        ({ nonce } = step);
        postMessage({ id, tries });
        // About as many tries as the time between two words to the page takes.
        const ratio = tellAfter / Math.max(performance.now() - start, 1);
        chunk = Math.min(Math.max(Math.round(chunk * Math.min(ratio, 4)), 64), 1 << 20);
    }
}

/// How far the nonce moved, of two big-endian numbers less than 2^32 apart.
function distance(before, after) {
    const low = (list) => new DataView(list.buffer, list.byteOffset).getUint32(4);
    return low(after) - low(before) >>> 0;
}
