// The programs in the page, or the same as plain JavaScript where WebAssembly is off. One worker
// holds them, and with them every secret of a visit; ending the worker ends them. first.wasm is in
// the first view: it follows a community, makes a code and seals what is written first under it.
// kith.wasm takes over once anything else is asked, and guide.wasm answers for guidance.
//
// Calls of a visit, as worker.js answers them: a page posts { id, name, request } and hears
// { id, result } or { id, error }, error being a stable code, never a sentence. request is an
// object, or a Uint8Array where it says bytes; result likewise, its buffer transferred. In JSON,
// keys and ids are base64url without padding; times Unix seconds; a slot is ten minutes, counted
// from 1970. What is marked with ? may be left out. Numbers of lists: protocol/schema/codes.md.
//
// begin {} -> { webAssembly }
//     Loads the program; every other call waits for it. webAssembly: whether it runs as that.
// module {} -> the compiled program for work-worker.js, or null where WebAssembly does not run
// follow { network, community, charters, manifest, cards: [], now } -> { name, networkName, isTest,
//     workBase, manifestUntil, relays, languages: [], bridges: [{ key, name, ready,
//     authorities: [{ uri, name, publishing }] }] }
//     Records as GET /api/records gives them; community is the id in the link. ready: the bridge
//     can be reached. Errors: wrongCommunity, notCarried, notSigned, damaged, expired,
//     notYetValid, noKeyForThisWeek.
// newCode {} -> { groups: 7 texts of 4 digits }, enterCode { text } -> {}
//     Slow on purpose. Errors: mistyped, outOfMemory. What was found before is forgotten.
// scan bytes -> { envelopes }
//     Envelopes, one after the other: looks for what is the code's. Needs a code and a community.
//     Of a new code they are read once something else is asked, and envelopes is 0.
//     Error: notEnvelopes (what stands before was read).
// needsSecondPass {} -> true or false
//     Whether keys were found under which something may lie in what was scanned before.
// scanAgain bytes -> { envelopes }
//     Second pass: every batch that was scanned, in the same order.
// cases { now } -> { cases: [case], freeNumber: 0...7 or null }
//     case: { number, isNote, state, isErased, isReopened, canAnswer, helpers: [name, or ''],
//     contact?, told: incident, requests: [{ incident, attachments?, slot }],
//     notes: [{ incident, slot }],
//     messages: [{ from, text, language?, attachments?, slot }], kept: [attachment],
//     statuses: [{ state, explanation?, by?, slot }], consents: [consent], lastDay }
//     state: received in_progress waiting_for_you referred resolved closed. from: you, supporter.
//     contact: the rules that hold now; told: what a consent may share. In a note, requests holds
//     its entries; else notes has those beside the requests, which nobody else has. Of an erased
//     case only answers may be left. canAnswer:
//     somebody has answered. lastDay: the second from which own copies are gone unless renewed.
//     kept: what only the code opens.
//     attachment: { id, size, type, isOriginal, expires }
//     incident, each entry left out if not told: { account, language, kinds: [{ kind, iccs }],
//     bias: [], reported, reasons: [], safety, needs: [], contact, when, where, danger }
//     consent: { id, recipient (URI), bridge, purpose, issued, expires, isPublic, mark,
//     fields: [{ name, value }], report, isWithdrawn, isLive, answers: [{ slot, state, text?,
//     reference?, forwards: [{ recipient, day, reference?, isPerhapsTwice }] }] }
//     purpose: a term of the list. report: what the office gets, letter for letter. An answer's
//     state: waiting approved refused forwarded delayed open closed withdrawn withdrawn_after ended
//     replaced other. day: counted from 1970.
// compose { what, case?, incident?, text?, language?, slot, ttl?, moreBits?, attach?: [file],
//     keepApart?: [file], share?: [id of an attachment] } -> { envelopes, retractions, case }
//     what: request, note (incident; under the first free number without case; a request in a
//     note's own case opens it, the note stays with its writer), words (text, language?), reopen,
//     contactRules (text). Seals drafts, which take the place of those before.
//     ttl: 2 for seven days, with a quarter of the work; else 4, ninety days. moreBits: 0 to 4, of
//     work beyond the least. Whatever else seals takes both, and beginFile moreBits.
//     attach: finished files that go with it; keepApart: those that only the code opens; share (in
//     requests and words): files of the case that nobody else has yet.
//     Errors: nothingToSend, tooLong, full, noSuchCase, erased, noRequest, noKeyForThisWeek,
//     unusableKey, noSuchFile, fileUnfinished, tooManyFiles.
// beginFile { case?, size, type, role: 0 cleaned or 1 original, slot } -> { file, chunks, case }
//     A file for that case, or for a new one. Errors: nothingToSend (empty), tooLarge (more than
//     16 MiB in the case), tooManyFiles, full, noSuchCase, erased.
// sealChunk bytes: file u32 big-endian, the next 65370 bytes or what is left -> bytes: the draft, as
//     drafts lists one. Error: noSuchFile.
// finishFile bytes: file u32, then the nonces of all chunks, 8 bytes each -> {}
//     Errors: noSuchFile, fileUnfinished.
// dropFiles {} -> {}
//     Forgets the files that are being sealed.
// openFile { case, id } -> { file, chunks: [{ id, head, week }] }
//     The envelopes that are needed, in order; head: their first 56 bytes. Error: noSuchFile.
// openChunk bytes: file u32, the next envelope -> bytes: its piece of the file. Error: fileDamaged.
// closeFile { file } -> {}
//     The whole file was opened and holds; before, nothing of it is shown. Error: fileDamaged.
// reseal { case, slot } -> as compose
//     Seals own copies anew: they last ninety days from then.
// preview { case, bridge, authority (URI), fields: [name], extra?: { area?, name?, email?, phone? },
//     purpose, days (1...90), willBePublic?, renews? (id), now or slot }
//     -> { id, recipient, bridge, purpose, issued, expires, isPublic, mark, fields, report }
//     A consent exactly as it will leave. Errors: noSuchAuthority, nothingChosen, wouldBePublic,
//     noSuchConsent, erased.
// give { slot } -> as compose
//     Seals the consent that was shown last, again until it was scanned. Errors: noPreview, noBridgeCard, noBridgeKey.
// withdraw { case, consent (id), slot } -> as compose. Errors: bridgeGone, noBridgeCard,
//     noBridgeKey, noSuchConsent.
// erase { case or all: true, leaveConsents?, slot } -> { envelopes, retractions }
//     Consents first; leaveConsents goes on where one can't be taken back now, and nobody can
//     later. The drafts are sent first, then the retractions: before those have arrived nothing is
//     erased. A case can be erased again.
// Of the other program, which holds no secret:
// guidancePack bytes -> pack
//     A pack as a file has it, such as guidance/en.json: checked, and kept as the shipped one. Error:
//     badGuidance.
// guidance { records: [], language, now } -> { languages: [tag], pack or null }
//     The community's own, as GET /api/records gives them; its pack in this language, or one of its
//     regions, is kept. Records that do not hold, and packs that break a rule, count as absent.
// advise { from: shipped or community, answers: [{ question, answer }], kinds?: [], needs?: [] }
//     -> { contacts: [{ id, urgency }], sections: [{ id, urgency }] }
//     What a kept pack's tables choose, in the order to show it; urgency: now soon later. Those for
//     emergencies come first. kinds and needs: the incident's, where the seeker allows it. Errors:
//     noGuidance, notAsked (an answer the pack does not have).
//     pack: { language, title, reviewed (YYYY-MM-DD), country?, area?,
//     sections?: [{ id, heading, body: [text, { list: [] } or { steps: [] }] }],
//     contacts: [{ id, name, about?, phones?, web?, hours?, languages?, needs?, free?, records?,
//     emergency? }], questions?: [{ id, text, about?, answers: [{ id, text }] }], tables? }
// drafts {} -> bytes: for each its length u32 big-endian, its id 32, the envelope without work:
//     the nonce at bytes 56...63 is zero; byte 3 has the work bits.
// retractions {} -> bytes, 112 each
// random { count } -> bytes
// forget {} -> {}
//     All of the visit, at once.
// Any call: malformed, unknownCall, noCommunity, noCode, cannotSeal (the program can't run here),
// notLoaded (one that is needed now could not be fetched; again later), outOfMemory (nothing was
// done), stopped (a mistake, or no more memory within a call: the program's state is unknown, and
// no call is answered any more).

