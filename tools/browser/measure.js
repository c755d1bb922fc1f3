// What tools/measure-browser calls in the page. Every function takes its budget in milliseconds
// and keeps to it, but for the one call that is under way when it runs out.

import { load } from './measured.js';
import { rate } from './rate.js';

const bytes = (count) => crypto.getRandomValues(new Uint8Array(count));
const hex = (list) => Array.from(list, (byte) => byte.toString(16).padStart(2, '0')).join('');
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

function timed(body) {
    const start = performance.now();
    body();
    return performance.now() - start;
}

function repeated(times, budget, body) {
    const taken = [];
    const end = performance.now() + budget;
    do taken.push(timed(body)); while (taken.length < times && performance.now() < end);
    return { ms: median(taken), times: taken.length };
}

if (location.search === '?plain') delete globalThis.WebAssembly;

let kith;

window.measure = {
    hasWebAssembly: () => typeof WebAssembly === 'object',

    /// Fetching, compiling and starting the program; the first call of a page load counts.
    async load() {
        const start = performance.now();
        kith = await load();
        return performance.now() - start;
    },

    code: (text) => hex(kith.stretchCode(text)),

    /// Argon2id; worked out from a small run when a single whole one would not fit the budget.
    stretch(passes, kibibytes, times, budget) {
        const [password, salt] = [bytes(26), bytes(16)];
        // Several, because a browser compiles plain JavaScript only while it runs.
        const small = [];
        const end = performance.now() + 2000;
        do {
            small.push(timed(() => kith.stretch(password, salt, 1, 1024)));
        } while (small.length < 10 && performance.now() < end);
        const expected = Math.min(...small) * passes * kibibytes / 1024;
        if (expected > budget) return { ms: expected, times: 0 };
        return repeated(times, budget, () => kith.stretch(password, salt, passes, kibibytes));
    },

    /// Work tries per second.
    rate: (budget) => rate(kith, budget),

    /// Really searches ids, one after the other; an unfinished search's tries count too, else
    /// only the lucky ones would.
    search(bits, most, budget, perSecond) {
        const chunk = Math.max(50, Math.round(perSecond / 20));
        const found = [];
        let tries = 0;
        const start = performance.now();
        while (found.length < most && performance.now() - start < budget) {
            const id = bytes(32);
            let state = { found: false, nonce: bytes(8) };
            while (!state.found && performance.now() - start < budget) {
                const before = state.nonce;
                state = kith.work(id, bits, before, chunk);
                tries += state.found ? distance(before, state.nonce) + 1 : chunk;
            }
            if (state.found) found.push([hex(id), hex(state.nonce)]);
        }
        return { found, tries, ms: performance.now() - start };
    },

    /// Sealing a text and opening it again, each timed by itself.
    seal(payloadBytes, shared, keys, times, budget) {
        const posting = {
            network: bytes(32), community: bytes(32), topic: bytes(16), messageID: bytes(16),
            slot: 2945000, ttlClass: 4, workBits: 18, kind: 4, shared, tagKey: bytes(32),
            eraseKey: bytes(32), key: unhex(keys.public),
        };
        const text = bytes(payloadBytes);
        const opener = { key: unhex(keys.secret), shared, community: posting.community };
        if (shared) posting.key = opener.key;
        let envelope;
        let opened;
        const seal = repeated(times, budget / 2, () => {
            [{ envelope }] = kith.seal(posting, text);
        });
        const open = repeated(times, budget / 2, () => { opened = kith.open(envelope, opener); });
        const same = hex(opened.payload) === hex(text)
            && hex(opened.messageID) === hex(posting.messageID);
        return { seal, open, envelopeBytes: envelope.length, same };
    },

    /// The same rate in a worker, to see whether throttling reaches it.
    workerRate(budget) {
        const policy = trustedTypes.createPolicy('kith', { createScriptURL: (name) => name });
        const script = policy.createScriptURL('measure-worker.js');
        const worker = new Worker(script, { type: 'module' });
        return new Promise((done, fail) => {
            worker.onmessage = ({ data }) => done(data);
            worker.onerror = (event) => fail(new Error(event.message));
            worker.postMessage(budget);
        }).finally(() => worker.terminate());
    },
};

/// How far the nonce moved, of two big-endian integers less than 2^32 apart.
function distance(before, after) {
    const low = (list) => new DataView(list.buffer).getUint32(4);
    return low(after) - low(before) >>> 0;
}

function unhex(text) {
    return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}
