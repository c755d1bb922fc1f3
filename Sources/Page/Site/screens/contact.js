// Changes how the person may be reached safely.

import { actions, button, paragraph, screen, teller, textField } from '../forms.js';
import { caseOf } from '../casework.js';
import { sendIt } from '../send.js';
import { t } from '../words.js';

export default function contact({ number }) {
    const news = teller('alert');
    let text = caseOf(number).contact ?? '';
    const field = textField({
        name: t('contact.name'), hint: t('contact.hint'), rows: 5, most: 2000, value: text,
        onInput: (typed) => { text = typed; },
    });
    const request = () => ({ what: 'contactRules', case: number, text: text.trim() });
    const on = () => (text.trim()
        ? sendIt(news, { what: 'contactRules', request: request() }) : news.tell(t('write.empty')));
    return screen(t('contact.change'), paragraph('contact.about'), field, news,
        actions(button(t('write.on'), on, 'main')));
}
