// Which screen is shown. The address and the browser's history are never touched: the way back
// is kept here, in memory, and Back leaves the page.

import { awaited, refused } from './trouble.js';

const longestWay = 60;
const slowAfter = 400; // milliseconds until a screen that is not ready yet says so
let way = [];
let showing = 0;

/// Screens that are part of the first view, by name; all others are loaded when first shown.
const known = {};
export const know = (name, screen) => { known[name] = screen; };

/// Shows a screen and remembers it for `back`.
export function go(name, args = {}) {
    way.push([name, args]);
    way = way.slice(-longestWay);
    return show();
}

/// Shows a screen in the place of the present one: what lies behind it can't be come back to.
export function goInstead(name, args = {}) {
    way.pop();
    return go(name, args);
}

/// Shows a screen and forgets the way that led there.
export function goAnew(name, args = {}) {
    way = [];
    return go(name, args);
}

/// The screens that led here, this one last, for `goAlong`.
export const wayHere = () => way.slice();

/// Shows the last screen of a way that was kept, with all that lies behind it.
export function goAlong(kept) {
    way = kept.slice();
    return show();
}

export function back() {
    if (way.length < 2) return undefined;
    way.pop();
    return show();
}

export const canGoBack = () => way.length > 1;

/// Draws the present screen again, for another language or news.
export const redraw = (focus = true) => show(focus);

export function forgetWay() {
    way = [];
    showing += 1;
}

async function show(focus = true) {
    const turn = (showing += 1);
    const isPresent = () => turn === showing;
    const [name, args] = way.at(-1);
    const slow = setTimeout(() => isPresent() && place(awaited(isPresent), focus), slowAfter);
    let node;
    try {
        const screen = known[name] ?? (await import(`./screens/${name}.js`)).default;
        node = await screen(args);
    } catch (problem) {
        // A screen may need another to be answered first, then comes again.
        if (isPresent() && problem.code === 'askDay') { clearTimeout(slow); go('day'); return; }
        node = refused(problem, () => redraw());
    }
    clearTimeout(slow);
    // A slower screen that was left meanwhile is not shown any more.
    if (isPresent() && node) place(node, focus);
}

function place(node, focus) {
    const main = document.getElementById('main');
    main.replaceChildren(node);
    if (!focus) return;
    scrollTo({ top: 0, behavior: 'instant' });
    const title = main.querySelector('h1');
    title?.setAttribute('tabindex', '-1');
    title?.focus({ preventScroll: true });
}
