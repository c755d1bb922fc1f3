// What is shown while something is awaited, and when it can't be had.

import { apart, el } from './dom.js';
import { state } from './state.js';
import { t } from './words.js';

// What the program or the relay may refuse, and under which word it is told.
const told = {
    cannotSeal: 'cannotSeal', outOfMemory: 'outOfMemory', offline: 'offline',
    notLoaded: 'offline', tooLong: 'tooLong',
    tooMuch: 'tooLong', nothingToSend: 'nothing', nothingChosen: 'nothing',
    wrongCommunity: 'wrongCommunity', notSigned: 'notSigned', damaged: 'notSigned',
    notCarried: 'unknownCommunity', unknownCommunity: 'unknownCommunity',
    otherTopic: 'unknownCommunity',
    expired: 'expired', noKeyForThisWeek: 'expired', unusableKey: 'expired',
    notYetValid: 'clock', clock: 'clock', full: 'codeFull', relayFull: 'relayFull',
    weakWork: 'changed', stopped: 'stopped',
    erased: 'erased', noSuchCase: 'erased', noRequest: 'erased',
    noBridgeCard: 'bridgeAway', noBridgeKey: 'bridgeAway', bridgeGone: 'bridgeGone',
    noSuchAuthority: 'bridgeGone', wouldBePublic: 'public',
    answerTooLong: 'relayOdd', notUnderstood: 'relayOdd',
};

// words: refused.{cannotSeal outOfMemory offline tooLong nothing wrongCommunity notSigned
//   unknownCommunity expired clock codeFull relayFull relayOdd changed erased bridgeAway bridgeGone
//   public stopped unknown}, waiting.{moment offline busy}

/// A screen that says what it waits for as long as `isPresent` says so.
export function awaited(isPresent) {
    const news = el('p', { role: 'status' }, t('waiting.moment'));
    const timer = setInterval(() => {
        if (!isPresent()) clearInterval(timer);
        else news.textContent = t(state.trouble ? `waiting.${state.trouble}` : 'waiting.moment');
    }, 1000);
    return el('section', {}, el('h1', {}, t('waiting.title')), news, numbers());
}

/// A sentence for a stable code.
export function refusal(code) {
    return t(`refused.${told[code] ?? (navigator.onLine ? 'unknown' : 'offline')}`);
}

/// A screen for what went wrong; what was written is still in memory.
export function refused(problem, again) {
    return el('section', {}, el('h1', {}, t('trouble.title')),
        el('p', { class: 'error', role: 'alert' }, refusal(problem.code)),
        el('p', {}, t('trouble.kept')), numbers(),
        el('div', { class: 'actions' },
            el('button', { type: 'button', class: 'main', onclick: again }, t('trouble.again'))));
}

/// The number for danger, all over Europe, and the helpline 116 006, in many of its countries; on
/// whatever screen help may be out of reach.
export function numbers() {
    const link = (number, shown) => el('a', { href: `tel:${number}` }, apart(shown, 'ltr'));
    return el('p', { class: 'numbers' }, t('numbers.short'), ' ', link('112', '112'), ' · ',
        link('116006', '116 006'));
}
