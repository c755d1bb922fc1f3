// What this page does, what it can't do, and what others can see. Nothing here is made nicer.

import { el } from '../dom.js';
import { actions, list, screen } from '../forms.js';
import { t } from '../words.js';

// words: about.does.{locks keeps others expires},
//   about.relay.{address times together community not},
//   about.others.{relays network supporters bridge},
//   about.cannot.{history spy page code copies late}

export default function about() {
    const part = (title, ...points) => [
        el('h2', {}, t(title)), list(...points.map((point) => `${title}.${point}`)),
    ];
    return screen(t('about.title'),
        part('about.does', 'locks', 'keeps', 'others', 'expires'),
        part('about.relay', 'address', 'times', 'together', 'community', 'not'),
        part('about.others', 'relays', 'network', 'supporters', 'bridge'),
        part('about.cannot', 'history', 'spy', 'page', 'code', 'copies', 'late'),
        actions());
}
