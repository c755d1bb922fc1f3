// The one worker that holds all secrets of a visit, as calls that answer later.

import { worker } from './trust.js';

/// What the program refused: `code` is one of its stable words.
class VisitError extends Error {
    constructor(code) {
        super(code);
        this.code = code;
    }
}

class Visit {
    #worker = null;
    #waiting = new Map();
    #last = 0;

    /// Starts the worker and its program; throws 'cannotSeal' where neither WebAssembly nor the
    /// plain program runs.
    start() {
        this.#worker = worker('worker.js');
        this.#worker.onmessage = ({ data }) => this.#heard(data);
        this.#worker.onerror = (event) => {
            event.preventDefault();
            this.#failAll('cannotSeal');
        };
    }

    /// Calls one of the program's verbs, as chapter 25 names them.
    call(name, request = {}) {
        if (!this.#worker) return Promise.reject(new VisitError('ended'));
        const id = (this.#last += 1);
        return new Promise((resolve, reject) => {
            this.#waiting.set(id, { resolve, reject });
            const bytes = request instanceof Uint8Array;
            this.#worker.postMessage({ id, name, request }, bytes ? [request.buffer] : []);
        });
    }

    /// Ends the worker and with it every secret.
    end() {
        this.#worker?.terminate();
        this.#worker = null;
        this.#failAll('ended');
    }

    #heard({ id, result, error }) {
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
        if (error) waiting?.reject(new VisitError(error));
        else waiting?.resolve(result);
    }

    #failAll(code) {
        for (const { reject } of this.#waiting.values()) reject(new VisitError(code));
        this.#waiting.clear();
    }
}

export const visit = new Visit();
