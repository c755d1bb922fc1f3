// Speaks with the relay this page came from, and with nobody else.

const firstWait = 1000; // milliseconds; doubles up to the longest
const longestWait = 30e3;
const answerTime = 30e3;
const retractionBytes = 112;
const mostRetractions = 4096;
const mostBytes = 4 * 1024 * 1024; // of an answer
const slowest = 8; // bytes a millisecond that a transfer is given before it counts as stuck

/// Something went wrong on the way or at the relay. `code` is stable; 'offline' when nothing
/// answered.
export class RelayError extends Error {
    constructor(code, { status = 0, wait = 0 } = {}) {
        super(code);
        this.code = code;
        this.status = status;
        this.wait = wait;
    }

    /// Whether the same again may work later.
    get mayPass() {
        return [0, 408, 429].includes(this.status) || (this.status >= 500 && this.status !== 507);
    }
}

export const relayInfo = () => json('/api/relay');
export const records = (community) => json(`/api/records/${community}`);
export const weeks = async (community) => (await json(`/api/weeks/${community}`)).weeks;

/// A batch of what is in the open after a place, its last place, and whether more follows.
export const texts = (community, week, after) => batch(`/api/texts/${community}/${week}`, after);

/// The same of files; `part` is "WEEK/BITS/PREFIX".
export const fileBatch = (community, part, after) => batch(
    `/api/files/${community}/${part}`, after);

async function batch(path, after) {
    const from = after ? `?after=${encodeURIComponent(after)}` : '';
    const answer = await ask(`${path}${from}`);
    const bytes = await body(answer.response, answer);
    const next = answer.response.headers.get('kith-next');
    return { bytes, last: next ?? answer.response.headers.get('kith-last'), isMore: next !== null };
}

/// Hands over sealed envelopes under a handle. The same handle again means the same submission.
export function submit(handle, envelopes, isUrgent = false) {
    return json('/api/submissions', joined(handle, new Uint8Array([isUrgent ? 1 : 0]), envelopes));
}

export function retract(handle, retractions) {
    return json('/api/retractions', joined(handle, retractions));
}

/// As many at once as a relay takes, each batch under a handle of its own: { handle, bytes,
/// isStored }.
export function retractionBatches(retractions) {
    const most = retractionBytes * mostRetractions;
    const batches = [];
    for (let at = 0; at < retractions.length; at += most) {
        const handle = crypto.getRandomValues(new Uint8Array(16));
        batches.push({ handle, bytes: retractions.slice(at, at + most), isStored: false });
    }
    return batches;
}

/// What has happened to the submissions with these handles.
export const fates = async (handles) => (await json('/api/handles', joined(...handles))).handles;

/// Tries until it works, waiting longer each time and for the network to come back. `hear` gets
/// 'offline' or 'busy' before each wait and null when it goes on; `signal` ends it.
export async function insist(attempt, { hear = () => {}, signal } = {}) {
    for (let wait = firstWait; ; wait = Math.min(wait * 2, longestWait)) {
        try {
            const result = await attempt();
            hear(null);
            return result;
        } catch (problem) {
            if (!(problem instanceof RelayError) || !problem.mayPass) throw problem;
            hear(problem.status === 0 ? 'offline' : 'busy');
            // Many pages that lost one relay do not come back in one moment.
            await pause(Math.max(problem.wait, wait * (0.75 + Math.random() / 2)), signal);
        }
    }
}

export function joined(...parts) {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        out.set(part, at);
        at += part.length;
    }
    return out;
}

async function json(path, content) {
    const answer = await ask(path, content);
    try {
        return JSON.parse(new TextDecoder().decode(await body(answer.response, answer)));
    } catch (problem) {
        throw problem instanceof RelayError ? problem : new RelayError('notUnderstood');
    }
}

async function ask(path, content) {
    const stop = new AbortController();
    const time = answerTime + (content?.length ?? 0) / slowest;
    const timer = setTimeout(() => stop.abort(), time);
    let response;
    try {
        response = await fetch(path, {
            method: content ? 'POST' : 'GET', body: content, signal: stop.signal,
            headers: content ? { 'Content-Type': 'application/octet-stream' } : {},
            cache: 'no-store', credentials: 'omit', redirect: 'error',
            referrerPolicy: 'no-referrer',
        });
    } catch {
        clearTimeout(timer);
        throw new RelayError('offline');
    }
    const answer = { response, stop, timer };
    if (response.ok) return answer;
    const wait = Math.min(Number(response.headers.get('retry-after')) || 0, 120) * 1000;
    const told = await body(response, answer).then(
        (bytes) => JSON.parse(new TextDecoder().decode(bytes))).catch(() => ({}));
    // The program has a word "full" too, for a code that holds no more.
    const code = response.status === 507 ? 'relayFull' : String(told.code ?? 'refused');
    throw new RelayError(code, { status: response.status, wait });
}

/// The whole body. A transfer that stands still is given up, a slow one is not; what never ends is
/// not read for ever.
async function body(response, { stop, timer }) {
    clearTimeout(timer);
    const parts = [];
    let length = 0;
    let idle = 0;
    try {
        const reader = response.body.getReader();
        while (length <= mostBytes) {
            idle = setTimeout(() => stop.abort(), answerTime);
            const { done, value } = await reader.read();
            clearTimeout(idle);
            if (done) return joined(...parts);
            parts.push(value);
            length += value.length;
        }
    } catch {
        clearTimeout(idle);
        throw new RelayError('offline');
    }
    stop.abort();
    throw new RelayError('answerTooLong', { status: response.status });
}

/// Waits, but no longer than until the browser says that the network is back.
function pause(milliseconds, signal) {
    return new Promise((resolve, reject) => {
        const stopped = () => { done(); reject(signal.reason); };
        const timer = setTimeout(() => { done(); resolve(); }, milliseconds);
        const online = () => { done(); resolve(); };
        function done() {
            clearTimeout(timer);
            removeEventListener('online', online);
            signal?.removeEventListener('abort', stopped);
        }
        if (signal?.aborted) { stopped(); return; }
        addEventListener('online', online);
        signal?.addEventListener('abort', stopped);
    });
}
