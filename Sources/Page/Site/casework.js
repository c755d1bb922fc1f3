// How cases, their states and their people are named to the person.

import { slotTime } from './clock.js';
import { state } from './state.js';
import { day, many, t } from './words.js';

// words: state.{received in_progress waiting_for_you referred resolved closed},
//   case.name.{request note}, case.name.{request note}.bare

/// The case with this number among those found; undefined when it is gone.
export const caseOf = (number) => state.cases?.cases.find((one) => one.number === number);

/// What was written in a case and not sent yet: words, rules for safe contact, files. Another
/// group's case of the same number is another case.
export function unsentIn(number) {
    return state.unsent[`${state.communityID} ${number}`] ??= { text: '', rules: null, files: [] };
}

/// "Request of 3 May" or "Note of 3 May": by its first day.
export function caseName(one) {
    const first = one.requests?.[0]?.slot;
    const kind = one.isNote ? 'note' : 'request';
    if (first === undefined) return t(`case.name.${kind}.bare`);
    return t(`case.name.${kind}`, { day: day(slotTime(first)) });
}

/// One line on where it stands.
export function caseState(one) {
    if (one.isErased) return t('case.erased');
    if (one.isNote) return t('case.note');
    const parts = [t(`state.${one.state}`)];
    const answers = one.messages.filter(({ from }) => from !== 'you').length;
    if (answers > 0) parts.push(many('case.answers', answers));
    return parts.join(' · ');
}

/// Whether a bridge may still act on a consent: what took it back was not answered yet.
export function isOpen({ isWithdrawn, answers }) {
    return !isWithdrawn || !['withdrawn', 'withdrawn_after'].includes(answers.at(-1)?.state);
}

/// Days until nothing of the case is left unless it is renewed.
export function daysLeft(one) {
    return Math.max(0, Math.ceil((one.lastDay - state.clock.now) / 86400));
}
