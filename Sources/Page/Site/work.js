// The work that every envelope bears, shared by up to four workers, measured as it goes.

import { whenLeaving } from './exit.js';
import { worker } from './trust.js';

const mostWorkers = 4;
const running = new Set();
whenLeaving(() => { for (const pool of running) pool.pause(); });

/// `drafts` are { id, envelope } without work; `onChange` hears of every step.
export class WorkPool {
    #drafts;
    #workers = [];
    #open = [];
    #settle = null;
    #began = 0;
    #triesBefore = 0;

    constructor(drafts, onChange) {
        this.#drafts = drafts.map((draft) => ({
            ...draft, bits: draft.envelope[3], tries: 0, done: false,
        }));
        this.onChange = onChange;
        this.finished = new Promise((resolve, reject) => { this.#settle = { resolve, reject }; });
        // Whoever waits hears of a failure; nobody waiting is no failure of its own.
        this.finished.catch(() => {});
    }

    get isRunning() { return this.#workers.length > 0; }

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

    start() {
        if (this.isRunning) return;
        running.add(this);
        this.#open = this.#drafts.filter((draft) => !draft.done);
        const count = Math.min(mostWorkers, navigator.hardwareConcurrency || 2, this.#open.length);
        this.#began = performance.now();
        this.#triesBefore = this.#sum((draft) => draft.tries);
        for (let at = 0; at < count; at += 1) this.#employ();
        this.#look();
    }

    /// Ends the workers. Starting again loses nothing on average: every try is as good as the next.
    pause() {
        for (const one of this.#workers) one.terminate();
        this.#workers = [];
        running.delete(this);
    }

    #employ() {
        const one = worker('work-worker.js');
        this.#workers.push(one);
        one.onerror = (event) => {
            event.preventDefault();
            this.pause();
            this.#settle.reject(Object.assign(new Error('work'), { code: 'cannotSeal' }));
        };
        this.#next(one);
    }

    #next(one) {
        const draft = this.#open.shift();
        if (!draft) {
            one.terminate();
            this.#workers = this.#workers.filter((other) => other !== one);
            this.#look();
            return;
        }
        const before = draft.tries;
        const envelope = draft.envelope.slice();
        // Bytes 56 to 63 are the nonce: a search that goes on must not repeat what it tried.
        crypto.getRandomValues(envelope.subarray(56, 64));
        one.onmessage = ({ data }) => {
            draft.tries = before + (data.tries ?? 0);
            if (data.error) return one.onerror(new Event('error'));
            if (data.envelope) {
                Object.assign(draft, { envelope: data.envelope, done: true });
                this.#next(one);
            }
            this.onChange?.();
        };
        one.postMessage({ id: draft.id, envelope, bits: draft.bits });
    }

    #look() {
        if (!this.#drafts.every((draft) => draft.done)) return;
        this.pause();
        this.#settle.resolve(this.#drafts.map((draft) => draft.envelope));
        this.onChange?.();
    }

    #sum(of) { return this.#drafts.reduce((sum, draft) => sum + of(draft), 0); }
}
