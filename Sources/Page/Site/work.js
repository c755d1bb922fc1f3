// The work that every envelope bears, shared by up to four workers, measured as it goes.

import { whenLeaving } from './exit.js';
import { worker } from './trust.js';
import { visit } from './visit.js';

const mostWorkers = 4;
// A worker that does not begin was not fetched: until the network is back, milliseconds.
const patience = 3000;
// Workers that wait for work. They are fetched early, so that none is missing without network.
let spare = [];
let pools = [];
whenLeaving(() => {
    for (const pool of pools) pool.pause();
    for (const one of spare) one.terminate();
});

const workersHere = () => Math.min(mostWorkers, navigator.hardwareConcurrency || 2);

/// Fetches workers, and gives them the program that was compiled for the visit.
export async function employEarly() {
    const module = await visit.call('module');
    while (spare.length < workersHere()) spare.push(employed(module));
}

function employed(module) {
    const one = worker('work-worker.js');
    one.onerror = (event) => {
        event.preventDefault();
        spare = spare.filter((other) => other !== one);
    };
    one.postMessage({ module });
    return one;
}

/// Drafts as the program lists them: for each its length u32, its id 32 and the envelope.
export function listed(bytes) {
    const drafts = [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length;) {
        const end = at + 36 + view.getUint32(at);
        drafts.push({ id: bytes.slice(at + 4, at + 36), envelope: bytes.slice(at + 36, end) });
        at = end;
    }
    return drafts;
}

/// `drafts` are { id, envelope } without work; `onChange` hears of every step.
export class WorkPool {
    #drafts;
    #module = null;
    #busy = new Set();
    #open = [];
    #settle = null;
    #began = 0;
    #triesBefore = 0;
    #retry = 0;
    isRunning = false;

    constructor(drafts, onChange) {
        this.#drafts = drafts.map((draft) => ({
            ...draft, bits: draft.envelope[3], tries: 0, done: false,
        }));
        this.onChange = onChange;
        this.finished = new Promise((resolve) => { this.#settle = resolve; });
    }

    /// Tries a second of all workers together, since the last start; 0 before any were counted.
    get rate() {
        const seconds = (performance.now() - this.#began) / 1000;
        const tries = this.#sum((draft) => draft.tries) - this.#triesBefore;
        return this.isRunning && seconds > 0.2 ? tries / seconds : 0;
    }

    /// Seconds that the rest takes on average; null while nothing was measured.
    get secondsLeft() {
        const rest = this.#sum((draft) => (draft.done ? 0 : 2 ** draft.bits));
        if (rest === 0) return 0;
        return this.rate > 0 ? rest / this.rate : null;
    }

    /// 0 to 1. A search has no memory: what an unfinished one counts for never reaches the whole.
    get progress() {
        const all = this.#sum((draft) => 2 ** draft.bits);
        const done = this.#sum((draft) => 2 ** draft.bits
            * (draft.done ? 1 : 1 - Math.exp(-draft.tries / 2 ** draft.bits)));
        return all === 0 ? 1 : done / all;
    }

    async start() {
        if (this.isRunning) return;
        this.isRunning = true;
        pools.push(this);
        this.#module = await visit.call('module');
        this.#open = this.#drafts.filter((draft) => !draft.done);
        this.#began = performance.now();
        this.#triesBefore = this.#sum((draft) => draft.tries);
        this.#employ();
        this.#look();
    }

    /// Ends the workers. Starting again loses nothing on average: every try is as good as the next.
    pause() {
        clearTimeout(this.#retry);
        for (const one of this.#busy) one.terminate();
        this.#busy.clear();
        this.isRunning = false;
        pools = pools.filter((pool) => pool !== this);
    }

    /// As many workers as there are envelopes left, and processors.
    #employ() {
        while (this.isRunning && this.#open.length > 0 && this.#busy.size < workersHere()) {
            this.#give(spare.pop() ?? employed(this.#module), this.#open.shift());
        }
    }

    #give(one, draft) {
        const before = draft.tries;
        const envelope = draft.envelope.slice();
        // Bytes 56 to 63 are the nonce: a search that goes on must not repeat what it tried.
        crypto.getRandomValues(envelope.subarray(56, 64));
        this.#busy.add(one);
        one.onmessage = ({ data }) => {
            if (data.error) { this.#lost(one, draft); return; }
            draft.tries = before + data.tries;
            if (data.envelope) {
                Object.assign(draft, { envelope: data.envelope, done: true });
                this.#busy.delete(one);
                spare.push(one);
                this.#employ();
                this.#look();
            }
            this.onChange?.();
        };
        one.onerror = (event) => { event.preventDefault(); this.#lost(one, draft); };
        one.postMessage({ id: draft.id, envelope, bits: draft.bits });
    }

    /// The visit's own program runs, so it is the network that is missing: another worker is tried.
    #lost(one, draft) {
        one.terminate();
        this.#busy.delete(one);
        this.#open.push(draft);
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.#employ(), patience);
    }

    #look() {
        if (!this.#drafts.every((draft) => draft.done)) return;
        this.pause();
        this.#settle(this.#drafts.map((draft) => draft.envelope));
        this.onChange?.();
    }

    #sum(of) { return this.#drafts.reduce((sum, draft) => sum + of(draft), 0); }
}