const outcomes = ['good', 'malformed', 'mistyped', 'outOfMemory', 'tooLong', 'wrongKey'];
const refused = 6;

/// Starts the program: the one compiled elsewhere in this page, else the one of this name beside
/// this file. As plain JavaScript where `module` is null, and where WebAssembly is off or can't
/// compile or start it.
export async function load(module, name = 'first') {
    let program;
    // The browser fills at most 64 KiB of randomness at a time.
    const random = (start, count) => {
        for (let at = 0; at < count; at += 65536) {
            crypto.getRandomValues(
                new Uint8Array(program.memory.buffer, start + at, Math.min(65536, count - at)));
        }
    };
    const isOff = module === null || typeof WebAssembly !== 'object';
    const whole = isOff ? null
        : await started(module ?? await fetched(`${name}.wasm`), { env: { random } });
    program = whole?.exports ?? (await import(`./${name}-plain.js`)).instantiate({ random });
    if (program.begin() < 0) throw new Refusal('cannotSeal');
    return new Kith(program, whole?.module ?? null);
}

async function fetched(file) {
    const answer = await fetch(new URL(file, import.meta.url), {
        cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer',
    });
    if (!answer.ok) throw new Refusal('cannotSeal');
    return answer.arrayBuffer();
}

/// { module, exports } of a module or the bytes of one, or null: a browser may have WebAssembly
/// and not let it run. Compiled once it is whole: what browsers compile while it arrives, they
/// may keep on disk.
async function started(source, imports) {
    try {
        const module = source instanceof WebAssembly.Module ? source
            : await WebAssembly.compile(source);
        return { module, exports: (await WebAssembly.instantiate(module, imports)).exports };
    } catch {
        return null;
    }
}

