// What fits a person's answers: first what can't wait.

import { el } from '../dom.js';
import { actions, button, paragraph, screen } from '../forms.js';
import { advice, packs } from '../guidance.js';
import { go } from '../router.js';
import { t } from '../words.js';
import { body, contact } from './guidance.js';

const urgencies = ['now', 'soon', 'later'];

// words: guidance.{now soon later}

export default async function guidanceAdvice({ from }) {
    const pack = (await packs())[from];
    const { contacts, sections } = await advice(from);
    const found = (list, items, urgency) => items.filter((item) => item.urgency === urgency)
        .map(({ id }) => list.find((one) => one.id === id)).filter(Boolean);
    const part = (urgency) => {
        const people = found(pack.contacts, contacts, urgency);
        const texts = found(pack.sections ?? [], sections, urgency);
        return people.length + texts.length > 0 && [el('h2', {}, t(`guidance.${urgency}`)),
            people.map((one) => contact(one, pack)),
            texts.map((one) => el('section', { lang: pack.language, dir: 'auto' },
                el('h3', {}, one.heading), body(one)))];
    };
    return screen(t('guidance.fits'), paragraph('guidance.stays'), urgencies.map(part),
        actions(button(t('guidance.again'), () => go('guidanceask', { from, at: 0 })),
            button(t('guidance.all'), () => go('guidance', { from }))));
}
