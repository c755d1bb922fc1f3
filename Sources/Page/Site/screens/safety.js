// The first screen: who may be watching, what leaving does and what it can't.

import { drawing, el } from '../dom.js';
import { button, list, notice, paragraph, screen, teller } from '../forms.js';
import { go, redraw } from '../router.js';
import { state } from '../state.js';
import { language, languages, t } from '../words.js';
import { languageList } from './language.js';

const globe = 'M12 2a10 10 0 1 0 0 20a10 10 0 0 0 0-20M2 12h20M12 2c-6 6-6 14 0 20c6-6 6-14 0-20';

export function safety() {
    const news = teller('alert');
    const name = languages.find(([code]) => code === language)[1];
    return screen(t('safety.title'),
        el('details', {}, el('summary', {}, drawing(24, globe, { width: 24, height: 24 }),
            t('safety.language', { name })), news, languageList(() => redraw(), news.tell)),
        notice(el('p', {}, t('safety.danger'), ' ',
            el('a', { href: 'tel:112' }, t('safety.call')))),
        paragraph('safety.about'),
        el('h2', {}, t('safety.watched')),
        list('safety.watched.phone', 'safety.watched.private', 'safety.watched.alone'),
        el('h2', {}, t('safety.leaving')),
        list('safety.leaving.button', 'safety.leaving.keys', 'safety.leaving.hidden',
            'safety.leaving.apps'),
        el('h2', {}, t('safety.cannot')),
        list('safety.cannot.history', 'safety.cannot.spy', 'safety.cannot.relay'),
        el('div', { class: 'actions' },
            button(t('safety.continue'), () => go(state.communityID ? 'choose' : 'community'),
                'main')));
}
