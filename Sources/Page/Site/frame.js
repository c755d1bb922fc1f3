// What stands around every screen: the way out above, ways to help below.

import { el } from './dom.js';
import { button } from './forms.js';
import { go } from './router.js';
import { t } from './words.js';

/// Draws it anew, in the language that is spoken.
export function frame() {
    document.getElementById('exit').textContent = t('exit.leave');
    document.getElementById('presses')?.remove();
    document.getElementById('top').append(
        el('p', { id: 'presses', class: 'presses', role: 'status' }));
    document.querySelector('footer')?.remove();
    const link = (key, screen) => button(t(key), () => go(screen), 'link');
    document.body.append(el('footer', {},
        link('footer.numbers', 'numbers'), link('footer.about', 'about'),
        link('footer.language', 'language')));
}
