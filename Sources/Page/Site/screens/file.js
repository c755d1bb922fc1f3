// One file of a case: fetched, checked, shown in the page alone or saved after a warning.

import { el } from '../dom.js';
import { actions, button, list, paragraph, screen, teller, warning } from '../forms.js';
import { caseOf } from '../casework.js';
import { whenLeaving } from '../exit.js';
import { fetchFile } from '../files.js';
import { kindOf, sizeInWords } from '../fileparts.js';
import { sendIt } from '../send.js';
import { refusal } from '../trouble.js';
import { day, t } from '../words.js';

// What the browser shows as a picture and nothing else; SVG is a program.
const shown = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'];
const endings = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp',
    'image/gif': 'gif', 'image/avif': 'avif', 'image/heic': 'heic', 'audio/mpeg': 'mp3',
    'audio/mp4': 'm4a', 'audio/ogg': 'ogg', 'application/pdf': 'pdf', 'text/plain': 'txt' };

export default function fileScreen({ number, id }) {
    const one = caseOf(number);
    const { file, isKept } = fileOf(one, id);
    const news = teller();
    const bar = el('progress', { max: 1, value: 0, hidden: true, 'aria-label': t('file.label') });
    const place = el('div', {});
    let blob = null;
    const withFile = (use) => async (event) => {
        event.target.disabled = true;
        blob ??= await fetched(number, file, bar, news);
        event.target.disabled = false;
        if (blob) use(blob);
    };
    const share = () => sendIt(news, {
        what: 'words', request: { what: 'words', case: number, share: [id] } });
    return screen(t('file.title'),
        el('p', {}, kindOf(file.type), ' · ', sizeInWords(file.size)),
        el('p', {}, t('file.until', { day: day(file.expires) })),
        file.isOriginal && paragraph('file.original'),
        paragraph('file.partitions'), bar, news, place,
        shown.includes(file.type)
            && button(t('file.show'), withFile((got) => show(got, place, news)), 'main'),
        warning(el('h2', {}, t('file.save.title')), list('file.save.stays', 'file.save.harm')),
        button(t('file.save'), withFile((got) => save(got, file))),
        isKept && [el('h2', {}, t('file.share.title')), paragraph('file.share.about'),
            button(t('file.share'), share)],
        actions());
}

/// A file of a case by its id, and whether only its writer has it.
export function fileOf(one, id) {
    const all = [...one.requests, ...one.messages].flatMap(({ attachments = [] }) => attachments);
    const kept = one.kept.find((file) => file.id === id);
    return { file: kept ?? all.find((file) => file.id === id), isKept: kept !== undefined };
}

async function fetched(number, file, bar, news) {
    bar.hidden = false;
    news.tell(t('file.fetching'));
    const stop = new AbortController();
    const onProgress = (part) => {
        bar.value = part;
        if (!bar.isConnected) stop.abort();
    };
    const hear = (trouble) => news.tell(t(trouble ? `waiting.${trouble}` : 'file.fetching'));
    try {
        const blob = await fetchFile(number, file, { onProgress, signal: stop.signal, hear });
        news.tell('');
        return blob;
    } catch (problem) {
        const isOwn = ['missing', 'fileDamaged'].includes(problem.code);
        news.tell(isOwn ? t(`file.${problem.code}`) : refusal(problem.code));
        return null;
    } finally {
        bar.hidden = true;
    }
}

// words: file.{missing fileDamaged}, waiting.{offline busy}

/// Shows a picture; the address under which the browser has it is taken back at once.
function show(blob, place, news) {
    const address = URL.createObjectURL(blob);
    const picture = el('img', { src: address, alt: t('file.picture'), class: 'picture' });
    const done = () => URL.revokeObjectURL(address);
    picture.addEventListener('load', done);
    picture.addEventListener('error', () => { done(); news.tell(t('file.cannotShow')); });
    place.replaceChildren(picture);
}

/// Hands the file to the browser to be saved, under a name that tells nothing.
function save(blob, { type }) {
    const address = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
    const link = el('a', { href: address, download: `file.${endings[type] ?? 'bin'}` });
    document.body.append(link);
    link.click();
    link.remove();
    const take = () => URL.revokeObjectURL(address);
    whenLeaving(take);
    setTimeout(take, 60e3);
}
