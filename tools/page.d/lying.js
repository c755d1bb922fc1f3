// What tools/page.d/lying.py calls in the page: the page's own modules, against a relay that lies.

import { Clock } from './page/clock.js';
import { fetchFile } from './page/files.js';
import { load } from './page/kith.js';
import { keep, readNews } from './page/reading.js';
import { relayInfo, texts } from './page/relay.js';
import { Sending } from './page/sending.js';
import { state } from './page/state.js';
import { visit } from './page/visit.js';

const codeOf = (problem) => problem.code ?? problem.name;

/// As it is with a call in the middle of another one.
function between(name, more) {
    const { call } = visit;
    visit.call = async (called, request) => {
        const result = await call.call(visit, called, request);
        if (called === name) {
            visit.call = call;
            await more();
        }
        return result;
    };
}

const random = (count) => crypto.getRandomValues(new Uint8Array(count));
const text = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-')
    .replaceAll('/', '_').replaceAll('=', '');

window.visit = {
    async begin(records, now) {
        state.clock = new Clock(now);
        state.communityID = records.community;
        visit.end();
        visit.start();
        await visit.call('begin');
        state.community = await visit.call('follow', records);
        await visit.call('newCode');
        state.reading = null;
    },

    /// What reading an answer of the relay comes to.
    answer(name) {
        const read = name === 'relay' ? relayInfo() : texts(state.communityID, 1);
        return read.then(({ bytes }) => bytes?.length ?? 'read', codeOf);
    },

    /// What calls with so many bytes come to when of the most memory a program may have, in pages
    /// of 64 KiB, so many are left.
    async short(most, left, ...counts) {
        const kith = await load();
        const { memory } = kith.program;
        kith.ask('newCode', {}); // what there is before the first call, the program counts as its own
        memory.grow(most - left - memory.buffer.byteLength / 65536);
        return counts.map((count) => {
            try {
                kith.ask('newCode', new Uint8Array(count));
                return 'done';
            } catch (problem) {
                return codeOf(problem);
            }
        });
    },

    read: () => readNews().then(() => state.reading.keptBytes),

    keep(count) { keep(new Uint8Array(count)); },

    /// What fetching a file comes to whose chunks are of these weeks; none of them is there.
    async file(weeks) {
        const { call } = visit;
        const chunks = weeks.map((week) => ({ id: text(random(32)), head: text(random(56)), week }));
        visit.call = async () => ({ file: 1, chunks });
        try {
            return await fetchFile(0, { id: '', type: 'image/png' }).then(() => 'whole', codeOf);
        } finally {
            visit.call = call;
        }
    },

    /// Sends a note, while another call makes the whole program take over after it was composed.
    async note() {
        between('compose', () => visit.call('cases', { now: state.clock.now }));
        const request = { what: 'note', incident: { account: 'For me.' } };
        const sending = new Sending({ what: 'note', request });
        await sending.prepare();
        sending.letGo();
        while (!['done', 'failed'].includes(sending.phase)) {
            await new Promise((resolve) => { setTimeout(resolve, 50); });
        }
        return { phase: sending.phase, problem: sending.problem };
    },
};
