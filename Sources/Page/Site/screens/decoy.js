// A second code with a harmless note, to show when somebody forces the person; and its limits.

import { el } from '../dom.js';
import { actions, button, list, paragraph, screen, warning } from '../forms.js';
import { goAnew } from '../router.js';
import { emptyAnswers, state } from '../state.js';
import { t } from '../words.js';

// words: decoy.step.{leave later note keep show}

export default function decoy() {
    const steps = el('ol', {}, ['leave', 'later', 'note', 'keep', 'show'].map(
        (one) => el('li', {}, t(`decoy.step.${one}`))));
    // A code made in the same visit could be told to belong to the first by the relay.
    const isUsed = state.hasCode || state.sent.length > 0;
    const begin = () => {
        Object.assign(state, { path: 'note', answers: emptyAnswers(), note: null });
        goAnew('question', { step: 'account' });
    };
    return screen(t('decoy.title'), paragraph('decoy.about'), steps,
        warning(el('h2', {}, t('decoy.limits')), list('decoy.limits.look',
            'decoy.limits.relay', 'decoy.limits.spy', 'decoy.limits.force')),
        isUsed ? paragraph('decoy.separate') : button(t('decoy.begin'), begin, 'main'),
        actions());
}
