// What became of an erasure that the relay has taken whole: how much of it waits here, and how
// many relays confirmed it. The count ends with the visit: a handle that the code gave would tell
// the relay which visits are one person's.

import { el } from '../dom.js';
import { button, list, paragraph, screen } from '../forms.js';
import { leave } from '../exit.js';
import { fates } from '../relay.js';
import { goAnew } from '../router.js';
import { state } from '../state.js';
import { many, number, t } from '../words.js';

const askEvery = 10e3; // milliseconds

export default function erased() {
    const { handles } = state.sent.filter(({ what }) => what === 'retraction').at(-1);
    const lines = el('ul', {}, el('li', {}, t('erased.begun')));
    const slowly = paragraph('erased.slowly');
    const node = screen(t('erased.title'), el('div', { role: 'status' }, lines), slowly,
        list('erased.visit', 'erased.offline'),
        el('div', { class: 'actions' },
            button(t('receipt.more'), () => goAnew('choose')),
            button(t('receipt.leave'), leave, 'main')));
    state.isRead = false;
    follow(handles, lines, slowly, node);
    return node;
}

/// Asks what became of the retractions until the screen is gone.
async function follow(handles, lines, slowly, node) {
    for (let round = 0; round === 0 || node.isConnected; round += 1) {
        const told = handles.length > 0 ? await fates(handles).catch(() => []) : [];
        if (told.length > 0) tell(lines, inWords(told));
        slowly.hidden = told.length > 0
            && told.every((fate) => fate.waiting === 0 && fate.confirmed === fate.relays);
        await new Promise((resolve) => { setTimeout(resolve, askEvery); });
    }
}

function tell(lines, texts) {
    if ([...lines.children].map((line) => line.textContent).join() === texts.join()) return;
    lines.replaceChildren(...texts.map((text) => el('li', {}, text)));
}

/// What still waits on this relay, and the relays that confirmed all of it.
function inWords(told) {
    const sum = (name) => told.reduce((total, fate) => total + fate[name], 0);
    const [items, waiting] = [sum('items'), sum('waiting')];
    const confirmed = Math.min(...told.map((one) => one.confirmed));
    const left = t('erased.left', { count: number(waiting), all: number(items) });
    return [
        ...(waiting > 0 ? [left, t('erased.waiting')]
            : [t(items > 0 && sum('held') === items ? 'erased.gone' : 'erased.begun')]),
        confirmed > 0 ? many('erased.confirmed', confirmed, { all: number(told[0].relays) })
            : t('erased.alone')];
}
