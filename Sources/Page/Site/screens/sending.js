// While it is on its way from this page to the relay.

import { copyWritten } from '../copying.js';
import { el } from '../dom.js';
import { button, paragraph, screen, teller } from '../forms.js';
import { progressOf } from '../progress.js';
import { goAlong, goAnew, goInstead } from '../router.js';
import { state } from '../state.js';
import { numbers, refusal } from '../trouble.js';
import { t } from '../words.js';

export default function sendingScreen() {
    const { sending } = state;
    if (!sending) {
        return screen(t('sending.none'),
            button(t('sending.home'), () => goAnew('choose'), 'main'));
    }
    const stay = paragraph('sending.stay');
    const failed = el('div', { role: 'alert' });
    const news = teller();
    const copy = button(t('sending.copy'), () => copyWritten(sending.order.written, news));
    const turned = (phase) => {
        if (phase === 'done') goAnew(sending.order.then);
        const hasFailed = phase === 'failed';
        node.querySelector('h1').textContent = t(hasFailed ? 'trouble.title' : 'sending.title');
        stay.hidden = hasFailed;
        // As long as the relay does not have it, it can be kept in another way.
        copy.hidden = !sending.order.written || sending.isStored
            || !(hasFailed || sending.trouble);
        failed.replaceChildren(...(hasFailed ? whatNow(sending) : []));
    };
    sending.letGo();
    const node = screen(t('sending.title'), progressOf(sending, turned), stay, failed, copy, news);
    return node;
}

// words: sending.missing.{erase files}

/// What is said and can be done when it failed. What the relay took stays there; what it did not
/// take is still where it was written.
function whatNow(sending) {
    const { missing, isStored, order } = sending;
    const there = () => {
        state.sending?.drop();
        goAlong(order.way);
    };
    return [el('p', { class: 'error' }, refusal(sending.problem)),
        ...(missing ? [paragraph(`sending.missing.${missing}`)] : []), numbers(),
        button(t('sending.again'), () => again(sending), 'main'),
        isStored ? button(t('receipt.case'), () => goAnew('cases'))
            : button(t(order.written ? 'sending.back' : 'back'), there)];
}

/// Composes and tries anew; a submission that the relay has is not doubled, since what was
/// handed over has its own handle.
async function again(sending) {
    if (sending.isStored) {
        sending.goOn();
    } else {
        state.sending?.drop();
        const next = sending.anew();
        await next.prepare();
        // Whoever went back meanwhile sends nothing.
        if (state.sending !== next) return;
    }
    goInstead('sending');
}
