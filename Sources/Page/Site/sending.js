// One thing on its way out: composed, worked for, handed to the relay. It says what it is doing
// and keeps at it when the network goes away. Files are worked for first, since the words list
// them; the words leave first. An erasure is a word and then its retractions, and not done before
// the relay has both.

import { whileBusy } from './exit.js';
import { batches, fileHead, finishFiles, sealFiles } from './files.js';
import { keep } from './reading.js';
import { insist, joined, retract, retractionBatches, submit } from './relay.js';
import { moreBits, moreBitsFor } from './room.js';
import { state } from './state.js';
import { visit } from './visit.js';
import { WorkPool, listed } from './work.js';

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
    #areFilesDone = false;
    #isLetGo = false;
    /// While what is handed over pauses: settles when it goes on.
    #held = null;
    #stop = new AbortController();
    // The same handle at every try: the relay takes a submission once, however often it comes.
    handle = crypto.getRandomValues(new Uint8Array(16));
    /// Seconds that were told before the work, on average.
    timeTold = 0;
    /// Bits of work beyond the least, at the most: where there is no room with less.
    moreBits = 0;
    /// Batches of chunks: { handle, envelopes, isStored }.
    chunks = [];
    /// What an erasure takes back, in the same way: { handle, bytes, isStored }.
    retractions = [];
    /// Whether the words are at the relay; from then on nothing is composed anew.
    isStored = false;

    /// `verb` and `request` are what the program composes; `what` names it for the receipt, and
    /// `isUrgent` makes relays pass it on before all else; `numbers` are the cases it erases,
    /// `files` entries of files.js that go with it. `written` is what the person wrote, as a text;
    /// `way` leads back to where, and `whenStored` may forget it: not before the relay has it.
    constructor(order) {
        this.order = {
            verb: 'compose', isUrgent: false, then: 'receipt', numbers: [], files: [],
            written: '', way: [], whenStored: () => {}, ...order,
        };
        state.sending = this;
        whileBusy(() => ['working', 'handing'].includes(state.sending?.phase));
    }

    get progress() {
        if (this.phase === 'handing' || this.isStored) return this.#handed;
        const own = this.#pool?.progress ?? 0;
        if (this.order.files.length === 0) return own;
        return this.#areFilesDone ? 0.9 + own / 10 : own * 0.9;
    }

    /// 0 to 1 of what the relay has; the words count as one batch.
    get #handed() {
        const all = [...this.retractions, ...this.chunks];
        const done = all.filter(({ isStored }) => isStored).length;
        return (Number(this.isStored) + done) / (1 + all.length);
    }

    get secondsLeft() { return this.#pool?.secondsLeft ?? null; }

    /// What the relay does not have although it has the words: 'erase', 'files', or null.
    get missing() {
        const lacks = (batches) => batches.some(({ isStored }) => !isStored);
        if (!this.isStored) return null;
        return lacks(this.retractions) ? 'erase' : lacks(this.chunks) ? 'files' : null;
    }

    /// Composes and begins the work; settles when the time it takes was measured.
    async prepare() {
        try {
            if (this.order.files.length > 0) await this.#sealFiles();
            else await this.#seal();
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

    /// Stops the work, or what is handed over after the batch that is on its way.
    pause() {
        if (this.canPauseHanding) {
            this.#held = {};
            this.#held.passed = new Promise((resolve) => { this.#held.resolve = resolve; });
        } else if (this.phase === 'working') this.#pool.pause();
        else return;
        this.#turn('paused');
    }

    get canPauseHanding() {
        return this.phase === 'handing' && this.isStored && this.chunks.length > 0;
    }

    resume() {
        if (this.phase !== 'paused') return;
        if (this.#held) {
            const { resolve } = this.#held;
            this.#held = null;
            this.#turn('handing');
            resolve();
            return;
        }
        this.#turn('working');
        this.#pool.start().catch((problem) => this.#fail(problem));
    }

    /// After a failure, what the relay does not have yet once more, under the same handles.
    goOn() { this.#handOver(this.envelopes); }

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

    /// Seals and works for the chunks; then the words that list them can be composed.
    async #sealFiles() {
        const { request, files } = this.order;
        // Words that can't be composed are told of before the work for the files.
        if (request.text || Object.keys(request.incident ?? {}).length > 0) await this.#drafts();
        const more = await moreBits([fileHead()]);
        this.#claims(more);
        const { parts, drafts } = await sealFiles(files, request.case, more);
        this.#pool = new WorkPool(drafts.flatMap(listed), () => this.#changed());
        this.#turn('working');
        this.#pool.finished.then(async (envelopes) => {
            const lists = await finishFiles(parts, envelopes);
            this.#areFilesDone = true;
            this.chunks = batches(envelopes);
            await this.#seal(lists);
        }).catch((problem) => this.#fail(problem));
        this.#pool.start().catch((problem) => this.#fail(problem));
    }

    #compose(lists = {}) {
        const { verb, request } = this.order;
        return visit.call(verb, { ...request, ...lists, slot: state.clock.slot });
    }

    /// Composed, and once more where there is no room for what took the least work: how large the
    /// envelopes are, and so what they need, shows only then.
    async #drafts(lists) {
        const drafts = await this.#composed(lists);
        const more = await moreBitsFor(drafts);
        this.#claims(more);
        return more === 0 ? drafts : this.#composed({ ...lists, moreBits: more });
    }

    /// A program that took over in between has no drafts, and none at all would be stored at once:
    /// composed once more then.
    async #composed(lists, isAgain = false) {
        const { envelopes } = await this.#compose(lists);
        const drafts = listed(await visit.call('drafts'));
        if (drafts.length === envelopes) return drafts;
        if (isAgain) throw new Error('drafts');
        return this.#composed(lists, true);
    }

    #claims(more) { this.moreBits = Math.max(this.moreBits, more); }

    async #seal(lists) {
        const drafts = await this.#drafts(lists);
        // Kept here: the program forgets them when something else is written.
        if (this.order.verb === 'erase') {
            this.retractions = retractionBatches(await visit.call('retractions'));
        }
        this.#pool = new WorkPool(drafts, () => this.#changed());
        this.#run();
    }

    #run() {
        // Who paused the work for the files paused this as well.
        const isPaused = this.phase === 'paused';
        if (!isPaused) this.#turn('working');
        this.#pool.finished.then((envelopes) => {
            this.envelopes = envelopes;
            this.#turn('waiting');
            if (this.#isLetGo) this.#handOver(envelopes);
        });
        if (!isPaused) this.#pool.start().catch((problem) => this.#fail(problem));
    }

    async #handOver(envelopes) {
        this.#turn('handing');
        const patience = {
            signal: this.#stop.signal,
            hear: (trouble) => { this.trouble = trouble; this.#changed(); },
        };
        try {
            if (!this.isStored) await this.#handWords(envelopes, patience);
            await this.#takeBack(patience);
            await this.#handFiles(patience);
            this.#turn('done');
        } catch (problem) {
            this.#fail(problem);
        }
    }

    async #handWords(envelopes, patience) {
        const all = joined(...envelopes);
        const sent = () => submit(this.handle, all, this.order.isUrgent);
        if (all.length) await insist(sent, patience);
        this.isStored = true;
        const { what, request, whenStored } = this.order;
        whenStored();
        const files = this.chunks.map(({ handle }) => handle);
        state.sent.push({ handle: this.handle, what, isShort: request.ttl !== undefined, files });
        // The visit now knows its own words again, as if it had read them.
        if (all.length) {
            keep(all);
            await visit.call('scan', all).catch(() => { state.isRead = false; });
        }
        this.#changed();
    }

    /// Batch by batch, each under the same handle at every try.
    async #handFiles(patience) {
        if (this.chunks.length === 0) return;
        for (const batch of this.chunks.filter(({ isStored }) => !isStored)) {
            await this.#held?.passed;
            const bytes = joined(...batch.envelopes);
            await insist(() => submit(batch.handle, bytes), patience);
            Object.assign(batch, { isStored: true, envelopes: [] });
            this.#changed();
        }
        await this.#held?.passed;
        visit.call('dropFiles').catch(() => {});
        this.order.files.length = 0;
    }

    /// An erasure also opens the commitments of all that was sent. Only once the relay has them all
    /// is something erased.
    async #takeBack(patience) {
        if (this.order.verb !== 'erase') return;
        for (const batch of this.retractions.filter(({ isStored }) => !isStored)) {
            await insist(() => retract(batch.handle, batch.bytes), patience);
            Object.assign(batch, { isStored: true, bytes: null });
            this.#changed();
        }
        state.erased.push(...this.order.numbers);
        const handles = this.retractions.map(({ handle }) => handle);
        state.sent.push({ what: 'retraction', handles });
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

const breath = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
