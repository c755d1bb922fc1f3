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
    const taken = state.sent.filter(({ what }) => what === 'retraction').at(-1);
    const line = el('p', { role: 'status' }, t('erased.begun'));
    const slowly = paragraph('erased.slowly');
    const node = screen(t('erased.title'), line, slowly, paragraph('erased.offline'),
        el('div', { class: 'actions' },
            button(t('receipt.more'), () => goAnew('choose')),
            button(t('receipt.leave'), leave, 'main')));
    state.isRead = false;
    if (taken) follow(taken.handle, line, slowly, node);
    return node;
}

/// The count of those that confirmed, beside the number known.
async function follow(handle, line, slowly, node) {
    for (let round = 0; round === 0 || node.isConnected; round += 1) {
        const [fate] = await fates([handle]).catch(() => [null]);
        const text = !fate ? line.textContent : fate.confirmed > 0
            ? many('erased.confirmed', fate.confirmed, { all: number(fate.relays) })
            : t(fate.waiting > 0 ? 'erased.waiting' : 'erased.begun');
        if (line.textContent !== text) line.textContent = text;
        slowly.hidden = fate?.confirmed > 0 && fate.confirmed === fate.relays;
        await new Promise((resolve) => { setTimeout(resolve, askEvery); });
    }
}
