// Copies text to the clipboard, and says what came of it.

import { el } from './dom.js';
import { t } from './words.js';

/// Copies in the modern way, else by selecting the text as a person would.
export async function copied(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const field = el('textarea', { value: text, 'aria-hidden': 'true' });
        document.body.append(field);
        field.select();
        const isDone = document.execCommand('copy');
        field.remove();
        return isDone;
    }
}

/// Copies what a person wrote; `news` tells it.
export async function copyWritten(text, news) {
    news.tell(t(await copied(text) ? 'code.copied' : 'sending.copy.failed'));
}
