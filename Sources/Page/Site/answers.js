// What a person answered: in words for reading, and as the incident that is sealed.

import { kinds, need, notReported } from './codes.js';
import { state } from './state.js';
import { language, languageName, t } from './words.js';

/// The questions in their order; some are left out without another's answer.
export function steps() {
    return ['account', 'kinds', 'when', 'bias', 'reported',
        state.answers.reported === notReported && 'reasons', 'feeling', 'needs', 'details',
        'contact', state.canSealFiles && 'files'].filter(Boolean);
}

// words: detail.{interpreter children access other}

/// The details asked for in the second step: of the needs that were chosen.
export function detailsAsked() {
    const { needs } = state.answers;
    const has = (...some) => some.some((one) => needs.includes(one));
    return [has(need.interpreter) && 'interpreter', has(need.children) && 'children',
        has(need.safePlace, need.medical, need.goWithMe) && 'access',
        has(need.other) && 'other'].filter(Boolean);
}

/// What was said about the needs, as lines; they join the account.
function detailLines() {
    const { details } = state.answers;
    return detailsAsked().filter((name) => details[name]?.trim())
        .map((name) => `${t(`detail.${name}`)} ${details[name].trim()}`);
}

export const fullAccount = () => [state.answers.account.trim(), ...detailLines()]
    .filter(Boolean).join('\n\n');

/// The incident as the program takes it; what was not answered is absent.
export function incident() {
    const { answers } = state;
    const out = {};
    const put = (name, value) => {
        const isNone = value === null || value.length === 0;
        if (!isNone) out[name] = value;
    };
    put('account', fullAccount());
    put('kinds', kinds.filter(([number]) => answers.kinds.includes(number))
        .map(([kind, iccs]) => ({ iccs, kind })));
    for (const name of ['bias', 'reported', 'safety', 'needs', 'danger']) put(name, answers[name]);
    if (answers.reported === notReported) put('reasons', answers.reasons);
    for (const name of ['contact', 'when', 'where']) put(name, answers[name].trim());
    if (Object.keys(out).length > 0) put('language', language);
    return out;
}

export const isEmpty = () => Object.keys(incident()).length === 0;

/// An incident's entries as [name, text], in the order people read them.
export function inWords(told) {
    const names = ['account', 'kinds', 'when', 'where', 'bias', 'reported', 'reasons', 'safety',
        'needs', 'danger', 'contact', 'language', 'area', 'name', 'email', 'phone'];
    return names.filter((name) => told[name] !== undefined && told[name] !== null)
        .map((name) => [name, valueInWords(name, told[name])]);
}

/// The same as a text to be copied.
export const writtenOut = (told) => told.map(
    ([name, text]) => `${t(`field.${name}`)}\n${text}`).join('\n\n');

/// One value in words; numbers that the lists don't have are "other".
export function valueInWords(name, value) {
    const word = (family, number) => {
        const found = t(`${family}.${number}`);
        return found === `${family}.${number}` ? t('kind.0') : found;
    };
    // Not by commas: some of the words have commas of their own.
    const words = (family, numbers) => numbers.map((one) => word(family, one)).join(' · ');
    switch (name) {
    case 'kinds': return words('kind', value.map(({ kind }) => kind));
    case 'bias': return words('bias', value);
    case 'reasons': return words('reason', value);
    case 'needs': return words('need', value);
    case 'reported': return word('reported', value);
    case 'safety': return word('feeling', value);
    case 'danger': return t(value ? 'danger.yes' : 'danger.no');
    case 'language': return languageName(value);
    default: return String(value);
    }
}
