// One of the page's workers in a browser that has no WebAssembly.

delete globalThis.WebAssembly;
const early = [];
globalThis.onmessage = (event) => early.push(event);
await import(`./${location.search.slice(1)}`);
for (const event of early) globalThis.onmessage(event);
