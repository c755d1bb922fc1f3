// One open question a screen, each of which may be skipped.

import { el } from '../dom.js';
import { actions, button, screen, teller } from '../forms.js';
import { steps } from '../answers.js';
import { back, go } from '../router.js';
import { state } from '../state.js';
import { number, t } from '../words.js';
import { bodies } from '../questions.js';

// Steps where people write or add files themselves.
const written = {
    account: ({ account }) => account, when: ({ when, where }) => when + where,
    details: ({ details }) => Object.values(details).join(''), contact: ({ contact }) => contact,
};

/// `isEdit`: the person came from the review and goes back there.
export default async function question({ step, isEdit = false }) {
    const all = steps();
    const at = all.indexOf(step);
    const on = () => {
        // Asked anew: an answer may have added or taken away a question.
        const now = steps();
        const next = now[now.indexOf(step) + 1];
        if (isEdit) back();
        else if (next) go('question', { step: next });
        else go('review');
    };
    const news = teller('alert');
    let isSure = false;
    const skip = () => {
        const text = step === 'files' ? state.files.length > 0
            : written[step]?.(state.answers).trim();
        if (text && !isSure) {
            isSure = true;
            news.tell(t('question.skip.sure'));
            return;
        }
        forget(step);
        on();
    };
    const { title, body } = await bodies[step]();
    return screen(title,
        el('p', { class: 'step' },
            t('question.step', { number: number(at + 1), all: number(all.length) })),
        body, news,
        actions(button(t(isEdit ? 'question.done' : 'question.on'), on, 'main'),
            !isEdit && button(t('question.skip'), skip, 'link')));
}

/// Skipping takes back what was answered here.
function forget(step) {
    const { answers } = state;
    const empty = { account: { account: '' }, kinds: { kinds: [] }, when: { when: '', where: '' },
        bias: { bias: [] }, reported: { reported: null }, reasons: { reasons: [] },
        feeling: { safety: null }, needs: { needs: [] }, details: { danger: null, details: {} },
        contact: { contact: '' } };
    if (step === 'files') state.files = [];
    Object.assign(answers, empty[step]);
}
