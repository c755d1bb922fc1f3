// More words in a case that is there.

import { el } from '../dom.js';
import { filePicker } from '../fileparts.js';
import { actions, button, list, paragraph, screen, teller, textField } from '../forms.js';
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
    const files = state.unsentFiles[number] ??= [];
    const on = () => {
        const text = state.unsent[number]?.trim() ?? '';
        if (!text && files.length === 0) { news.tell(t('write.empty')); return undefined; }
        return sendIt(news, {
            what: 'words', request: { what: 'words', case: number, text, language }, files,
        }, () => { delete state.unsent[number]; });
    };
    const attach = el('details', { open: files.length > 0 }, el('summary', {}, t('files.attach')),
        list('files.cleaned', 'files.month', 'files.seen'), filePicker(files));
    return screen(t('write.title'),
        paragraph(one.canAnswer ? 'write.about' : 'write.about.early'), field, attach, news,
        actions(button(t('write.on'), on, 'main')));
}
