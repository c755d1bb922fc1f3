// The program in the page: kith.wasm, or the same as plain JavaScript where WebAssembly is off.

const outcomes = ['good', 'malformed', 'mistyped', 'outOfMemory', 'tooLong', 'wrongKey'];

export async function load() {
    let program;
    // The browser fills at most 64 KiB of randomness at a time.
    const random = (start, count) => {
        for (let at = 0; at < count; at += 65536) {
            crypto.getRandomValues(
                new Uint8Array(program.memory.buffer, start + at, Math.min(65536, count - at)));
        }
    };
    if (typeof WebAssembly === 'object') {
        const file = await fetch('kith.wasm', { credentials: 'omit' });
        if (!file.ok) throw new Error(`kith.wasm: status ${file.status}`);
        const made = await WebAssembly.instantiate(await file.arrayBuffer(), { env: { random } });
        program = made.instance.exports;
    } else {
        program = (await import('./kith-plain.js')).instantiate({ random });
    }
    if (program.begin() < 0) throw new Error('libsodium does not start');
    return new Kith(program);
}

class Kith {
    constructor(program) { this.program = program; }

    memoryBytes() { return this.program.memory.buffer.byteLength; }

    /// The 32-byte secret of a return code, given as text.
    stretchCode(text) { return this.call('stretchCode', new TextEncoder().encode(text)); }

    stretch(password, salt, passes, kibibytes) {
        return this.call('stretch', joined(salt, password), passes, kibibytes);
    }

    /// A list of { id, envelope }, the envelopes without their work.
    seal(posting, payload) {
        const reply = this.call('seal', joined(
            posting.network, posting.community, posting.topic, posting.messageID,
            bigEndian(posting.slot), [posting.ttlClass, posting.workBits, posting.kind],
            [posting.shared ? 1 : 0], posting.key, posting.tagKey, posting.eraseKey, payload));
        const drafts = [];
        for (let at = 0; at < reply.length;) {
            const length = new DataView(reply.buffer, reply.byteOffset).getUint32(at);
            const end = at + 36 + length;
            drafts.push({ id: reply.slice(at + 4, at + 36), envelope: reply.slice(at + 36, end) });
            at = end;
        }
        return drafts;
    }

    /// { found, nonce }; when nothing was found, `nonce` is where to go on.
    work(id, bits, nonce, tries) {
        const { program } = this;
        const start = program.reserve(40);
        try {
            this.write(start, joined(id, nonce));
            const found = program.work(start, bits, start + 32, tries) === 1;
            return { found, nonce: this.read(start + 32, 8) };
        } finally {
            program.release(start, 40);
        }
    }

    finish(envelope, nonce) { return this.call('finish', joined(nonce, envelope)); }

    open(envelope, { key, shared, community }) {
        const reply = this.call('open', joined([shared ? 1 : 0], key, community, envelope));
        const [kind, part, parts] = reply;
        return { kind, part, parts, messageID: reply.slice(3, 19), payload: reply.slice(19) };
    }

    // Memory may grow, and its buffer change, within any call: views are made anew each time.
    write(start, bytes) { this.view(start, bytes.length).set(bytes); }

    read(start, count) { return this.view(start, count).slice(); }

    view(start, count) { return new Uint8Array(this.program.memory.buffer, start, count); }

    call(name, request, ...numbers) {
        const { program } = this;
        const start = program.reserve(request.length);
        let reply = 0;
        let count = 0;
        try {
            this.write(start, request);
            reply = program[name](start, request.length, ...numbers);
            count = new DataView(program.memory.buffer).getUint32(reply, true);
            const bytes = this.read(reply + 4, count);
            if (bytes[0] !== 0) throw new Error(`${name}: ${outcomes[bytes[0]]}`);
            return bytes.subarray(1);
        } finally {
            program.release(start, request.length);
            if (reply) program.release(reply, 4 + count);
        }
    }
}

function joined(...parts) {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        out.set(part, at);
        at += part.length;
    }
    return out;
}

function bigEndian(number) {
    return [number >>> 24, number >>> 16 & 255, number >>> 8 & 255, number & 255];
}
