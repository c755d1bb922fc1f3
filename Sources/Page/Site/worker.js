// Holds the program and all secrets of one visit. The page posts { id, name, request } and hears
// { id, result } or { id, error }; the calls stand at the head of kith.js.

import { load } from './kith.js';

const bytesOut = ['drafts', 'retractions', 'random'];
const loading = load();
// Whoever calls hears of it.
loading.catch(() => {});

let hasStopped = false;

// Calls are answered in the order in which they came.
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
        const result = answer(kith, name, request);
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
    default: {
        const bytes = kith.ask(name, request ?? {});
        return bytesOut.includes(name) ? bytes : JSON.parse(new TextDecoder().decode(bytes));
    }
    }
}
