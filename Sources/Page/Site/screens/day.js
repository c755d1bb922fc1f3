// The phone's clock and the relay's are a day or more apart: the person says which day it is.

import { fitting } from '../clock.js';
import { button, paragraph, screen, teller, textField } from '../forms.js';
import { el } from '../dom.js';
import { back } from '../router.js';
import { goBy, relayKnown } from '../start.js';
import { t } from '../words.js';

export default async function dayScreen() {
    const news = teller('alert');
    let date = '';
    const field = textField({
        name: t('day.name'), type: 'date', onInput: (value) => { date = value; },
    });
    const on = async () => {
        const { time } = await relayKnown();
        const clock = fitting(date, time);
        if (!clock) { news.tell(t(date ? 'day.wrong' : 'day.missing')); return; }
        goBy(clock);
        back();
    };
    return screen(t('day.title'), paragraph('day.about'), field, news,
        el('div', { class: 'actions' }, button(t('day.on'), on, 'main')));
}
