// Step one of sharing: with whom. One recipient at a time.

import { apart, el } from '../dom.js';
import { actions, button, list, paragraph, screen } from '../forms.js';
import { go } from '../router.js';
import { state } from '../state.js';
import { t } from '../words.js';

export default function consent({ number }) {
    const offered = state.community.bridges.filter(({ ready }) => ready)
        .flatMap((bridge) => bridge.authorities.map((authority) => ({ bridge, authority })));
    const chosen = ({ bridge, authority }) => () => {
        state.consent = {
            case: number, bridge, authority, fields: [], extra: {}, purpose: null, days: null,
            willBePublic: false, renews: null,
        };
        go('consentwhat');
    };
    return screen(t('consent.title'), paragraph('consent.about'),
        list('consent.about.only', 'consent.about.one', 'consent.about.back'),
        offered.length === 0 ? paragraph('consent.nobody') : el('h2', {}, t('consent.who')),
        offered.map((one) => button([apart(one.authority.name || one.authority.uri),
            one.authority.publishing && el('small', {}, t('consent.publishing'))],
        chosen(one), '', el('span', {}, t('consent.through'), ' ', apart(one.bridge.name)))),
        actions());
}
