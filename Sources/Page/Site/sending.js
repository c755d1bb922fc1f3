// One thing on its way out: composed, worked for, handed to the relay. It says what it is doing
// and keeps at it when the network goes away.

import { whileBusy } from './exit.js';
import { keep } from './reading.js';
import { insist, joined, retract, submit } from './relay.js';
import { state } from './state.js';
import { visit } from './visit.js';
import { WorkPool } from './work.js';

/// Phases: composing, working, paused, waiting (done, but the person has not let it go yet),
/// handing, done, failed.
export class Sending {
    phase = 'composing';
    /// 'offline' or 'busy' while the relay does not take it.
    trouble = null;
    /// A stable code once it failed.
    problem = null;
    listeners = new Set();
    #pool = null;
    #isLetGo = false;
    #stop = new AbortController();
    // The same handle at every try: the relay takes a submission once, however often it comes.
    handle = crypto.getRandomValues(new Uint8Array(16));
    retraction = null;
    /// Seconds that were told before the work, on average.
    timeTold = 0;

    /// `verb` and `request` are what the program composes; `what` names it for the receipt, and
    /// `isUrgent` makes relays pass it on before all else; `numbers` are the cases it erases.
    constructor(order) {
        this.order = { verb: 'compose', isUrgent: false, then: 'receipt', numbers: [], ...order };
        state.sending = this;
        whileBusy(() => ['working', 'handing'].includes(state.sending?.phase));
    }

    get progress() { return this.#pool?.progress ?? 0; }
    get secondsLeft() { return this.#pool?.secondsLeft ?? null; }

    /// Composes and begins the work; settles when the time it takes was measured.
    async prepare() {
        try {
            await visit.call(this.order.verb, { ...this.order.request, slot: state.clock.slot });
            const drafts = listed(await visit.call('drafts'));
            this.#pool = new WorkPool(drafts, () => this.#changed());
            this.#run();
            while (this.secondsLeft === null && this.phase === 'working') await breath(100);
            this.timeTold = this.secondsLeft ?? 0;
        } catch (problem) {
            this.#fail(problem);
        }
    }

    /// The same once more, perhaps with another entry in the request.
    anew(more = {}) {
        return new Sending({ ...this.order, request: { ...this.order.request, ...more } });
    }

    /// Lets what is ready, or once it is, go to the relay.
    letGo() {
        this.#isLetGo = true;
        if (this.phase === 'waiting') this.#handOver(this.envelopes);
    }

    pause() {
        if (this.phase !== 'working') return;
        this.#pool.pause();
        this.#turn('paused');
    }

    resume() {
        if (this.phase !== 'paused') return;
        this.#turn('working');
        this.#pool.start().catch((problem) => this.#fail(problem));
    }

    /// Gives up what was not handed over yet.
    drop() {
        this.#pool?.pause();
        this.#stop.abort();
        if (state.sending === this) state.sending = null;
        this.#turn('failed');
    }

    listen(hear) {
        this.listeners.add(hear);
        return () => this.listeners.delete(hear);
    }

    #run() {
        this.#turn('working');
        this.#pool.finished.then((envelopes) => {
            this.envelopes = envelopes;
            this.#turn('waiting');
            if (this.#isLetGo) this.#handOver(envelopes);
        });
        this.#pool.start().catch((problem) => this.#fail(problem));
    }

    async #handOver(envelopes) {
        this.#turn('handing');
        const patience = {
            signal: this.#stop.signal,
            hear: (trouble) => { this.trouble = trouble; this.#changed(); },
        };
        try {
            const all = joined(...envelopes);
            const sent = () => submit(this.handle, all, this.order.isUrgent);
            if (all.length) await insist(sent, patience);
            const { what, request } = this.order;
            state.sent.push({ handle: this.handle, what, isShort: request.ttl !== undefined });
            await this.#takeBack(patience);
            // The visit now knows its own words again, as if it had read them.
            if (all.length) {
                keep(all);
                await visit.call('scan', all);
            }
            this.#turn('done');
        } catch (problem) {
            this.#fail(problem);
        }
    }

    /// An erasure also opens the commitments of all that was sent.
    async #takeBack(patience) {
        if (this.order.verb !== 'erase') return;
        state.erased.push(...this.order.numbers);
        const retractions = await visit.call('retractions');
        if (retractions.length === 0) return;
        this.retraction = crypto.getRandomValues(new Uint8Array(16));
        await insist(() => retract(this.retraction, retractions), patience);
        state.sent.push({ handle: this.retraction, what: 'retraction' });
    }

    #fail(problem) {
        if (this.phase === 'failed') return;
        this.problem = problem.code ?? 'unknown';
        this.#turn('failed');
    }

    #turn(phase) {
        this.phase = phase;
        this.#changed();
    }

    #changed() { for (const hear of this.listeners) hear(this); }
}

/// Drafts as the program lists them: for each its length u32, its id 32 and the envelope.
function listed(bytes) {
    const drafts = [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length;) {
        const end = at + 36 + view.getUint32(at);
        drafts.push({ id: bytes.slice(at + 4, at + 36), envelope: bytes.slice(at + 36, end) });
        at = end;
    }
    return drafts;
}

const breath = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
