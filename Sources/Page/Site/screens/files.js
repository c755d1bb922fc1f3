// Photos, sound and papers, between the questions and the review.

import { filePicker } from '../fileparts.js';
import { list, paragraph } from '../forms.js';
import { slowWithFiles } from '../files.js';
import { state } from '../state.js';
import { t } from '../words.js';

export function filesQuestion() {
    return {
        title: t('files.title'),
        body: [paragraph('files.about'), list('files.cleaned', 'files.month', 'files.seen'),
            slowWithFiles() && paragraph('files.slow'), filePicker(state.files)],
    };
}
