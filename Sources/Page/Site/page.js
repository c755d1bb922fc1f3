// Where the page begins: reads the link's fragment and takes it away, guards the way out, speaks
// the person's language, and shows the first screen before anything heavy is loaded.

import { guard, whenLeaving } from './exit.js';
import { frame } from './frame.js';
import { forgetWay, go, know } from './router.js';
import { safety } from './screens/safety.js';
import { forget, state } from './state.js';
import { preferred, speak } from './words.js';

const main = document.getElementById('main');

begin().catch(() => main.querySelector('.cannot')?.classList.remove('cannot'));

async function begin() {
    takeFragment();
    // A link that is opened over this page begins anew.
    addEventListener('hashchange', () => location.reload());
    await speak(preferred()).catch(() => speak('en'));
    whenLeaving(forget);
    whenLeaving(forgetWay);
    guard();
    frame();
    know('safety', safety);
    await go('safety');
    // The program and the records come while the person reads.
    const { start } = await import('./start.js');
    start();
}

/// `#k1.` and the community's id. It leaves the address at once, so that a look at the address bar
/// does not show it, nor a reload or a copied address carry it on. The history has it all the
/// same: the browser wrote the link down before any script ran. The safety page says so.
function takeFragment() {
    const found = /^#k1\.([\w-]{43})$/.exec(location.hash);
    if (location.hash || location.search) history.replaceState(null, '', location.pathname);
    if (!found) return;
    state.communityID = found[1];
    state.from = 'link';
}
