// Sends something that needs no code to be kept first, and asks before work that takes long or more
// of it than usual.

import { go, wayHere } from './router.js';
import { Sending } from './sending.js';
import { state } from './state.js';
import { refusal } from './trouble.js';

const asksAbove = 8; // seconds

/// `order` is what Sending takes. `news` tells why it can't be sent.
export async function sendIt(news, order) {
    news.tell('');
    state.sending?.drop();
    const sending = new Sending({ ...order, way: wayHere() });
    await sending.prepare();
    if (sending.phase === 'failed') {
        news.tell(refusal(sending.problem));
        return;
    }
    const isSlow = sending.secondsLeft > asksAbove || sending.moreBits > 0;
    if (isSlow) sending.pause();
    go(isSlow ? 'slow' : nextAfter());
}

/// A new code is written down before anything is sent.
export const nextAfter = () => (state.isCodeKept ? 'sending' : 'code');
