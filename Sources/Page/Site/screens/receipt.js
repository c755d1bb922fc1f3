// What really happened to what was sent, and nothing more. It asks the relay again while shown.

import { el } from '../dom.js';
import { button, list, paragraph, screen } from '../forms.js';
import { goAnew } from '../router.js';
import { fates } from '../relay.js';
import { leave } from '../exit.js';
import { state } from '../state.js';
import { many, number, t } from '../words.js';

const askEvery = 5000; // milliseconds
// What comes next, where it is not an answer of the group.
const next = {
    note: ['receipt.note', 'receipt.days'], renewal: ['receipt.note', 'receipt.days'],
    consent: ['receipt.consent', 'receipt.back'], withdraw: ['receipt.withdraw', 'receipt.back'],
};

// words: receipt.title.{request note words contactRules reopen consent withdraw renewal}

export default function receipt() {
    const { what, isShort, handle, files = [] } = state.sent.at(-1);
    const coming = next[what] ?? ['receipt.answer', 'receipt.nobody', 'receipt.days'];
    const lines = el('ul', {}, el('li', {}, t('receipt.stored')));
    const node = screen(t(`receipt.title.${what}`), el('div', { role: 'status' }, lines),
        paragraph('receipt.meaning'),
        el('h2', {}, t('receipt.next')),
        list(...coming.map(
            (key) => (key === 'receipt.days' && isShort ? 'receipt.week' : key)),
        ...(files.length > 0 ? ['files.month'] : [])),
        el('div', { class: 'actions' },
            button(t('receipt.case'), () => goAnew('cases'), 'main'),
            button(t('receipt.more'), () => goAnew('choose')),
            button(t('receipt.leave'), leave)));
    follow(handle, lines, node);
    if (files.length > 0) followFiles(files, node);
    return node;
}

/// Asks what became of a handle until its screen is gone; `lines` shows it.
export async function follow(handle, lines, node) {
    for (let round = 0; round === 0 || node.isConnected; round += 1) {
        const [fate] = await fates([handle]).catch(() => [null]);
        if (fate) tellChange(lines, inWords(fate));
        await new Promise((resolve) => { setTimeout(resolve, askEvery); });
    }
}

/// How much of the files is there: each batch of them has a handle of its own.
async function followFiles(handles, node) {
    const line = el('p', { role: 'status' });
    node.querySelector('h2').before(line);
    for (let round = 0; round === 0 || node.isConnected; round += 1) {
        const told = await fates(handles).catch(() => []);
        const sum = (name) => told.reduce((total, fate) => total + fate[name], 0);
        const text = told.length === 0 ? ''
            : many('receipt.files', sum('held'), { all: number(sum('items')) });
        if (line.textContent !== text) line.textContent = text;
        await new Promise((resolve) => { setTimeout(resolve, askEvery); });
    }
}

function tellChange(lines, texts) {
    const old = [...lines.children].map((line) => line.textContent).join('\n');
    if (old !== texts.join('\n')) lines.replaceChildren(...texts.map((text) => el('li', {}, text)));
}

/// Only what happened: the relay's own copy, and how many told that they have it.
function inWords({ items, held, announced }) {
    const lines = [];
    if (held > 0 && held === items) lines.push(t('receipt.stored'));
    else if (held > 0) lines.push(many('receipt.part', held));
    lines.push(announced > 0 ? many('receipt.relays', announced) : t('receipt.alone'));
    return lines;
}
