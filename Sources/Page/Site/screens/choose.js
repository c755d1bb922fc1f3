// What the person came for.

import { apart, el } from '../dom.js';
import { actions, button, notice, paragraph, screen, warning } from '../forms.js';
import { go } from '../router.js';
import { community } from '../start.js';
import { emptyAnswers, state } from '../state.js';
import { languageName, listed, t } from '../words.js';

// words: choose.from.{link relay}

export default async function choose() {
    const { name, isTest, languages = [] } = await community();
    const begin = (path) => () => {
        if (state.path !== path) {
            Object.assign(state, { path, answers: emptyAnswers(), note: null });
        }
        go('question', { step: 'account' });
    };
    return screen(t('choose.title'),
        isTest && warning(el('p', {}, t('choose.test'))),
        state.isPhoneWrong && notice(el('p', {}, t('choose.clock'))),
        el('p', {}, t('choose.for'), ' ', el('strong', {}, apart(name)), el('br'),
            el('span', { class: 'soft' }, t(`choose.from.${state.from}`))),
        languages.length > 0
            && el('p', {}, t('choose.languages', { list: listed(languages.map(languageName)) })),
        button(t('choose.ask'), begin('request'), 'main'),
        button(t('choose.note'), begin('note'), '', t('choose.note.hint')),
        button(t('choose.guidance'), () => go('guidance'), '', t('choose.guidance.hint')),
        button(t('choose.code'), () => go(state.isCodeKept ? 'cases' : 'enter'), '',
            t('choose.code.hint')),
        paragraph('choose.free'),
        actions(button(t('choose.decoy'), () => go('decoy'), 'link'),
            button(t('choose.community'), () => go('community'), 'link')));
}
