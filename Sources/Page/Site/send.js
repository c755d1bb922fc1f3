// Sends something that needs no code to be kept first, and asks before work that takes long or more
// of it than usual.

import { go } from './router.js';
import { Sending } from './sending.js';
import { state } from './state.js';
import { refusal } from './trouble.js';

const asksAbove = 8; // seconds

/// `order` is what Sending takes; `sent` is called once it is composed and can't be lost by
/// leaving the screen. `news` tells why not.
export async function sendIt(news, order, sent = () => {}) {
    news.tell('');
    state.sending?.drop();
    const sending = new Sending(order);
    await sending.prepare();
    if (sending.phase === 'failed') {
        news.tell(refusal(sending.problem));
        return;
    }
    sent();
    const isSlow = sending.secondsLeft > asksAbove || sending.moreBits > 0;
    if (isSlow) sending.pause();
    go(isSlow ? 'slow' : nextAfter());
}

/// A new code is written down before anything is sent.
export const nextAfter = () => (state.isCodeKept ? 'sending' : 'code');
