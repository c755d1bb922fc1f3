// What tools/cleaning calls in the browser.

import { clean } from '/clean.js';
import { canPlay, isPart, play } from '/sound.js';

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const textOf = (bytes) => {
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) {
        text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    }
    return btoa(text);
};
const canvas = (width, height, isNoisy) => {
    const made = Object.assign(document.createElement('canvas'), { width, height });
    const pen = made.getContext('2d');
    const image = pen.createImageData(width, height);
    let seed = 1;
    for (let at = 0; at < image.data.length; at += 4) {
        seed = Math.imul(seed, 1664525) + 1013904223 | 0;
        const shade = isNoisy ? seed >>> 24 : 40 * (at >> 8 & 3);
        image.data.set([shade, isNoisy ? seed >>> 16 & 255 : 90, at % width & 255, 255], at);
    }
    pen.putImageData(image, 0, 0);
    return made;
};
globalThis.tried = {
    async clean(text, name, type) {
        const began = performance.now();
        try {
            const out = await clean(new File([bytesOf(text)], name, { type }));
            const taken = performance.now() - began;
            return { ...out, taken, bytes: out.bytes && textOf(out.bytes) };
        } catch (problem) {
            return { code: problem.code ?? String(problem), taken: performance.now() - began };
        }
    },
    async made(type, width, height, isNoisy, quality) {
        const blob = await new Promise((resolve) => {
            canvas(width, height, isNoisy).toBlob(resolve, type, quality);
        });
        return textOf(new Uint8Array(await blob.arrayBuffer()));
    },
    async size(text, type) {
        const picture = await createImageBitmap(new Blob([bytesOf(text)], { type }));
        return [picture.width, picture.height];
    },
    async seconds(text) {
        const sound = new OfflineAudioContext(2, 44100, 44100);
        return (await sound.decodeAudioData(bytesOf(text).buffer)).duration;
    },
    /// Cleans and plays it for at most so many milliseconds; how long it was played.
    async played(text, most) {
        const out = await clean(new File([bytesOf(text)], 'sound'));
        if (!canPlay(out)) throw new Error('not played');
        const began = performance.now();
        await play(out, () => performance.now() - began < most);
        return [performance.now() - began, isPart(out), out.bytes.length];
    },
    async photo(width, height) {
        const blob = await new Promise((resolve) => {
            canvas(width, height, true).toBlob(resolve, 'image/jpeg', 0.8);
        });
        const began = performance.now();
        const out = await clean(new File([blob], 'photo.jpg', { type: 'image/jpeg' }));
        return [blob.size, out.bytes.length, performance.now() - began];
    },
};
