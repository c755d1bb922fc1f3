// Step four of sharing: exactly what will be sent, to whom, what for and until when.

import { apart, el } from '../dom.js';
import { actions, button, paragraph, screen, teller, warning } from '../forms.js';
import { purposes } from '../codes.js';
import { reportParts } from '../report.js';
import { sendIt } from '../send.js';
import { state } from '../state.js';
import { day, t } from '../words.js';
import { visit } from '../visit.js';

export default async function consentPreview() {
    const { consent } = state;
    const { bridge, authority, fields, days, willBePublic, renews } = consent;
    const extra = Object.fromEntries(Object.entries(consent.extra)
        .map(([name, text]) => [name, text.trim()]).filter(([, text]) => text));
    const shown = await visit.call('preview', {
        case: consent.case, bridge: bridge.key, authority: authority.uri, fields, extra,
        purpose: purposes[consent.purpose - 1], days, willBePublic, renews,
        slot: state.clock.slot,
    });
    const news = teller('alert');
    const row = (name, value) => [el('dt', {}, t(name)), el('dd', {}, apart(value))];
    const give = () => sendIt(news, { what: 'consent', verb: 'give', request: {} });
    return screen(t('preview.title'), paragraph('preview.about'),
        el('dl', { class: 'asked card' },
            row('preview.to', authority.name || authority.uri),
            row('preview.through', bridge.name),
            row('preview.purpose', t(`purpose.${consent.purpose}`)),
            row('preview.until', day(shown.expires))),
        el('h2', {}, t('preview.fields')), reportParts(shown),
        willBePublic && warning(paragraph('preview.public')),
        paragraph('preview.back'), news, actions(button(t('preview.on'), give, 'main')));
}
