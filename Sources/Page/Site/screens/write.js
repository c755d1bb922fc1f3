// More words in a case that is there, or an entry that only its writer has.

import { el } from '../dom.js';
import { filePicker } from '../fileparts.js';
import { actions, button, list, paragraph, screen, teller, textField } from '../forms.js';
import { caseName, caseOf, unsentIn } from '../casework.js';
import { sendIt } from '../send.js';
import { language, t } from '../words.js';

export default function write({ number, isPrivate = false }) {
    const one = caseOf(number);
    const news = teller('alert');
    // Kept by case and reader, so that another screen in between loses nothing.
    const unsent = unsentIn(isPrivate ? `${number} note` : number);
    const field = textField({ name: t('write.name'), hint: caseName(one), rows: 8,
        value: unsent.text, onInput: (text) => { unsent.text = text; } });
    const { files } = unsent;
    const on = () => {
        const text = unsent.text.trim();
        if (!text && files.length === 0) { news.tell(t('write.empty')); return undefined; }
        const what = isPrivate ? 'note' : 'words';
        const said = isPrivate ? { incident: text ? { account: text, language } : {} }
            : { text, language };
        return sendIt(news, {
            what, request: { what, case: number, ...said }, files,
            written: text, whenStored: () => { unsent.text = ''; },
        });
    };
    const attach = el('details', { open: files.length > 0 }, el('summary', {}, t('files.attach')),
        list('files.cleaned', 'files.month', 'files.seen'), filePicker(files));
    const readers = one.canAnswer ? 'write.about' : 'write.about.early';
    return screen(t(isPrivate ? 'write.title.note' : 'write.title'), paragraph(isPrivate ? 'write.about.note' : readers),
        field, attach, news, actions(button(t('write.on'), on, 'main')));
}
