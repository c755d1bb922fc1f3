// The parts screens are made of: titles, buttons, fields and choices, all with their labels.

import { el } from './dom.js';
import { back, canGoBack } from './router.js';
import { t } from './words.js';

let fields = 0;

/// A screen with its title, which takes the focus when it is shown.
export const screen = (title, ...children) => el(
    'section', { oninput: calm }, el('h1', {}, title), ...children);

/// What was wrong is no longer said once the person sets about mending it.
function calm({ currentTarget }) {
    for (const line of currentTarget.querySelectorAll('p[role=alert]')) line.tell?.('');
}

export const paragraph = (key, values) => el('p', {}, t(key, values));
export const notice = (...children) => el('div', { class: 'notice' }, ...children);
export const warning = (...children) => el('div', { class: 'warning' }, ...children);
export const list = (...keys) => el('ul', {}, keys.map((key) => el('li', {}, t(key))));

/// A button; kinds: '' for a choice, 'main' for the usual way on, 'danger', 'link'.
export function button(label, onclick, kind = '', hint = '') {
    return el('button', { type: 'button', class: kind, onclick }, label,
        hint && el('small', {}, hint));
}

/// The buttons at the end of a screen, with the way back where there is one.
export function actions(...buttons) {
    return el('div', { class: 'actions' }, ...buttons,
        canGoBack() && button(t('back'), () => back(), 'link'));
}

/// A line for news that is read aloud; `tell` changes it.
export function teller(kind = 'status') {
    const line = el('p', { role: kind });
    line.tell = (text) => {
        line.className = kind === 'alert' && text ? 'error' : '';
        line.textContent = text;
    };
    return line;
}

/// A text field with its name above it. `onInput` gets the text at every change, so that nothing
/// is lost when the screen is drawn again. `name`, `hint` and `value` are texts.
export function textField({ name, hint, value = '', rows = 0, type = 'text', most = 20000, onInput,
    isCode = false }) {
    const id = `input${(fields += 1)}`;
    const common = {
        id, value, maxlength: most, dir: isCode ? 'ltr' : 'auto', autocomplete: 'off',
        autocorrect: 'off', autocapitalize: isCode ? 'off' : 'sentences', spellcheck: 'false',
        'aria-describedby': hint ? `${id}-hint` : null,
        class: isCode ? 'digits' : null, inputmode: isCode ? 'numeric' : null,
        oninput: (event) => onInput?.(event.target.value),
    };
    const input = rows ? el('textarea', { ...common, rows }) : el('input', { ...common, type });
    const field = el('div', { class: 'field' }, el('label', { class: 'name', for: id }, name),
        hint && el('p', { class: 'hint', id: `${id}-hint` }, hint), input);
    field.input = input;
    return field;
}

/// A group of choices, of which one or several are taken. `options` are [value, label, hint?];
/// `onChange` gets the value, or the list of values.
export function choices({ name, hint, options, several = false, chosen, onChange, wide = false }) {
    const id = `input${(fields += 1)}`;
    const isChosen = (value) => (several ? chosen.includes(value) : chosen === value);
    const inputs = [];
    const changed = () => {
        const taken = options.filter((_, at) => inputs[at].checked).map(([value]) => value);
        onChange(several ? taken : taken[0] ?? null);
    };
    const rows = options.map(([value, label, about]) => {
        const input = el('input', { type: several ? 'checkbox' : 'radio', name: id,
            checked: isChosen(value), autocomplete: 'off', onchange: changed });
        inputs.push(input);
        return el('label', { class: 'option' }, input,
            el('span', {}, label, about && el('small', {}, about)));
    });
    return el('fieldset', { 'aria-describedby': hint ? `${id}-hint` : null },
        el('legend', { class: wide ? 'wide' : null }, name),
        hint && el('p', { class: 'hint', id: `${id}-hint` }, hint), rows);
}
