// Chooses the language. What was written stays.

import { el } from '../dom.js';
import { actions, button, screen, teller } from '../forms.js';
import { frame } from '../frame.js';
import { back, redraw } from '../router.js';
import { language, languages, speak, t } from '../words.js';

/// The languages as buttons, each under its own name; `then` follows a change.
export function languageList(then, tell) {
    return el('ul', { class: 'languages plain' }, languages.map(([code, name]) => el('li', {},
        el('button', {
            type: 'button', lang: code, 'aria-pressed': String(code === language),
            onclick: () => speak(code).then(() => { frame(); return then(); })
                .catch(() => tell(t('language.missing'))),
        }, name))));
}

export default function languageScreen() {
    const news = teller('alert');
    return screen(t('language.title'), news, languageList(() => back() ?? redraw(), news.tell),
        actions());
}
