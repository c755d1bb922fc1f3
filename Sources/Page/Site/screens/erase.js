// Erases a case, or all that the code holds, and counts the relays that confirm it.

import { el } from '../dom.js';
import { actions, button, choices, list, screen, teller, warning } from '../forms.js';
import { caseName, caseOf } from '../casework.js';
import { sendIt } from '../send.js';
import { state } from '../state.js';
import { many, t } from '../words.js';

export default function erase({ number, all = false }) {
    const news = teller('alert');
    const cases = all ? state.cases.cases : [caseOf(number)];
    const hasShared = cases.some((one) => one.consents?.some((consent) => !consent.isWithdrawn));
    let isSure = false;
    let leaveConsents = false;
    const sure = choices({
        name: t('erase.sure'), several: true, chosen: [],
        options: [[true, t(all ? 'erase.sure.all' : 'erase.sure.one')]],
        onChange: ([value]) => { isSure = value === true; },
    });
    const shared = hasShared && choices({
        name: t('erase.shared'), chosen: false,
        options: [[false, t('erase.shared.withdraw')], [true, t('erase.shared.leave')]],
        onChange: (value) => { leaveConsents = value === true; },
    });
    const numbers = cases.map((one) => one.number);
    const on = () => (isSure
        ? sendIt(news, { what: 'erase', verb: 'erase', isUrgent: true, then: 'erased', numbers,
            request: all ? { all: true, leaveConsents } : { case: number, leaveConsents } })
        : news.tell(t('erase.unsure')));
    return screen(t(all ? 'erase.title.all' : 'erase.title'),
        el('p', {}, all ? many('erase.cases', cases.length) : caseName(cases[0])),
        list('erase.does.relays', 'erase.does.people'),
        warning(el('h2', {}, t('erase.cannot')),
            list('erase.cannot.copies', 'erase.cannot.seen', 'erase.cannot.back')),
        shared, sure, news, actions(button(t('erase.on'), on, 'danger')));
}
