// Two groups of the code typed back before the page lets go: so many codes are lost otherwise.

import { el } from '../dom.js';
import { button, paragraph, screen, teller, textField } from '../forms.js';
import { latinDigits } from '../typed.js';
import { back, goAnew, go } from '../router.js';
import { state } from '../state.js';
import { number, t } from '../words.js';

export default function codecheck() {
    const news = teller('alert');
    const asked = twoOf(state.groups.length);
    const typed = asked.map(() => '');
    const fields = asked.map((at, index) => textField({
        name: t('codecheck.group', { number: number(at + 1) }), isCode: true, most: 200,
        onInput: (text) => { typed[index] = text; },
    }));
    const check = () => {
        const isRight = asked.every((at, index) => fits(typed[index], at));
        if (!isRight) {
            news.tell(t('codecheck.wrong'));
            fields[0].input.focus();
            return;
        }
        state.isCodeKept = true;
        state.groups = null;
        if (state.sending) { state.sending.letGo(); goAnew('sending'); } else goAnew('cases');
    };
    return screen(t('codecheck.title'), paragraph('codecheck.about'), fields, news,
        el('div', { class: 'actions' }, button(t('codecheck.on'), check, 'main'),
            button(t('codecheck.again'), () => back() ?? go('code'), 'link')));
}

/// Two different places, chosen evenly.
function twoOf(count) {
    const draw = (below) => {
        const bytes = new Uint8Array(1);
        do crypto.getRandomValues(bytes); while (bytes[0] >= 256 - 256 % below);
        return bytes[0] % below;
    };
    const first = draw(count);
    const second = (first + 1 + draw(count - 1)) % count;
    return [first, second].sort((one, other) => one - other);
}

/// The group, or the whole code pasted: whoever has that has kept it.
function fits(text, at) {
    const digits = latinDigits(text);
    return digits === state.groups[at] || digits === state.groups.join('');
}
