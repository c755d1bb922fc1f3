// All that the code holds in this community. First it reads everything in the open.

import { el } from '../dom.js';
import { actions, button, paragraph, screen, teller } from '../forms.js';
import { caseName, caseState } from '../casework.js';
import { go, goAnew, redraw } from '../router.js';
import { readNews } from '../reading.js';
import { community } from '../start.js';
import { state } from '../state.js';
import { refusal } from '../trouble.js';
import { moment, t } from '../words.js';
import { visit } from '../visit.js';

export default async function cases() {
    if (!state.isCodeKept) return screen(t('cases.title'), paragraph('cases.nocode'),
        actions(button(t('choose.code'), () => goAnew('enter'), 'main')));
    await community();
    if (!state.isRead) return reading();
    state.cases = await visit.call('cases', { now: state.clock.now });
    const found = state.cases.cases;
    // What is erased may still be found until this relay has carried it out.
    for (const one of found) {
        one.isTaken = state.erased.includes(one.number);
        one.isErased ||= one.isTaken;
    }
    const again = button(t('cases.again'), () => { state.isRead = false; redraw(); });
    const line = (one) => button([el('strong', {}, caseName(one)), el('small', {}, caseState(one))],
        () => go('case', { number: one.number }));
    return screen(t('cases.title'),
        found.length > 0 ? found.map(line)
            : [paragraph('cases.none'), paragraph('cases.none.why')],
        el('p', { class: 'soft' }, t('cases.read', { time: moment(state.readAt) })), again,
        el('h2', {}, t('cases.more')),
        button(t('cases.new'), () => goAnew('choose')),
        found.some((one) => !one.isTaken)
            && button(t('cases.erase'), () => go('erase', { all: true })),
        actions());
}

/// Shows how far the reading is, then the cases.
function reading() {
    const bar = el('progress', { max: 1, value: 0, 'aria-label': t('reading.label') });
    const news = teller();
    const node = screen(t('reading.title'), paragraph('reading.about'), bar, news);
    const stop = new AbortController();
    const onProgress = ({ read, all, trouble }) => {
        if (!node.isConnected && read > 0) { stop.abort(); return; }
        bar.value = all > 0 ? read / all : 0;
        news.tell(trouble ? t(`waiting.${trouble}`) : '');
    };
    readNews({ onProgress, signal: stop.signal }).then(() => {
        Object.assign(state, { isRead: true, readAt: state.clock.now });
        if (node.isConnected) redraw();
    }, (problem) => {
        if (problem.name === 'AbortError') return;
        news.tell(refusal(problem.code));
        node.append(button(t('trouble.again'), () => redraw(), 'main'));
    });
    return node;
}
