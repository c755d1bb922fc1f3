// Erases a case, or all that the code holds, also once more. What is new is read first: what was
// answered meanwhile is erased too.

import { el } from '../dom.js';
import { actions, button, choices, list, screen, teller, warning } from '../forms.js';
import { caseName, caseOf, isOpen } from '../casework.js';
import { readNews } from '../reading.js';
import { sendIt } from '../send.js';
import { state } from '../state.js';
import { refusal } from '../trouble.js';
import { visit } from '../visit.js';
import { many, t } from '../words.js';

export default function erase({ number, all = false }) {
    const news = teller('alert');
    const reading = teller();
    const cases = all ? state.cases.cases : [caseOf(number)];
    const hasShared = cases.some((one) => one.consents?.some(isOpen));
    let isSure = false;
    let leaveConsents = false;
    let isUnread = false;
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
    const on = async () => {
        news.tell(isSure ? '' : t('erase.unsure'));
        if (!isSure) return;
        act.disabled = true;
        const problem = isUnread ? null : await readBefore(reading, node);
        if (!node.isConnected) return;
        reading.tell('');
        if (problem) {
            // Whoever presses once more erases what was found.
            isUnread = true;
            news.tell(`${refusal(problem.code)} ${t('erase.unread')}`);
        } else {
            const numbers = all ? state.cases.cases.map((one) => one.number) : [number];
            await sendIt(news, {
                what: 'erase', verb: 'erase', isUrgent: true, then: 'erased', numbers,
                request: all ? { all: true, leaveConsents } : { case: number, leaveConsents },
            });
        }
        act.disabled = false;
    };
    const act = button(t('erase.on'), on, 'danger');
    const node = screen(t(all ? 'erase.title.all' : 'erase.title'),
        el('p', {}, all ? many('erase.cases', cases.length) : caseName(cases[0])),
        list('erase.does.relays', 'erase.does.people'),
        warning(el('h2', {}, t('erase.cannot')),
            list('erase.cannot.copies', 'erase.cannot.seen', 'erase.cannot.back')),
        shared, sure, reading, news, actions(act));
    return node;
}

/// Reads what is new while `node` is shown; the problem that kept it from it, or null.
async function readBefore(line, node) {
    const stop = new AbortController();
    const onProgress = ({ trouble }) => {
        if (!node.isConnected) stop.abort();
        else line.tell(t(trouble ? `waiting.${trouble}` : 'erase.reading'));
    };
    try {
        await readNews({ onProgress, signal: stop.signal });
        Object.assign(state, {
            cases: await visit.call('cases', { now: state.clock.now }), readAt: state.clock.now,
        });
        return null;
    } catch (problem) {
        return problem;
    }
}
