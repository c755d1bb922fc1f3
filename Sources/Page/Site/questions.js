// The questions: what is asked, in which words, and where the answer goes. They are open and
// name nothing that the person did not name.

import { detailsAsked } from './answers.js';
import { bias, feelings, kinds, needs, reasons, reported } from './codes.js';
import { el } from './dom.js';
import { choices, notice, paragraph, textField } from './forms.js';
import { state } from './state.js';
import { t } from './words.js';

const keep = (name) => (value) => { state.answers[name] = value; };

/// Per step a function that makes its title and what stands under it.
export const bodies = {
    account: () => ({
        title: t(`account.title.${state.path}`),
        body: [paragraph('account.about'), textField({
            name: t('account.name'), hint: t('account.hint'), rows: 9,
            value: state.answers.account, onInput: keep('account'),
        })],
    }),
    kinds: () => choice('kinds', 'kind', kinds.map(([number]) => number), { several: true }),
    when: () => ({
        title: t('when.title'),
        body: [textField({ name: t('when.name'), hint: t('when.hint'), rows: 2, most: 1000,
            value: state.answers.when, onInput: keep('when') }),
        textField({ name: t('where.name'), hint: t('where.hint'), rows: 2, most: 1000,
            value: state.answers.where, onInput: keep('where') })],
    }),
    bias: () => choice('bias', 'bias', bias, { several: true }),
    reported: () => choice('reported', 'reported', reported),
    reasons: () => choice('reasons', 'reason', reasons, { several: true }),
    feeling: () => choice('safety', 'feeling', feelings, { words: 'feeling' }),
    needs: () => choice('needs', 'need', needs, { several: true }),
    details: () => ({ title: t('details.title'), body: [danger(), ...details()] }),
    contact: () => ({
        title: t('contact.title'),
        body: [paragraph('contact.about'), textField({
            name: t('contact.name'), hint: t('contact.hint'), rows: 4, most: 2000,
            value: state.answers.contact, onInput: keep('contact'),
        })],
    }),
    files: async () => (await import('./screens/files.js')).filesQuestion(),
};

// words: account.title.{request note}, {kinds bias reported reasons feeling needs}.{title hint},
//   choices.{one several}

/// A list to choose from; its title stands above and is the group's name too.
function choice(name, family, numbers, { several = false, words = name } = {}) {
    return {
        title: t(`${words}.title`),
        body: [choices({
            name: t(`choices.${several ? 'several' : 'one'}`), hint: t(`${words}.hint`), several,
            options: numbers.map((number) => [number, t(`${family}.${number}`)]),
            chosen: state.answers[name], onChange: keep(name),
        })],
    };
}

/// Asked of everybody; a yes shows at once who comes fastest.
function danger() {
    const call = notice(
        el('p', {}, t('danger.call'), ' ', el('a', { href: 'tel:112' }, t('safety.call'))));
    const show = () => { call.hidden = state.answers.danger !== true; };
    show();
    return [choices({
        name: t('danger.title'), options: [[true, t('danger.yes')], [false, t('danger.no')]],
        chosen: state.answers.danger, onChange: (value) => { keep('danger')(value); show(); },
    }), el('div', { role: 'status' }, call)];
}

/// The second step of the needs: of those that were chosen, what helps to answer them.
function details() {
    const asked = detailsAsked();
    const fields = asked.map((name) => textField({
        name: t(`detail.${name}`), rows: 2, most: 1000, value: state.answers.details[name] ?? '',
        onInput: (text) => { state.answers.details[name] = text; },
    }));
    return asked.length > 0 ? [paragraph('details.join'), ...fields] : [];
}
