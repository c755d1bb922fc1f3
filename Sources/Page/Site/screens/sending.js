// While it is on its way from this page to the relay.

import { el } from '../dom.js';
import { button, paragraph, screen } from '../forms.js';
import { progressOf } from '../progress.js';
import { goAnew, go } from '../router.js';
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
    const turned = (phase) => {
        if (phase === 'done') goAnew(sending.order.then);
        stay.hidden = phase === 'failed';
        if (phase !== 'failed') return;
        failed.replaceChildren(...lines(sending));
    };
    sending.letGo();
    return screen(t('sending.title'), progressOf(sending, turned), stay, failed);
}

// words: sending.missing.{erase files}

/// What is said and can be done when it failed. What the relay took stays there.
function lines(sending) {
    const { missing } = sending;
    return [el('p', { class: 'error' }, refusal(sending.problem)),
        ...(missing ? [paragraph(`sending.missing.${missing}`)] : []), numbers(),
        button(t('sending.again'), () => again(sending), 'main'),
        ...(missing ? [button(t('receipt.case'), () => goAnew('cases'))] : [])];
}

/// Composes and tries anew; a submission that the relay has is not doubled, since what was
/// handed over has its own handle.
async function again(sending) {
    if (sending.isStored) {
        sending.goOn();
        go('sending');
        return;
    }
    const next = sending.anew();
    await next.prepare();
    go('sending');
}
