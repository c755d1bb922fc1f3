// Step two of sharing: which fields, each with the value that it has.

import { apart, el } from '../dom.js';
import {
    actions, button, choices, paragraph, screen, teller, textField, warning,
} from '../forms.js';
import { caseOf } from '../casework.js';
import { claims, freeText, toldForConsent } from '../codes.js';
import { valueToShare } from '../report.js';
import { go } from '../router.js';
import { state } from '../state.js';
import { t } from '../words.js';

export default function consentWhat() {
    const { consent } = state;
    const { told } = caseOf(consent.case);
    const news = teller('alert');
    const has = claims.filter((name) => told[name] !== undefined);
    const fields = choices({
        name: t('what.fields'), hint: t('what.fields.hint'), several: true, chosen: consent.fields,
        options: has.map(
            (name) => [name, t(`field.${name}`), apart(valueToShare(name, told[name]))]),
        onChange: (names) => { consent.fields = names; askPublic(); },
    });
    const more = toldForConsent.map((name) => textField({
        name: t(`field.${name}`), hint: name === 'area' ? t('what.area.hint') : undefined,
        most: 300, value: consent.extra[name] ?? '',
        onInput: (text) => { consent.extra[name] = text; askPublic(); },
    }));
    const publicly = el('div', { role: 'status' });
    // Only an authority that shows everybody what it gets needs this, and only for free text.
    const askPublic = () => {
        const needs = consent.authority.publishing
            && chosen().some((name) => freeText.includes(name));
        if (needs === (publicly.childElementCount > 0)) return;
        if (!needs) { publicly.replaceChildren(); consent.willBePublic = false; return; }
        publicly.replaceChildren(warning(choices({
            name: t('what.public'), hint: t('what.public.hint'), several: true,
            chosen: consent.willBePublic ? [true] : [], options: [[true, t('what.public.yes')]],
            onChange: ([value]) => { consent.willBePublic = value === true; },
        })));
    };
    const chosen = () => [
        ...consent.fields, ...toldForConsent.filter((name) => consent.extra[name]?.trim()),
    ];
    const on = () => {
        const isUnknown = publicly.childElementCount > 0 && !consent.willBePublic;
        if (chosen().length === 0) news.tell(t('what.none'));
        else if (isUnknown) news.tell(t('what.public.needed'));
        else go('consentwhy');
    };
    askPublic();
    return screen(t('what.title'), paragraph('what.about'), has.length > 0 && fields,
        el('h2', {}, t('what.more')), paragraph('what.more.about'), more, publicly, news,
        actions(button(t('question.on'), on, 'main')));
}
