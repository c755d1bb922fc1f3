// Holds the program and all secrets of one visit, and beside it the guide once somebody wants
// guidance. The page posts { id, name, request } and hears { id, result } or { id, error }; the
// calls stand at the head of kith.js.

import { Refusal, load } from './kith.js';

const bytesOut = ['drafts', 'retractions', 'random'];
const guideCalls = ['guidancePack', 'guidance', 'advise'];
const loading = load();
// Whoever calls hears of it.
loading.catch(() => {});

let hasStopped = false;
let guide = null;
let followed = null;

// The visit's calls are answered in the order in which they came.
onmessage = async ({ data: { id, name, request } }) => {
    let kith;
    try {
        kith = await loading;
    } catch {
        postMessage({ id, error: 'cannotSeal' });
        return;
    }
    try {
        if (hasStopped) throw new Error('stopped');
        const result = guideCalls.includes(name) ? told(await guided(), name, request)
            : answer(kith, name, request);
        postMessage({ id, result }, result instanceof Uint8Array ? [result.buffer] : []);
    } catch (problem) {
        // A trap leaves the program in an unknown state; nothing more is asked of it.
        hasStopped ||= !problem.code;
        postMessage({ id, error: problem.code ?? 'stopped' });
    }
};

function answer(kith, name, request) {
    switch (name) {
    case 'begin': return { webAssembly: kith.module !== null };
    case 'module': return kith.module;
    case 'random': return crypto.getRandomValues(new Uint8Array(request.count));
    case 'forget':
        kith.forget();
        return {};
    case 'follow': {
        const result = told(kith, name, request);
        followed = request;
        guide?.then((other) => other.ask('follow', followed)).catch(() => {});
        return result;
    }
    default: return told(kith, name, request);
    }
}

function told(program, name, request) {
    const bytes = program.ask(name, request ?? {});
    return bytesOut.includes(name) ? bytes : JSON.parse(new TextDecoder().decode(bytes));
}

/// The guide, who follows the same community; a failure to load it is forgotten.
function guided() {
    guide ??= load(null, 'guide').then((program) => {
        if (followed) program.ask('follow', followed);
        return program;
    }).catch(() => {
        guide = null;
        throw new Refusal('cannotSeal');
    });
    return guide;
}
