// Step three of sharing: what for and until when.

import { actions, button, choices, screen, teller } from '../forms.js';
import { purposes } from '../codes.js';
import { go } from '../router.js';
import { state } from '../state.js';
import { day, t } from '../words.js';

const spans = [7, 30, 90]; // days

export default function consentWhy() {
    const { consent } = state;
    const midnight = state.clock.now - state.clock.now % 86400;
    const news = teller('alert');
    const on = () => {
        if (consent.purpose === null) news.tell(t('why.purpose.needed'));
        else if (consent.days === null) news.tell(t('why.until.needed'));
        else go('consentpreview');
    };
    return screen(t('why.title'),
        choices({ name: t('why.purpose'), chosen: consent.purpose,
            options: purposes.map((_, at) => [at + 1, t(`purpose.${at + 1}`)]),
            onChange: (value) => { consent.purpose = value; } }),
        choices({ name: t('why.until'), hint: t('why.until.hint'), chosen: consent.days,
            options: spans.map((days) => [days, day(midnight + days * 86400)]),
            onChange: (value) => { consent.days = value; } }),
        news, actions(button(t('why.on'), on, 'main')));
}
