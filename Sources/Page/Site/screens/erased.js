// How many relays confirmed that an erasure was carried out.

import { el } from '../dom.js';
import { button, paragraph, screen } from '../forms.js';
import { leave } from '../exit.js';
import { fates } from '../relay.js';
import { goAnew } from '../router.js';
import { state } from '../state.js';
import { many, number, t } from '../words.js';

const askEvery = 10e3; // milliseconds

export default function erased() {
    const { handles } = state.sent.filter(({ what }) => what === 'retraction').at(-1);
    const line = el('p', { role: 'status' }, t('erased.begun'));
    const slowly = paragraph('erased.slowly');
    const node = screen(t('erased.title'), line, slowly, paragraph('erased.offline'),
        el('div', { class: 'actions' },
            button(t('receipt.more'), () => goAnew('choose')),
            button(t('receipt.leave'), leave, 'main')));
    state.isRead = false;
    if (handles.length > 0) follow(handles, line, slowly, node);
    return node;
}

/// The count of those that confirmed all of it, beside the number known.
async function follow(handles, line, slowly, node) {
    for (let round = 0; round === 0 || node.isConnected; round += 1) {
        const told = await fates(handles).catch(() => []);
        const confirmed = Math.min(...told.map((fate) => fate.confirmed));
        const text = told.length === 0 ? line.textContent : confirmed > 0
            ? many('erased.confirmed', confirmed, { all: number(told[0].relays) })
            : t(told.some((fate) => fate.waiting > 0) ? 'erased.waiting' : 'erased.begun');
        if (line.textContent !== text) line.textContent = text;
        slowly.hidden = confirmed > 0 && confirmed === told[0].relays;
        await new Promise((resolve) => { setTimeout(resolve, askEvery); });
    }
}
