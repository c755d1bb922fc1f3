// Reads all that is in the open and lets the program find what belongs to the code. It fetches
// whole weeks and selects nothing, so the relay can't tell which case it looks for.

import { insist, texts, weeks } from './relay.js';
import { state } from './state.js';
import { visit } from './visit.js';

// What was fetched is kept for the second pass up to this many bytes; beyond, fetched again.
const mostKept = 48 * 1024 * 1024;

/// `onProgress` gets { read, all } in bytes and `trouble`. Throws what the relay or the program
/// refuse; `signal` ends it.
export async function readAll({ onProgress = () => {}, signal } = {}) {
    const telling = { read: 0, all: 0, trouble: null };
    const tell = (more) => onProgress(Object.assign(telling, more));
    const patience = { signal, hear: (trouble) => tell({ trouble }) };
    const open = await insist(() => weeks(state.communityID), patience);
    open.sort((one, other) => other.week - one.week);
    tell({ all: open.reduce((sum, { bytes }) => sum + bytes, 0) });
    const kept = [];
    let keptBytes = 0;
    for await (const batch of batches(open, patience)) {
        signal?.throwIfAborted();
        tell({ read: telling.read + batch.length });
        if (keptBytes + batch.length <= mostKept) {
            kept.push(batch.slice());
            keptBytes += batch.length;
        } else keptBytes = Infinity;
        await visit.call('scan', batch);
    }
    if (!await visit.call('needsSecondPass')) return;
    const again = keptBytes === Infinity ? batches(open, patience) : kept;
    for await (const batch of again) {
        signal?.throwIfAborted();
        await visit.call('scanAgain', batch);
    }
}

/// All batches, newest week first; the next is fetched while the last is looked through.
async function* batches(open, patience) {
    let coming = null;
    const fetched = (week, after) => insist(() => texts(state.communityID, week, after), patience);
    for (let at = 0; at < open.length; at += 1) {
        let after = null;
        do {
            const { bytes, next } = await (coming ?? fetched(open[at].week, after));
            after = next;
            const week = next ? open[at].week : open[at + 1]?.week;
            coming = week === undefined ? null : fetched(week, next);
            coming?.catch(() => {});
            yield bytes;
        } while (after);
    }
}
