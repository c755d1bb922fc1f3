// What is shown of files: their kind and size, what was taken out, and choosing them.

import { CleanError } from './clean.js';
import { apart, el } from './dom.js';
import { addFile, bytesOf, mostBytes, secondsFor } from './files.js';
import { button, choices, teller, warning } from './forms.js';
import { about } from './progress.js';
import { canPlay, isPart, play, stop } from './sound.js';
import { state } from './state.js';
import { number, t } from './words.js';

// words: files.kind.{image audio video document other},
//   files.failed.{tooLarge tooMany empty broken}

/// What kind of file it is, in plain words.
export function kindOf(type) {
    const [family] = type.split('/');
    if (['image', 'audio', 'video'].includes(family)) return t(`files.kind.${family}`);
    const isDocument = family === 'text' || /pdf|word|document|sheet|rtf/u.test(type);
    return t(`files.kind.${isDocument ? 'document' : 'other'}`);
}

export function sizeInWords(bytes) {
    const isSmall = bytes < 1e6;
    const amount = isSmall ? Math.max(1, Math.round(bytes / 1000)) : Math.round(bytes / 1e5) / 10;
    return t(isSmall ? 'files.size.kilo' : 'files.size.mega', { size: number(amount) });
}

/// One file on a line: the person's own name for it, its kind and size.
export const fileLine = ({ name, type, size }) => el('span', {}, apart(name), ' · ', kindOf(type),
    ' · ', sizeInWords(size));

/// Files to choose, clean, look over and take away again; they are kept in `list`.
export function filePicker(list) {
    const news = teller();
    const rows = el('div', {});
    const room = el('p', { class: 'hint' });
    const count = () => {
        room.textContent = [t('files.room', {
            used: sizeInWords(bytesOf(list)), most: sizeInWords(mostBytes) }),
        state.hasWebAssembly === false && list.length > 0
            && t('files.slow.time', { time: about(secondsFor(list)) })].filter(Boolean).join(' ');
    };
    const input = el('input', { type: 'file', multiple: true, hidden: true,
        accept: 'image/*,audio/*,application/pdf,.pdf,.heic,.txt,.doc,.docx,.odt' });
    const add = button(t('files.add'), () => input.click(), list.length === 0 ? 'main' : '');
    const draw = () => {
        const remove = (entry) => {
            list.splice(list.indexOf(entry), 1);
            draw();
            add.focus();
        };
        const more = { count, remove, news };
        rows.replaceChildren(...list.map((entry) => fileCard(entry, list, more)));
        count();
    };
    input.addEventListener('change', async () => {
        const chosen = [...input.files];
        input.value = '';
        add.disabled = true;
        const problems = [];
        for (const file of chosen) {
            news.tell(t('files.cleaning'));
            const problem = await added(list, file);
            if (problem) problems.push(t(`files.failed.${problem}`));
            draw();
        }
        add.disabled = false;
        news.tell(problems.length > 0 ? [...new Set(problems)].join(' ') : t('files.added'));
    });
    draw();
    return el('div', {}, rows, room, add, input, news);
}

/// The code of what keeps it from being added; null if nothing does.
async function added(list, file) {
    try {
        await addFile(list, file);
        return null;
    } catch (problem) {
        // A file that went away while it was read is a broken one too.
        return problem instanceof CleanError ? problem.code : 'broken';
    }
}

function fileCard(entry, list, { count, remove, news }) {
    const keep = !entry.needsOriginal && choices({
        name: t('files.keep.name'), several: true, chosen: [entry.keepsOriginal],
        options: [[true, t('files.keep'), t('files.keep.hint')]],
        onChange: ([value]) => {
            entry.keepsOriginal = value === true;
            if (bytesOf(list) > mostBytes) {
                entry.keepsOriginal = false;
                keep.querySelector('input').checked = false;
                news.tell(t('files.failed.tooLarge'));
            }
            count();
        },
    });
    const which = el('span', { class: 'unseen' }, ` ${entry.name}`);
    return el('div', { class: 'card' }, el('p', {}, fileLine(entry)),
        entry.removed.length > 0 && el('ul', {}, entry.removed.map((key) => el('li', {}, t(key)))),
        entry.warning && warning(el('p', {}, t(entry.warning))),
        canPlay(entry) && listenButton(entry, news),
        keep, button([t('files.remove'), which], () => remove(entry), 'link'));
}

/// Plays a recording and stops it. The name is heard only: several may stand there.
function listenButton(entry, news) {
    const label = el('span', {}, t('files.listen'));
    const which = el('span', { class: 'unseen' }, ` ${entry.name}`);
    let isPlaying = false;
    const turn = (is) => {
        isPlaying = is;
        label.textContent = t(is ? 'files.listen.stop' : 'files.listen');
    };
    const press = button([label, which], async () => {
        if (isPlaying) { stop(); return; }
        turn(true);
        news.tell(isPart(entry) ? t('files.listen.part') : '');
        try {
            await play(entry, () => press.isConnected);
        } catch {
            news.tell(t('files.listen.failed'));
        }
        turn(false);
    }, '', t('files.listen.hint'));
    return press;
}
