// What tools/page.d/visit.py calls in the page: the page's own workers, and nothing of its screens.

const isPlain = location.search === '?plain';
const policy = trustedTypes.createPolicy('kith', { createScriptURL: (name) => name });
const start = (file) => new Worker(
    policy.createScriptURL(isPlain ? `plain-worker.js?${file}` : file), { type: 'module' });

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

let worker;
let last = 0;
const waiting = new Map();

/// Where a batch of strangers' envelopes is scanned, one KiB each.
function strangers(count) {
    const bytes = new Uint8Array(count * 1024);
    for (let at = 0; at < bytes.length; at += 65536) {
        crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65536, bytes.length)));
    }
    // Version 1, sealed, ninety days, 1 KiB.
    for (let at = 0; at < bytes.length; at += 1024) bytes.set([1, 1, 0x41, 8], at);
    return bytes;
}

window.visit = {
    begin() {
        worker?.terminate();
        worker = start('worker.js');
        worker.onmessage = ({ data: { id, result, error } }) => {
            waiting.get(id)?.({ result, error });
            waiting.delete(id);
        };
        return visit.call('begin', {});
    },

    /// { result } or { error }; bytes come and go as hexadecimal.
    async call(name, request, isBytes = false) {
        const id = (last += 1);
        const content = isBytes ? unhex(request) : request;
        const heard = await new Promise((resolve) => {
            waiting.set(id, resolve);
            worker.postMessage({ id, name, request: content }, isBytes ? [content.buffer] : []);
        });
        if (heard.result instanceof Uint8Array) heard.result = hex(heard.result);
        return heard;
    },

    /// Does the work of drafts, given as { id, envelope } in hexadecimal.
    async work(drafts) {
        const one = start('work-worker.js');
        one.postMessage({ module: null });
        const finished = [];
        for (const { id, envelope } of drafts) {
            const bytes = unhex(envelope);
            crypto.getRandomValues(bytes.subarray(56, 64));
            finished.push(hex(await new Promise((resolve, reject) => {
                one.onmessage = ({ data }) => {
                    if (data.error) reject(new Error(data.error));
                    if (data.envelope) resolve(data.envelope);
                };
                one.postMessage({ id: unhex(id), envelope: bytes, bits: bytes[3] });
            })));
        }
        one.terminate();
        return finished;
    },

    /// Milliseconds that the first pass over strangers' envelopes takes.
    async scanned(count) {
        const bytes = strangers(count);
        const id = (last += 1);
        const began = performance.now();
        const { error } = await new Promise((resolve) => {
            waiting.set(id, resolve);
            worker.postMessage({ id, name: 'scan', request: bytes }, [bytes.buffer]);
        });
        if (error) throw new Error(error);
        return performance.now() - began;
    },
};
