// Plays a recording before it is sent, from memory, and for as long as its screen is seen. Not with
// the browser's own player: for that it would need an address, and the policy a line; and phones
// show on the locked screen what is played so, and on which page.

import { whenHidden, whenLeaving } from './exit.js';

// Bytes of a kind that are played. Unpacked they are many times as large: most where a recording
// is nearly silent, and then as much as 180 MB of the phone's memory. Of usual ones it is the first
// 15 to 60 seconds.
const mostBytes = {
    'audio/mpeg': 512 * 1024, 'audio/mp4': 128 * 1024, 'audio/ogg': 128 * 1024,
};
const lookEvery = 200; // milliseconds

/// Ends what is played.
export let stop = () => {};
whenHidden(() => stop());
whenLeaving(() => stop());

/// Whether this is played here, once it was cleaned.
export const canPlay = ({ bytes, type }) => bytes !== null && Object.hasOwn(mostBytes, type);

/// Whether only the beginning is played.
export const isPart = ({ bytes, type }) => beginsUntil(bytes, type) < bytes.length;

/// Plays until the end, until something else is played, the page is hidden or left, or `isSeen`
/// says no; settles then. Throws where the browser can't. Browsers play only after a press.
export async function play({ bytes, type }, isSeen) {
    stop();
    const context = new AudioContext();
    const ended = new Promise((resolve) => { stop = () => resolve(null); });
    const timer = setInterval(() => { if (!isSeen()) stop(); }, lookEvery);
    try {
        const { buffer } = bytes.slice(0, beginsUntil(bytes, type));
        const sound = await Promise.race([context.decodeAudioData(buffer), ended]);
        if (!sound) return;
        const source = new AudioBufferSourceNode(context, { buffer: sound });
        source.onended = stop;
        source.connect(context.destination);
        source.start();
        await ended;
    } finally {
        clearInterval(timer);
        await context.close();
    }
}

/// Where what is played of it ends; the tables at the front of MP4 don't count.
function beginsUntil(bytes, type) {
    const tables = type === 'audio/mp4' ? tablesOf(bytes) : 0;
    return Math.min(bytes.length, tables + mostBytes[type]);
}

/// How long they are in a cleaned MP4: its kind and its one box of tables.
function tablesOf(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const kind = view.getUint32(0);
    return kind + view.getUint32(kind);
}
