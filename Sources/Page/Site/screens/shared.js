// One consent: what was shared, what became of it, and taking it back.

import { apart, el } from '../dom.js';
import { actions, button, paragraph, screen, teller } from '../forms.js';
import { caseOf } from '../casework.js';
import { slotTime } from '../clock.js';
import { purposes, toldForConsent } from '../codes.js';
import { reportParts } from '../report.js';
import { go } from '../router.js';
import { sendIt } from '../send.js';
import { state } from '../state.js';
import { day, t } from '../words.js';
import { recipientName, recipientOf } from './case.js';

// Answers that are given only after the bridge's people saw the fields: chapter 18. A check may
// refuse without them.
const seen = ['approved', 'forwarded', 'open', 'closed', 'withdrawn_after'];

export default function shared({ number, id }) {
    const consent = caseOf(number).consents.find((one) => one.id === id);
    const news = teller('alert');
    const take = () => sendIt(news, {
        what: 'withdraw', verb: 'withdraw', isUrgent: true, request: { case: number, consent: id },
    });
    return screen(recipientName(consent),
        el('h2', {}, t('shared.became')),
        consent.isWithdrawn ? paragraph('shared.withdrawn')
            : consent.answers.length === 0 && paragraph('consent.state.unanswered'),
        el('ul', {}, consent.answers.map(answerLine)), openedLine(consent),
        el('h2', {}, t('shared.what')),
        reportParts(consent),
        el('p', {}, t('shared.until', { day: day(consent.expires) })),
        consent.isLive && !consent.isWithdrawn && recipientOf(consent)
            && button(t('shared.renew'), () => renew(number, consent), '', t('shared.renew.hint')),
        !consent.isWithdrawn && [el('h2', {}, t('shared.take')),
            paragraph('shared.take.about'), news, button(t('shared.take.on'), take, 'danger')],
        actions());
}

/// The same once more with a later end: it takes the other's place.
function renew(number, consent) {
    const names = consent.fields.map(({ name }) => name);
    const told = consent.fields.filter(({ name }) => toldForConsent.includes(name));
    state.consent = {
        case: number, ...recipientOf(consent),
        fields: names.filter((name) => !toldForConsent.includes(name)),
        extra: Object.fromEntries(told.map(({ name, value }) => [name, value])),
        purpose: purposes.indexOf(consent.purpose) + 1, days: null, willBePublic: consent.isPublic,
        renews: consent.id,
    };
    go('consentwhy');
}

/// Until when people have opened it for certain: the bridge's people see it before it goes on.
/// Whether anybody at the office has is told by no authority.
function openedLine({ answers }) {
    const first = answers.find(({ state: one }) => seen.includes(one));
    return first && el('p', {}, t('shared.opened', { day: day(slotTime(first.slot)) }), ' ',
        answers.some(({ forwards }) => forwards?.length) && t('shared.opened.office'));
}

/// A state with its day, the bridge's words, the references, and what was forwarded.
function answerLine(answer) {
    return el('li', {}, el('time', { class: 'soft' }, day(slotTime(answer.slot))), ' · ',
        t(`consent.state.${answer.state}`),
        answer.text && [' ', apart(answer.text)],
        answer.reference && [' ', t('shared.reference'), ' ', apart(answer.reference)],
        (answer.forwards ?? []).map((forward) => el('p', { class: 'soft' },
            t('shared.forward', { day: day(forward.day * 86400) }), ' ',
            forward.reference && forward.reference !== answer.reference
                && apart(forward.reference),
            forward.isPerhapsTwice && [' ', t('shared.twice')])));
}
