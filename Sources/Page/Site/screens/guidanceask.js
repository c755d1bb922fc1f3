// The questions of a pack, one a screen; each may be skipped and no answer leaves the phone.

import { el } from '../dom.js';
import { actions, button, choices, paragraph, screen } from '../forms.js';
import { packs } from '../guidance.js';
import { go } from '../router.js';
import { state } from '../state.js';
import { number, t } from '../words.js';

export default async function guidanceAsk({ from, at }) {
    const pack = (await packs())[from];
    const question = pack.questions[at];
    const isLast = at + 1 === pack.questions.length;
    const given = (state.advised[from] ??= {});
    const show = () => go('guidanceadvice', { from });
    const on = () => (isLast ? show() : go('guidanceask', { from, at: at + 1 }));
    const skip = () => { delete given[question.id]; on(); };
    return screen(question.text,
        el('p', { class: 'step' },
            t('question.step', { number: number(at + 1), all: number(pack.questions.length) })),
        choices({
            name: t('choices.one'), hint: question.about,
            options: question.answers.map(({ id, text }) => [id, text]),
            chosen: given[question.id] ?? null,
            onChange: (id) => { given[question.id] = id; },
        }),
        at === 0 && paragraph('guidance.stays'), isLast && ownAnswers(),
        actions(button(t('question.on'), on, 'main'), button(t('question.skip'), skip, 'link'),
            button(t('guidance.enough'), show, 'link')));
}

/// Kinds and needs of a request that is being written, only if the person says so.
function ownAnswers() {
    const { kinds, needs } = state.answers;
    return kinds.length + needs.length > 0 && choices({
        name: t('guidance.yours'), several: true, chosen: state.usesAnswers ? [true] : [],
        options: [[true, t('guidance.yours.use')]],
        onChange: ([value]) => { state.usesAnswers = value === true; },
    });
}
