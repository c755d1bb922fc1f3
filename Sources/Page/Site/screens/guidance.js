// A pack of guidance: who helps first, questions that find what fits, and everything in it.

import { apart, el } from '../dom.js';
import { actions, button, notice, paragraph, screen } from '../forms.js';
import { packs } from '../guidance.js';
import { go, goInstead } from '../router.js';
import { ready } from '../start.js';
import { day, language, languageName, listed, t } from '../words.js';

export default async function guidance({ from }) {
    await ready();
    const all = await packs();
    const which = from ?? (all.community ? 'community' : 'shipped');
    const pack = all[which];
    const other = which === 'shipped' ? 'community' : 'shipped';
    const [first, rest] = [pack.contacts.filter((one) => one.emergency),
        pack.contacts.filter((one) => !one.emergency)];
    return screen(pack.title,
        el('p', { class: 'soft' }, pack.area && [apart(pack.area), ' '], reviewed(pack)),
        pack.language.split('-')[0] !== language
            && el('p', {}, t('guidance.other', { language: languageName(pack.language) })),
        first.map((one) => contact(one, pack, 'h2')),
        notice(paragraph('guidance.stays'), pack.questions?.length > 0
            && button(t('guidance.ask'), () => go('guidanceask', { from: which, at: 0 }), 'main',
                t('guidance.ask.hint'))),
        all[other] && button(t(`guidance.from.${other}`),
            () => goInstead('guidance', { from: other })),
        el('h2', {}, t('guidance.all')),
        (pack.sections ?? []).map((one) => el('details', { class: 'part', lang: pack.language, dir: 'auto' },
            el('summary', {}, one.heading), body(one))),
        rest.length > 0 && el('h2', {}, t('guidance.contacts')),
        rest.map((one) => contact(one, pack)), actions());
}

// words: guidance.from.{community shipped}

function reviewed({ reviewed: date }) {
    return t('guidance.reviewed', { day: day(Date.parse(`${date}T12:00:00Z`) / 1000) });
}

/// A section's paragraphs and lists.
export function body({ body: blocks }) {
    return blocks.map((block) => {
        if (typeof block === 'string') return el('p', {}, block);
        const items = (block.steps ?? block.list).map((item) => el('li', {}, item));
        return el(block.steps ? 'ol' : 'ul', {}, items);
    });
}

/// Who helps, and what a caller should know before calling. An address is text, never a link:
/// opening it would leave the page by an unguarded way.
export function contact(one, pack, heading = 'h3') {
    const numbers = (one.phones ?? []).map((phone) => el('a', {
        href: `tel:${phone.replaceAll(' ', '')}`,
    }, apart(phone, 'ltr')));
    const when = [one.hours && apart(one.hours), one.free && t('guidance.free')].filter(Boolean);
    return el('section', { class: 'card', lang: pack.language, dir: 'auto' },
        el(heading, {}, one.name), one.about && el('p', {}, one.about),
        numbers.length > 0 && el('p', { class: 'numbers' },
            numbers.flatMap((number, at) => (at ? [' · ', number] : [number]))),
        one.web && el('p', { class: 'digits' }, apart(one.web, 'ltr')),
        when.length > 0 && el('p', {}, when[0], when[1] && [' · ', when[1]]),
        one.languages?.length > 0 && el('p', { lang: language },
            t('guidance.languages', { list: listed(one.languages.map(languageName)) })),
        one.records && el('p', { class: 'soft' }, apart(one.records)));
}
