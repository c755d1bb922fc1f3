// Everything as it will be sealed, each part to be changed, before anything leaves.

import { apart, el } from '../dom.js';
import { actions, button, choices, paragraph, screen, teller } from '../forms.js';
import { fullAccount, incident, inWords, isEmpty, writtenOut } from '../answers.js';
import { go } from '../router.js';
import { fileLine, kindOf, sizeInWords } from '../fileparts.js';
import { sendIt } from '../send.js';
import { state } from '../state.js';
import { refusal } from '../trouble.js';
import { t } from '../words.js';
import { visit } from '../visit.js';

// Entries that are answered on another's screen; the language is the page's own.
const stepOf = { where: 'when', safety: 'feeling', danger: 'details', language: null };

// words: review.about.{request note}, review.send.{request note}

export default function review() {
    const news = teller('alert');
    const isNothing = isEmpty() && state.files.length === 0 && !state.note?.files.length;
    const told = inWords(incident());
    const row = ([name, text]) => {
        const step = name in stepOf ? stepOf[name] : name;
        const which = el('span', { class: 'unseen' }, ` ${t(`field.${name}`)}`);
        const change = step && button([t('review.change'), which],
            () => go('question', { step, isEdit: true }), 'link');
        return [el('dt', {}, t(`field.${name}`), change), el('dd', {}, apart(text))];
    };
    const send = button(t(`review.send.${state.path}`), () => lockIt(news, send), 'main');
    return screen(t('review.title'), paragraph(`review.about.${state.path}`),
        isNothing ? paragraph('review.empty')
            : el('dl', { class: 'asked changes' }, told.map(row), filesRow()),
        noteFiles(), fullAccount() !== state.answers.account.trim() && paragraph('review.joined'),
        news, actions(!isNothing && send,
            isNothing && button(t('review.write'), () => go('question', { step: 'account' }),
                'main')));
}

function filesRow() {
    if (state.files.length === 0) return [];
    const which = el('span', { class: 'unseen' }, ` ${t('field.files')}`);
    const change = button([t('review.change'), which],
        () => go('question', { step: 'files', isEdit: true }), 'link');
    return [el('dt', {}, t('field.files'), change),
        el('dd', {}, state.files.map((entry) => el('div', {}, fileLine(entry))))];
}

/// Of the note that the request is made of, which files go along.
function noteFiles() {
    const { note } = state;
    if (!note?.files.length) return null;
    return choices({
        name: t('review.note.files'), hint: t('review.note.files.hint'), several: true,
        options: note.files.map(({ id, type, size, isOriginal }) => [
            id, `${kindOf(type)} · ${sizeInWords(size)}`, isOriginal && t('file.original')]),
        chosen: note.share, onChange: (ids) => { note.share = ids; },
    });
}

/// Composes, measures the work, and goes on to the code; asks first where it takes long.
async function lockIt(news, send) {
    send.disabled = true;
    news.tell('');
    try {
        if (!state.hasCode) {
            state.groups = (await visit.call('newCode')).groups;
            Object.assign(state, { hasCode: true, isCodeKept: false, reading: null });
        }
        const { path, files, note } = state;
        const request = { what: path, incident: incident(),
            ...(note && { case: note.number, share: note.share }) };
        await sendIt(news, {
            what: path, request, files, written: writtenOut(inWords(request.incident)),
            whenStored: () => {
                state.isDraftSent = true;
                if (state.note === note) state.note = null;
            },
        });
    } catch (problem) {
        news.tell(refusal(problem.code));
    }
    send.disabled = false;
}
