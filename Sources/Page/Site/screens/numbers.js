// Who can be called, on any phone, without this page.

import { apart, el } from '../dom.js';
import { actions, button, list, paragraph, screen } from '../forms.js';
import { go } from '../router.js';
import { t } from '../words.js';

export default function numbersScreen() {
    const line = (number, shown, key) => el('div', { class: 'card' },
        el('h2', {}, el('a', { href: `tel:${number}` }, apart(shown, 'ltr'))), paragraph(key));
    return screen(t('numbers.title'), line('112', '112', 'numbers.112'),
        line('116006', '116 006', 'numbers.116006'),
        line('116111', '116 111', 'numbers.116111'), paragraph('numbers.bill'),
        button(t('choose.guidance'), () => go('guidance'), '', t('choose.guidance.hint')),
        el('h2', {}, t('numbers.other')),
        list('numbers.trusted', 'numbers.group', 'numbers.doctor'), actions());
}
