// Reads all that is in the open and lets the program find what belongs to the code. It fetches
// whole weeks and selects nothing, so the relay can't tell which case it looks for. Nor does it fetch
// anything because something was found.

import { insist, texts, weeks } from './relay.js';
import { state } from './state.js';
import { visit } from './visit.js';

// What was fetched is kept for the second pass up to this many bytes; beyond, fetched again whenever
// something was new, whether or not there is a use for it.
const mostKept = 48 * 1024 * 1024;

/// Reads what is new since the last time, the first time all. `onProgress` gets { read, all } in
/// bytes and `trouble`. Throws what the relay or the program refuse; `signal` ends it.
export async function readNews({ onProgress = () => {}, signal } = {}) {
    const reading = state.reading ??= {
        after: new Map(), kept: [], keptBytes: 0, isNew: false, isHalfDone: false,
    };
    const telling = { read: 0, all: 0, trouble: null };
    const tell = (more) => onProgress(Object.assign(telling, more));
    const patience = { signal, hear: (trouble) => tell({ trouble }) };
    const open = await insist(() => weeks(state.communityID), patience);
    open.sort((one, other) => other.week - one.week);
    tell({ all: open.reduce((sum, { bytes }) => sum + bytes, 0) });
    for await (const batch of batches(open, reading.after, patience)) {
        signal?.throwIfAborted();
        tell({ read: telling.read + batch.length });
        reading.isNew = true;
        keep(batch);
        await visit.call('scan', batch);
    }
    const isKept = reading.keptBytes <= mostKept;
    const isDue = isKept ? reading.isHalfDone || await visit.call('needsSecondPass') : reading.isNew;
    // Whether there was a use for what is kept must not show once it is kept no more.
    if (isKept) reading.isNew = false;
    if (!isDue) return;
    reading.isHalfDone = true;
    for await (const batch of isKept ? reading.kept : batches(open, new Map(), patience)) {
        signal?.throwIfAborted();
        await visit.call('scanAgain', batch.slice());
    }
    reading.isNew = false;
    reading.isHalfDone = false;
}

/// Keeps a copy of what was read or sent, for a second pass.
export function keep(batch) {
    const { reading } = state;
    if (!reading) return;
    reading.keptBytes += batch.length;
    if (reading.keptBytes > mostKept) reading.kept = [];
    else reading.kept.push(batch.slice());
}

/// A relay that was started anew knows no places of before: then the week begins again.
async function part(week, after) {
    try {
        return await texts(state.communityID, week, after.get(week));
    } catch (problem) {
        if (problem.code !== 'badCursor' || !after.has(week)) throw problem;
        after.delete(week);
        return texts(state.communityID, week);
    }
}

/// All batches after the places in `after`, newest week first; the next one is on its way while
/// the last is looked through.
async function* batches(open, after, patience) {
    const fetched = (week) => insist(() => part(week, after), patience);
    let coming = open.length > 0 ? fetched(open[0].week) : null;
    for (let at = 0; at < open.length;) {
        const { week } = open[at];
        const { bytes, last, isMore } = await coming;
        if (last) after.set(week, last);
        if (!isMore) at += 1;
        coming = at < open.length ? fetched(open[at].week) : null;
        // Whoever stops in between awaits it no more.
        coming?.catch(() => {});
        if (bytes.length > 0) yield bytes;
    }
}
