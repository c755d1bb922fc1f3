// The only script addresses the page may start workers from.

const files = ['worker.js', 'work-worker.js'];
const address = (file) => new URL(file, import.meta.url).href;
const policy = globalThis.trustedTypes?.createPolicy('kith', {
    createScriptURL: (url) => {
        if (files.some((file) => address(file) === url)) return url;
        throw new TypeError('not a worker of this page');
    },
});

export function worker(file) {
    const url = address(file);
    return new Worker(policy?.createScriptURL(url) ?? url, { type: 'module' });
}
