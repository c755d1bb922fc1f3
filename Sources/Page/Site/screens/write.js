// More words in a case that is there.

import { actions, button, paragraph, screen, teller, textField } from '../forms.js';
import { caseName, caseOf } from '../casework.js';
import { sendIt } from '../send.js';
import { state } from '../state.js';
import { language, t } from '../words.js';

export default function write({ number }) {
    const one = caseOf(number);
    const news = teller('alert');
    // Kept by case, so that another screen in between loses nothing.
    const field = textField({ name: t('write.name'), hint: caseName(one), rows: 8,
        value: state.unsent[number] ?? '', onInput: (text) => { state.unsent[number] = text; } });
    const on = () => {
        const text = state.unsent[number]?.trim();
        if (!text) { news.tell(t('write.empty')); return undefined; }
        return sendIt(news, {
            what: 'words', request: { what: 'words', case: number, text, language },
        }, () => { delete state.unsent[number]; });
    };
    return screen(t('write.title'),
        paragraph(one.canAnswer ? 'write.about' : 'write.about.early'), field, news,
        actions(button(t('write.on'), on, 'main')));
}
