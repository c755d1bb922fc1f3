// Seals the person's own copies anew, so that the code finds them for longer.

import { el } from '../dom.js';
import { actions, button, paragraph, screen, teller } from '../forms.js';
import { caseOf } from '../casework.js';
import { sendIt } from '../send.js';
import { day, t } from '../words.js';

export default function renew({ number }) {
    const one = caseOf(number);
    const news = teller('alert');
    const on = () => sendIt(news, { what: 'renewal', verb: 'reseal', request: { case: number } });
    return screen(t('renew.title'), el('p', {}, t('case.lastday', { day: day(one.lastDay) })),
        paragraph('renew.about'), !one.isNote && paragraph('renew.others'), news,
        actions(button(t('renew.on'), on, 'main')));
}
