// The page's program with the calls that only measuring makes: measured.wasm, or the same as plain
// JavaScript, loaded and called by the page's own kith.js.

import { joined, load as loaded } from './kith.js';

export const load = async () => new Measured(await loaded(null, 'measured'));

class Measured {
    constructor(kith) { this.kith = kith; }

    /// The 32-byte secret of a return code, given as text.
    stretchCode(text) { return this.kith.call('stretchCode', new TextEncoder().encode(text)); }

    stretch(password, salt, passes, kibibytes) {
        return this.kith.call('stretch', joined(salt, password), passes, kibibytes);
    }

    /// A list of { id, envelope }, the envelopes without their work.
    seal(posting, payload) {
        const reply = this.kith.call('seal', joined(
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

    work(id, bits, nonce, tries) { return this.kith.work(id, bits, nonce, tries); }

    open(envelope, { key, shared, community }) {
        const reply = this.kith.call('open', joined([shared ? 1 : 0], key, community, envelope));
        const [kind, part, parts] = reply;
        return { kind, part, parts, messageID: reply.slice(3, 19), payload: reply.slice(19) };
    }
}

function bigEndian(number) {
    return [number >>> 24, number >>> 16 & 255, number >>> 8 & 255, number & 255];
}
