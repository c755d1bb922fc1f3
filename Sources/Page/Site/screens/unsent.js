// Asked before what was written and not sent is thrown away.

import { copyWritten } from '../copying.js';
import { apart, el } from '../dom.js';
import { actions, button, paragraph, screen, teller } from '../forms.js';
import { inWords, incident, writtenOut } from '../answers.js';
import { beginDraft } from '../draft.js';
import { fileLine } from '../fileparts.js';
import { goInstead } from '../router.js';
import { state } from '../state.js';
import { t } from '../words.js';

export default function unsent({ on }) {
    const news = teller();
    const away = () => {
        // A sending that holds the same words is theirs.
        const { sending } = state;
        const isOfDraft = ['request', 'note'].includes(sending?.order.what);
        if (isOfDraft && !sending.isStored) sending.drop();
        beginDraft(null);
        on(goInstead);
    };
    const told = inWords(incident());
    const written = writtenOut(told);
    return screen(t('unsent.title'), paragraph('unsent.about'),
        el('dl', { class: 'asked card' }, told.map(([name, text]) => [
            el('dt', {}, t(`field.${name}`)), el('dd', {}, apart(text))]),
        state.files.length > 0 && [el('dt', {}, t('field.files')),
            el('dd', {}, state.files.map((entry) => el('div', {}, fileLine(entry))))]),
        state.hasCode && !state.isCodeKept && paragraph('unsent.code'), news,
        actions(button(t('unsent.keep'), () => goInstead('review'), 'main'),
            written && button(t('sending.copy'), () => copyWritten(written, news)),
            button(t('unsent.drop'), away, 'danger')));
}
