// A request or note that is being written: begun anew, kept, and never thrown away without a
// question.

import { isEmpty } from './answers.js';
import { go } from './router.js';
import { emptyAnswers, state } from './state.js';

/// Whether answers or files are here that no relay has.
export const isUnsent = () => !state.isDraftSent && (!isEmpty() || state.files.length > 0);

/// Begins one, maybe of a note (see state.js); what was there before is gone.
export function beginDraft(path, answers = emptyAnswers(), note = null) {
    Object.assign(state, { path, answers, note, files: [], isDraftSent: false });
}

/// Goes on at once where nothing is lost by it, and else asks first. `on` gets what shows a screen.
export function unlessUnsent(on) {
    if (isUnsent()) go('unsent', { on });
    else on(go);
}
