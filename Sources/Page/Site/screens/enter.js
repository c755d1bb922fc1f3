// The code typed or pasted. A slip is told apart from "nothing found" here on the phone alone.

import { el } from '../dom.js';
import { actions, button, paragraph, screen, teller, textField } from '../forms.js';
import { goAnew } from '../router.js';
import { community } from '../start.js';
import { state } from '../state.js';
import { refusal } from '../trouble.js';
import { t } from '../words.js';
import { visit } from '../visit.js';

export default async function enter() {
    await community();
    const news = teller('alert');
    let text = '';
    const field = textField({
        name: t('enter.name'), hint: t('enter.hint'), isCode: true, rows: 2, most: 200,
        onInput: (typed) => { text = typed; },
    });
    const open = button(t('enter.on'), async () => {
        open.disabled = true;
        news.tell('');
        try {
            await visit.call('enterCode', { text });
            state.sending?.drop();
            Object.assign(state, {
                hasCode: true, isCodeKept: true, groups: null, cases: null, isRead: false,
                reading: null, erased: [], note: null,
            });
            field.input.value = '';
            goAnew('cases');
        } catch (problem) {
            const isSlip = problem.code === 'mistyped';
            news.tell(!text.trim() ? t('enter.empty')
                : isSlip ? t('enter.mistyped') : refusal(problem.code));
            open.disabled = false;
            field.input.focus();
        }
    }, 'main');
    field.input.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        open.click();
    });
    return screen(t('enter.title'), paragraph('enter.about'), field, news, actions(open),
        el('h2', {}, t('enter.lost')), paragraph('enter.lost.about'));
}
