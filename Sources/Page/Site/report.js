// What an office gets, before and after it is sent: in the person's words for it, and letter for
// letter.

import { apart, el } from './dom.js';
import { paragraph } from './forms.js';
import { valueInWords } from './answers.js';
import { t } from './words.js';

/// Of a consent as the program shows it: its fields, the mark, and the text that leaves.
export function reportParts({ fields, mark, report }) {
    const row = (name, value) => [el('dt', {}, t(name)), el('dd', {}, apart(value))];
    const hasCodes = fields.some(({ name }) => name === 'kinds');
    return [
        el('dl', { class: 'asked card report' }, fields.map(
            ({ name, value }) => row(`field.${name}`, valueToShare(name, value))),
        row('report.mark', mark)),
        hasCodes && paragraph('report.codes'), paragraph('report.mark.about'),
        el('details', {}, el('summary', {}, t('report.exact')), paragraph('report.exact.about'),
            el('pre', { class: 'exact', lang: 'en', dir: 'ltr' }, report)),
    ];
}

/// A value in words as an office gets it: kinds bear the code by which they are counted.
export function valueToShare(name, value) {
    if (name !== 'kinds') return valueInWords(name, value);
    return value.map((kind) => `${valueInWords(name, [kind])} (ICCS ${kind.iccs})`).join(' · ');
}
