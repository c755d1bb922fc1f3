// The return code: shown once, on paper alone if wanted, before anything is sent.

import { copied } from '../copying.js';
import { el } from '../dom.js';
import { actions, button, list, notice, paragraph, screen, teller } from '../forms.js';
import { progressOf } from '../progress.js';
import { go } from '../router.js';
import { state } from '../state.js';
import { t } from '../words.js';

export default function code() {
    const { groups, sending } = state;
    const news = teller();
    const picture = el('div', { class: 'paper' });
    const showPicture = async () => {
        const { qrCode } = await import('../qr.js');
        picture.replaceChildren(qrCode(groups.join(''), t('code.qr.label')));
    };
    const copy = async () => {
        const isDone = await copied(groups.join(' '));
        news.tell(t(isDone ? 'code.copied' : 'code.copy.failed'));
    };
    return screen(t('code.title'), paragraph('code.about'),
        el('div', { class: 'paper' }, codeGroups(groups)),
        picture,
        list('code.keep.paper', 'code.keep.hide', 'code.keep.lost', 'code.keep.anyone'),
        el('div', { class: 'row' }, button(t('code.copy'), copy),
            button(t('code.print'), () => print()), button(t('code.qr'), showPicture)),
        news,
        sending && notice(paragraph('code.meanwhile'), progressOf(sending)),
        actions(button(t('code.on'), () => go('codecheck'), 'main')));
}

/// The groups as they are read: left to right in every language.
function codeGroups(groups) {
    return el('p', { class: 'code', dir: 'ltr', lang: 'zxx' },
        groups.map((group) => el('span', {}, group)));
}
