// Guidance: the page's own pack and the community's. Both are fetched by everybody, and what
// fits is chosen in the worker, so nobody else learns what a person reads or answers.

import { whenLeaving } from './exit.js';
import { state } from './state.js';
import { language } from './words.js';
import { visit } from './visit.js';

let files = {};
whenLeaving(() => { files = {}; });

/// The bytes of the page's own pack in the language that is spoken.
export function packFile() {
    const code = language;
    files[code] ??= fetched(code).catch((problem) => { delete files[code]; throw problem; });
    return files[code];
}

async function fetched(code) {
    const file = await fetch(new URL(`guidance/${code}.json`, import.meta.url), {
        credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer',
    });
    if (!file.ok) throw new Error('guidance');
    return new Uint8Array(await file.arrayBuffer());
}

/// The packs that there are, checked: { community?, shipped }.
export async function packs() {
    // The bytes go to the worker; the copy that is kept serves the next time.
    const shipped = await visit.call('guidancePack', (await packFile()).slice());
    if (!state.community || state.guidance.length === 0) return { shipped };
    const own = await visit.call('guidance', {
        records: state.guidance, language, now: state.clock.now,
    });
    return own.pack ? { community: own.pack, shipped } : { shipped };
}

/// What a pack's tables choose by the answers given so far: lists of { id, urgency }.
export function advice(from) {
    const { kinds, needs } = state.answers;
    const answers = Object.entries(state.advised[from] ?? {})
        .map(([question, answer]) => ({ question, answer }));
    return visit.call('advise', {
        from, answers, kinds: state.usesAnswers ? kinds : [], needs: state.usesAnswers ? needs : [],
    });
}
