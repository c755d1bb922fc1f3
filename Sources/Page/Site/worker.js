// Holds the programs of one visit, and with them all its secrets. The page posts
// { id, name, request } and hears { id, result } or { id, error }; the calls stand at the head of
// kith.js. The first program is small; the whole one takes over once more is asked than it knows,
// and the guide comes when somebody wants guidance.

import { Refusal, load } from './kith.js';

const bytesOut = ['drafts', 'retractions', 'sealChunk', 'openChunk'];
const guideCalls = ['guidancePack', 'guidance', 'advise'];
const fetchAfter = 4000; // milliseconds after a community was followed, while the person reads

const loading = load();
// Whoever calls hears of it.
loading.catch(() => {});

let hasStopped = false;
/// The program that answers now, and whether it is the whole one.
let present = null;
let isWhole = false;
let arriving = null;
let taking = null;
let guide = null;
let followed = null;
/// What the first program wrote, for the whole one to know again.
let unread = [];

onmessage = async ({ data: { id, name, request } }) => {
    try {
        const result = await answer(name, request ?? {});
        postMessage({ id, result }, result instanceof Uint8Array ? [result.buffer] : []);
    } catch (problem) {
        // A trap leaves a program in an unknown state; nothing more is asked of any.
        hasStopped ||= !problem.code;
        postMessage({ id, error: problem.code ?? 'stopped' });
    }
};

async function answer(name, request) {
    if (hasStopped) throw new Refusal('stopped');
    if (guideCalls.includes(name)) return told(await guided(), name, request);
    present ??= await loading.catch(() => { throw new Refusal('cannotSeal'); });
    switch (name) {
    case 'begin': return { webAssembly: present.module !== null };
    case 'module': return (await loading).module;
    case 'random': return crypto.getRandomValues(new Uint8Array(request.count));
    case 'forget':
        present.forget();
        [followed, unread] = [null, []];
        return {};
    }
    if (!isWhole && name === 'scan') {
        unread.push(request);
        arrive().catch(() => {});
        return { envelopes: 0 };
    }
    if (!isWhole && !isFirst(name, request)) await whole();
    const result = told(present, name, request);
    if (name === 'follow') {
        followed = request;
        guide?.then((other) => other.ask('follow', followed)).catch(() => {});
        setTimeout(() => arrive().catch(() => {}), fetchAfter);
    }
    return result;
}

/// Whether the first program knows it: a new code, and what is written first under one.
function isFirst(name, request) {
    if (name !== 'compose') return ['follow', 'newCode', 'drafts'].includes(name);
    const { what, attach = [], keepApart = [] } = request;
    return ['request', 'note'].includes(what) && request.case === undefined
        && attach.length + keepApart.length === 0;
}

/// Fetches the whole program; a failure is forgotten.
function arrive() {
    arriving ??= load(undefined, 'kith').catch(() => {
        arriving = null;
        throw new Refusal('notLoaded');
    });
    return arriving;
}

/// The whole program takes over: it follows the same community and has the same code.
function whole() {
    taking ??= arrive().then((program) => {
        if (followed) program.ask('follow', followed);
        program.ask('takeOver', present.ask('handOver', {}));
        for (const batch of unread) read(program, batch);
        unread = [];
        present.forget();
        [present, isWhole] = [program, true];
    }).finally(() => { taking = null; });
    return taking;
}

function read(program, batch) {
    try {
        program.ask('scan', batch);
    } catch (problem) {
        if (!problem.code) throw problem;
    }
}

function told(program, name, request) {
    const bytes = program.ask(name, request);
    return bytesOut.includes(name) ? bytes : JSON.parse(new TextDecoder().decode(bytes));
}

/// The guide, who follows the same community; a failure to load it is forgotten.
function guided() {
    guide ??= load(undefined, 'guide').then((program) => {
        if (followed) program.ask('follow', followed);
        return program;
    }).catch(() => {
        guide = null;
        throw new Refusal('notLoaded');
    });
    return guide;
}
