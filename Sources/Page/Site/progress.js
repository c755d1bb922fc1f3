// How far a sending is, as a bar and in words, with pause and go on.

import { el } from './dom.js';
import { button } from './forms.js';
import { many, t } from './words.js';

/// About how long, in whole and honest steps: people don't need the seconds of a guess.
export function about(seconds) {
    if (seconds < 10) return t('time.moment');
    if (seconds < 60) return many('time.seconds', Math.ceil(seconds / 10) * 10);
    return many('time.minutes', Math.ceil(seconds / 60));
}

/// A block that follows `sending` for as long as it is on the screen; `onTurn` hears each phase,
/// and each time it has trouble or has none any more.
export function progressOf(sending, onTurn = () => {}) {
    const bar = el('progress', { max: 1, value: 0, 'aria-label': t('progress.label') });
    const words = el('p', { role: 'status' });
    const pause = button(t('progress.pause'), () => sending.pause());
    const resume = button(t('progress.resume'), () => sending.resume(), 'main');
    const block = el('div', {}, bar, words, pause, resume);
    let phase = null;
    let trouble = null;
    const show = () => {
        if (phase && !block.isConnected) { stop(); return; }
        bar.value = sending.progress;
        bar.hidden = ['done', 'failed'].includes(sending.phase);
        pause.hidden = sending.phase !== 'working' && !sending.canPauseHanding;
        resume.hidden = sending.phase !== 'paused';
        const text = inWords(sending);
        // Said again only when it changed, so that a screen reader is not flooded.
        if (words.textContent !== text) words.textContent = text;
        if (phase !== sending.phase || trouble !== sending.trouble) {
            ({ phase, trouble } = sending);
            onTurn(phase);
        }
    };
    const stop = sending.listen(show);
    queueMicrotask(show);
    return block;
}

// words: progress.{composing working paused waiting handing offline busy done failed},
//   progress.{paused failed}.files, progress.failed.erase

function inWords({ phase, trouble, secondsLeft, missing }) {
    if (missing && ['paused', 'failed'].includes(phase)) return t(`progress.${phase}.${missing}`);
    if (phase === 'handing') return t(trouble ? `progress.${trouble}` : 'progress.handing');
    if (phase === 'working' && secondsLeft !== null) {
        return t('progress.working', { time: about(secondsLeft) });
    }
    return t(`progress.${phase}`);
}