/// What the program refused: `code` is one of its stable words.
export class Refusal extends Error {
    constructor(code) {
        super(code);
        this.code = code;
    }
}

export class Kith {
    constructor(program, module) {
        this.program = program;
        this.module = module;
    }

    /// One of the calls above but begin and random: its result, as bytes.
    ask(name, request) {
        const content = request instanceof Uint8Array ? request
            : new TextEncoder().encode(JSON.stringify(request));
        return this.call('ask', joined(new TextEncoder().encode(`${name}\0`), content));
    }

    forget() { this.program.forget(); }

    /// Tries `tries` nonces for an envelope's id from the eight bytes of `nonce` on:
    /// { found, nonce }; when nothing was found, `nonce` is where to go on.
    work(id, bits, nonce, tries) {
        const { program } = this;
        const start = this.reserved(40);
        try {
            this.write(start, joined(id, nonce));
            const found = program.work(start, bits, start + 32, tries) === 1;
            return { found, nonce: this.read(start + 32, 8) };
        } finally {
            program.release(start, 40);
        }
    }

    /// Where so many bytes may be written. Address 0 is the program's own.
    reserved(count) {
        const start = this.program.reserve(count);
        if (start === 0) throw new Refusal('outOfMemory');
        return start;
    }

    // Memory may grow, and its buffer change, within any call: views are made anew each time.
    write(start, bytes) { this.view(start, bytes.length).set(bytes); }

    read(start, count) { return this.view(start, count).slice(); }

    view(start, count) { return new Uint8Array(this.program.memory.buffer, start, count); }

    /// An export that takes bytes and numbers and answers with bytes.
    call(name, request, ...numbers) {
        const { program } = this;
        const start = this.reserved(request.length);
        let reply = 0;
        let count = 0;
        try {
            this.write(start, request);
            reply = program[name](start, request.length, ...numbers);
            count = new DataView(program.memory.buffer).getUint32(reply, true);
            const [outcome] = this.view(reply + 4, 1);
            const bytes = this.read(reply + 5, count - 1);
            if (outcome === refused) throw new Refusal(new TextDecoder().decode(bytes));
            if (outcome !== 0) throw new Refusal(outcomes[outcome]);
            return bytes;
        } finally {
            program.release(start, request.length);
            if (reply) program.release(reply, 4 + count);
        }
    }
}

export function joined(...parts) {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        out.set(part, at);
        at += part.length;
    }
    return out;
}
