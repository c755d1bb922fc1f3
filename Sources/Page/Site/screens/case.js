// One case: where it stands, who helps, what was written, and what can be done.

import { apart, el } from '../dom.js';
import { actions, button, list, notice, paragraph, screen } from '../forms.js';
import { inWords } from '../answers.js';
import { kindOf, sizeInWords } from '../fileparts.js';
import { caseName, caseOf, daysLeft } from '../casework.js';
import { slotTime } from '../clock.js';
import { beginDraft, unlessUnsent } from '../draft.js';
import { go } from '../router.js';
import { emptyAnswers, state } from '../state.js';
import { day, many, moment, t } from '../words.js';

// Nearer to the last day than this and the person is told.
const soonDays = 30;

export default function caseScreen({ number }) {
    const one = caseOf(number);
    if (!one) return screen(t('case.gone'), actions());
    if (one.isErased) return erasedScreen(one);
    return screen(caseName(one), one.isNote ? noteParts(one) : requestParts(one), lastDay(one),
        el('h2', {}, t('case.do')), one.isNote ? noteVerbs(one) : requestVerbs(one), actions());
}

/// What is known of an erasure: whether this visit's relay took all of it. An earlier visit's may
/// have been cut short, and so may be the relay's own work.
function erasedScreen(one) {
    return screen(caseName(one),
        one.isTaken ? paragraph('case.erased.taken')
            : [paragraph('case.erased.here'), list('case.erased.slowly', 'case.erased.cut')],
        actions(button(t('case.erase.again'), () => go('erase', { number: one.number }),
            one.isTaken ? '' : 'main')));
}

function requestParts(one) {
    const helper = (name) => el('li', {}, name ? apart(name) : t('case.helper'));
    const shared = one.consents.map((consent) => sharedLine(one, consent));
    return [standing(one),
        el('h2', {}, t('case.words')), conversation(one),
        el('h2', {}, t('case.helpers')),
        one.helpers.length === 0 ? paragraph('case.helpers.none')
            : el('ul', {}, one.helpers.map(helper)),
        one.contact && [el('h2', {}, t('field.contact')),
            el('p', { class: 'card rules' }, apart(one.contact))],
        one.kept.length > 0 && [el('h2', {}, t('case.kept')), paragraph('case.kept.about'),
            fileButtons(one.kept, one.number)],
        shared.length > 0 && [el('h2', {}, t('case.shared')), shared]];
}

// words: state.{received in_progress waiting_for_you referred resolved closed}.about,
//   consent.state.{unanswered waiting approved refused forwarded delayed open closed withdrawn
//   withdrawn_after ended replaced other},
//   field.{account kinds when where bias reported reasons safety needs contact danger language area
//   name email phone}

/// The state, its explanation, and who gave it when.
function standing(one) {
    const last = one.statuses.at(-1);
    return el('div', { class: 'card' },
        el('h2', {}, t(`state.${one.state}`)),
        one.isReopened ? paragraph('case.reopened') : paragraph(`state.${one.state}.about`),
        last?.explanation && el('p', {}, t('case.explained'), ' ', apart(last.explanation)),
        last && el('p', { class: 'soft' }, moment(slotTime(last.slot)),
            last.by && [' · ', apart(last.by)]));
}

/// Requests, words and answers in the order of time. Who comes back looks for what is new: all up
/// to their last words before the newest answer is folded, so that the answers since stand on top.
function conversation(one) {
    const own = (bodies, isPrivate = false) => bodies.map(({ incident, slot, attachments }) => (
        { slot, from: 'you', isPrivate, told: inWords(incident), attachments }));
    const all = [...own(one.requests), ...own(one.notes, true), ...one.messages]
        .sort((left, right) => left.slot - right.slot);
    const bubbles = all.map((said) => bubble(said, one.number));
    const isOwn = all.map(({ from }) => from === 'you');
    const newest = isOwn.lastIndexOf(false);
    const before = newest < 0 ? 0 : isOwn.lastIndexOf(true, newest) + 1;
    return el('div', {}, before > 0 && el('details', { class: 'part' },
        el('summary', {}, t('case.before')), bubbles.slice(0, before)), bubbles.slice(before));
}

