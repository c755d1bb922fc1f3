// Gets ready while the person reads: the program, the relay's word about itself, and the
// community's records, which the program checks against the link.

import { compared } from './clock.js';
import { whenLeaving } from './exit.js';
import { insist, records, relayInfo } from './relay.js';
import { state } from './state.js';
import { visit } from './visit.js';

// Every screen, the same for everybody: which of them a person opens (the decoy, erasing) is
// nobody's business, and none is missing when the network goes away.
const screens = [
    'community', 'choose', 'question', 'review', 'slow', 'code', 'codecheck', 'sending',
    'receipt', 'enter', 'cases', 'case', 'write', 'contact', 'reopen', 'renew', 'consent',
    'consentwhat', 'consentwhy', 'consentpreview', 'shared', 'files', 'file', 'erase', 'erased',
    'decoy', 'unsent', 'day', 'numbers', 'about', 'guidance', 'guidanceask', 'guidanceadvice',
];
let program = null;
let relay = null;
let followed = null;

export function start() {
    whenLeaving(() => visit.end());
    const first = state.communityID ? community() : Promise.all([ready(), relayKnown()]);
    first.catch(() => {}).then(fetchScreens);
}

/// One after the other, so that they stand in nobody's way.
async function fetchScreens() {
    await import('./qr.js').catch(() => {});
    await import('./work.js').then(({ employEarly }) => employEarly()).catch(() => {});
    await import('./guidance.js').then(({ packFile }) => packFile()).catch(() => {});
    for (const name of screens) await import(`./screens/${name}.js`).catch(() => {});
}

/// The program; throws 'cannotSeal' where it can't run.
export function ready() {
    program ??= visitStarted();
    return program;
}

/// What the relay says about itself. Asked again after a failure.
export function relayKnown() {
    relay ??= insistOnRelay().catch((problem) => { relay = null; throw problem; });
    return relay;
}

/// The chosen community, checked; throws what the program refuses it for.
export function community() {
    followed ??= follow().catch((problem) => { followed = null; throw problem; });
    return followed;
}

/// Takes another community, one that the relay lists; what the code opens there is another thing.
export function choose(id) {
    Object.assign(state, {
        communityID: id, from: 'relay', community: null,
        cases: null, isRead: false, reading: null, erased: [],
    });
    followed = null;
}

/// Goes by another clock from now on: the person said which day it is.
export function goBy(clock) {
    state.clock = clock;
    followed = null;
}

// What screens that wait for something here tell.
const hear = (trouble) => { state.trouble = trouble; };

async function visitStarted() {
    visit.start();
    const { webAssembly } = await visit.call('begin');
    state.hasWebAssembly = webAssembly;
}

async function insistOnRelay() {
    const told = await insist(relayInfo, { hear });
    const { clock, isPhoneWrong } = compared(told.time);
    Object.assign(state, { relay: told, isPhoneWrong: isPhoneWrong ?? false });
    state.clock ??= clock ?? null;
    return told;
}

async function follow() {
    const [told] = await Promise.all([relayKnown(), ready()]);
    if (!state.clock) throw Object.assign(new Error('clock'), { code: 'askDay' });
    const found = await insist(() => records(state.communityID), { hear });
    state.guidance = found.guidance ?? [];
    state.community = await visit.call('follow', {
        network: told.network, community: state.communityID, charters: found.charters,
        manifest: found.manifest, cards: found.cards, now: state.clock.now,
    });
    return state.community;
}
