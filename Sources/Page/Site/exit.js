// Leaving at once, and hiding what is on the screen when nobody sits before it.

import { el } from './dom.js';
import { many, t } from './words.js';

const pressesToLeave = 3;
const pressWindow = 5000; // milliseconds
const idleCover = 2 * 60e3;
const idleClear = 10 * 60e3;
// Without a connection sending has no end by itself.
const idleMost = 60 * 60e3;
const lookEvery = 5000;

const wipes = [];
const hides = [];
let presses = [];
let pressTimer = 0;
let cover = null;
let before = null;
let lastSign = Date.now();
let isGone = false;
let busy = () => false;

/// Called when everything has to be forgotten, in this order.
export const whenLeaving = (wipe) => wipes.push(wipe);

/// Called whenever the page is hidden: what can be heard ends with what can be seen.
export const whenHidden = (act) => hides.push(act);

/// While this says true an idle page is covered, and cleared later: something is being sent.
export const whileBusy = (check) => { busy = check; };

export function guard() {
    document.getElementById('exit').addEventListener('click', leave);
    // In the capturing phase: no screen can keep a press from counting.
    addEventListener('keydown', pressed, true);
    for (const sign of ['pointerdown', 'keydown', 'input', 'scroll']) {
        addEventListener(sign, () => { if (!cover) lastSign = Date.now(); }, { passive: true });
    }
    document.addEventListener('visibilitychange', () => {
        if (document.hidden) hide();
        look();
    });
    // Back, a reload, a closed tab: nothing may be left for the browser to bring back.
    addEventListener('pagehide', () => { hide(); wipe(); });
    addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
    setInterval(look, lookEvery);
}

/// Covers, clears and goes to the neutral site, which takes this page's place in the history.
export function leave(event) {
    event?.preventDefault();
    hide();
    const { href } = document.getElementById('exit');
    wipe();
    location.replace(href);
}

/// Hides the page behind an empty one until somebody asks for it back.
export function hide() {
    if (cover || isGone) return;
    for (const one of hides) one();
    before = document.activeElement;
    const properties = { class: 'cover', role: 'dialog', 'aria-modal': 'true' };
    cover = el('div', { ...properties, 'aria-label': t('cover.label') },
        el('button', { type: 'button', onclick: show }, t('cover.show')),
        leaveLink());
    setHidden(true);
    document.body.append(cover);
    cover.querySelector('button').focus();
}

function show() {
    cover?.remove();
    cover = null;
    setHidden(false);
    lastSign = Date.now();
    before?.focus?.();
}

function leaveLink() {
    const { href } = document.getElementById('exit');
    const properties = { class: 'exit', href, rel: 'nofollow noreferrer', onclick: leave };
    return el('a', properties, t('exit.leave'));
}

function setHidden(isHidden) {
    for (const node of document.body.children) if (node !== cover) node.inert = isHidden;
}

/// Asked by timer and when the page is seen again: a phone's timers sleep, its clock does not.
function look() {
    const idle = Date.now() - lastSign;
    if (isGone) return;
    if (idle >= (busy() ? idleMost : idleClear)) clear();
    else if (idle >= idleCover) hide();
}

/// Forgets the visit and leaves an empty page that can only begin anew.
function clear() {
    wipe();
    document.body.firstChild.append(
        el('button', { type: 'button', onclick: () => location.reload() }, t('cover.again')));
}

function wipe() {
    if (isGone) return;
    isGone = true;
    for (const field of document.querySelectorAll('input, textarea')) field.value = '';
    for (const one of wipes) one();
    // Only an empty sheet stays until the other site is there.
    document.body.replaceChildren(el('div', { class: 'cover' }));
}

function pressed(event) {
    if (event.repeat) return;
    const now = performance.now();
    presses = event.key === 'Shift' ? [...presses.filter((at) => now - at < pressWindow), now] : [];
    if (presses.length >= pressesToLeave) leave();
    else tellPresses();
}

/// Shows and says how many presses are missing.
function tellPresses() {
    const line = document.getElementById('presses');
    if (!line) return;
    clearTimeout(pressTimer);
    const left = pressesToLeave - presses.length;
    line.replaceChildren();
    if (presses.length === 0) return;
    const dots = '●'.repeat(presses.length) + '○'.repeat(left);
    line.append(el('b', { 'aria-hidden': 'true' }, dots), ' ', many('exit.presses', left));
    pressTimer = setTimeout(() => { presses = []; tellPresses(); }, pressWindow);
}
