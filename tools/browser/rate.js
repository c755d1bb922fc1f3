/// Work tries per second of `program` over about `budget` milliseconds, after as long a time for
/// the browser to compile what it runs.
export function rate(program, budget) {
    const [id, nonce] = [new Uint8Array(32), new Uint8Array(8)];
    let chunk = 100;
    const warm = performance.now();
    while (performance.now() - warm < budget) {
        const start = performance.now();
        program.work(id, 64, nonce, chunk);
        if (performance.now() - start < 20) chunk *= 2;
    }
    let tries = 0;
    const start = performance.now();
    while (performance.now() - start < budget) {
        program.work(id, 64, nonce, chunk);
        tries += chunk;
    }
    return tries / (performance.now() - start) * 1000;
}
