// Asks that a closed case is looked at again.

import { actions, button, paragraph, screen, teller } from '../forms.js';
import { sendIt } from '../send.js';
import { t } from '../words.js';

export default function reopen({ number }) {
    const news = teller('alert');
    const on = () => sendIt(news, { what: 'reopen', request: { what: 'reopen', case: number } });
    return screen(t('reopen.title'), paragraph('reopen.about'), news,
        actions(button(t('reopen.on'), on, 'main')));
}
