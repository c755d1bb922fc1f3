// Changes how the person may be reached safely.

import { actions, button, paragraph, screen, teller, textField } from '../forms.js';
import { caseOf, unsentIn } from '../casework.js';
import { sendIt } from '../send.js';
import { t } from '../words.js';

export default function contact({ number }) {
    const news = teller('alert');
    const unsent = unsentIn(number);
    const known = caseOf(number).contact ?? '';
    const field = textField({
        name: t('contact.name'), hint: t('contact.hint'), rows: 5, most: 2000,
        value: unsent.rules ?? known, onInput: (typed) => { unsent.rules = typed; },
    });
    const on = () => {
        const text = (unsent.rules ?? known).trim();
        if (!text) { news.tell(t('write.empty')); return undefined; }
        return sendIt(news, {
            what: 'contactRules', request: { what: 'contactRules', case: number, text },
            written: text, whenStored: () => { unsent.rules = null; },
        });
    };
    return screen(t('contact.change'), paragraph('contact.about'), field, news,
        actions(button(t('write.on'), on, 'main')));
}