/// Files of a message, each a way to its own screen.
const fileButtons = (files, number) => files.map((file) => button(
    [el('strong', {}, kindOf(file.type)), el('small', {}, sizeInWords(file.size))],
    () => go('file', { number, id: file.id })));

function bubble({ from, isPrivate, slot, text, told, language, attachments = [] }, number) {
    const isOwn = from === 'you';
    const who = t(isPrivate ? 'case.you.alone' : isOwn ? 'case.you' : 'case.them');
    return el('article', { class: `said ${isOwn ? 'you' : 'them'}` },
        el('p', { class: 'who' }, who, ' · ', el('time', {}, moment(slotTime(slot)))),
        told ? toldList(told) : el('p', { lang: language || null, dir: 'auto' }, text),
        fileButtons(attachments, number));
}

const toldList = (told) => el('dl', { class: 'asked' }, told.map(([name, text]) => [
    el('dt', {}, t(`field.${name}`)), el('dd', {}, apart(text))]));

function sharedLine(one, consent) {
    const answered = consent.answers.at(-1)?.state ?? 'unanswered';
    // Until the bridge says so, nobody knows whether something was sent before.
    const isOpen = consent.isWithdrawn && !['withdrawn', 'withdrawn_after'].includes(answered);
    const standing = t(isOpen ? 'shared.withdrawn' : `consent.state.${answered}`);
    return button(
        [el('strong', {}, apart(recipientName(consent))), el('small', {}, standing)],
        () => go('shared', { number: one.number, id: consent.id }));
}

/// The bridge and the authority of a consent, as the community's records have them now.
export function recipientOf({ recipient, bridge: key }) {
    const bridge = state.community.bridges.find((one) => one.key === key);
    const authority = bridge?.authorities.find(({ uri }) => uri === recipient);
    return authority ? { bridge, authority } : null;
}

export const recipientName = (consent) => recipientOf(consent)?.authority.name || consent.recipient;

function noteParts(one) {
    return [paragraph('case.note.about'), conversation({ ...one, messages: one.messages ?? [] })];
}

function lastDay(one) {
    const left = daysLeft(one);
    const words = el('p', {}, t('case.lastday', { day: day(one.lastDay) }), ' ',
        left === 0 ? t('case.daysleft.none') : many('case.daysleft', left));
    const renew = button(t('case.renew'), () => go('renew', { number: one.number }));
    return left <= soonDays ? notice(words, renew) : words;
}

function requestVerbs(one) {
    const { number } = one;
    return [
        button(t('case.write'), () => go('write', { number }), 'main'),
        button(t('case.consent'), () => go('consent', { number }), '', t('case.consent.hint')),
        button(t('case.note.beside'), () => go('write', { number, isPrivate: true })),
        button(t('case.contact'), () => go('contact', { number })),
        ['resolved', 'closed'].includes(one.state) && !one.isReopened
            && button(t('case.reopen'), () => go('reopen', { number })),
        daysLeft(one) > soonDays && button(t('case.renew'), () => go('renew', { number })),
        button(t('case.erase'), () => go('erase', { number })),
    ];
}

function noteVerbs(one) {
    const { number } = one;
    const ask = () => unlessUnsent((show) => {
        const files = filesOf(one);
        const share = files.filter(({ isOriginal }) => !isOriginal).map(({ id }) => id);
        beginDraft('request', asAnswers(one.told), { number, files, share });
        show('question', { step: 'account' });
    });
    return [button(t('case.note.more'), () => go('write', { number, isPrivate: true }), 'main'),
        button(t('case.note.ask'), ask, '', t('case.note.ask.hint')),
        daysLeft(one) > soonDays && button(t('case.renew'), () => go('renew', { number })),
        button(t('case.erase'), () => go('erase', { number }))];
}

/// A note's files that have not ended, each once.
function filesOf({ requests }) {
    const all = requests.flatMap(({ attachments = [] }) => attachments)
        .filter(({ expires }) => expires > state.clock.now);
    return all.filter(({ id }, at) => all.findIndex((other) => other.id === id) === at);
}

/// A note's answers as the questions hold them.
function asAnswers({ kinds = [], ...told }) {
    const answers = emptyAnswers();
    for (const name of Object.keys(answers)) answers[name] = told[name] ?? answers[name];
    return { ...answers, kinds: kinds.map(({ kind }) => kind) };
}
