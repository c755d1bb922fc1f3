// What one visit knows. It is in memory only, and gone when the page is left.

/// Everything but the secrets, which the worker keeps.
export const state = {};

export function forget() {
    for (const name of Object.keys(state)) delete state[name];
    Object.assign(state, {
        /// The community's id in base64url, and where it is from: 'link' or 'relay'.
        communityID: null, from: null,
        /// What the records say about it, once checked, and its guidance records.
        community: null, guidance: [],
        /// Answers to the questions of guidance, by pack; whether a request's own may be used.
        advised: {}, usesAnswers: false,
        /// What the relay says about itself, and the clock made from it;
        /// whether the phone's differs, and what keeps the relay from answering.
        relay: null, clock: null, isPhoneWrong: false, trouble: null,
        /// 'request' or 'note', what was answered so far, and whether a relay has it.
        path: null, answers: emptyAnswers(), isDraftSent: false,
        /// The note that a request is made of: its number, its files, and the ids of those that
        /// go along.
        note: null,
        /// Whether the visit has a code, its groups if it was made here, and whether they were
        /// typed back.
        hasCode: false, groups: null, isCodeKept: false,
        /// What is being sent, and the handles of what was sent.
        sending: null, sent: [],
        /// What the code found, the cases whose erasure this visit's relay took whole, when it was
        /// read, and how far.
        cases: null, erased: [], isRead: false, readAt: 0, reading: null,
        /// The consent that is being made, and what was written in cases and not sent yet.
        consent: null, unsent: {},
        /// Files chosen and cleaned, not sent yet. Files can be sealed wherever text can.
        files: [], canSealFiles: true,
    });
}

export function emptyAnswers() {
    return {
        account: '', kinds: [], when: '', where: '', bias: [], reported: null, reasons: [],
        safety: null, needs: [], contact: '', danger: null,
        // Details of needs; they join the account, since nothing else has room for them.
        details: {},
    };
}

forget();
