// The page's words: one file a language, loaded when chosen, kept in memory.

/// In this order everywhere, each under its own name.
export const languages = [
    ['en', 'English'], ['es', 'Español'], ['ca', 'Català'], ['fr', 'Français'],
    ['de', 'Deutsch'], ['it', 'Italiano'], ['pt', 'Português'], ['pl', 'Polski'],
    ['ro', 'Română'], ['uk', 'Українська'], ['ar', 'العربية'],
];
const rightToLeft = ['ar'];
// How dates and numbers are written, where the language alone does not say it; Arabic with the
// digits that its texts have.
const places = { en: 'en-GB', pt: 'pt-PT', ar: 'ar-u-nu-latn' };

export let language = 'en';
let table = {};
let place = 'en-GB';
let plurals = new Intl.PluralRules('en');

/// The first of the browser's languages that the page speaks, else English.
export function preferred() {
    for (const tag of navigator.languages ?? [navigator.language]) {
        const base = String(tag).toLowerCase().split('-')[0];
        if (languages.some(([code]) => code === base)) return base;
    }
    return 'en';
}

/// Loads a language and turns the page to it; throws if its file can't be had.
export async function speak(code) {
    const file = await fetch(new URL(`words/${code}.json`, import.meta.url), {
        credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer',
    });
    if (!file.ok) throw new Error('words');
    table = await file.json();
    language = code;
    place = places[code] ?? code;
    plurals = new Intl.PluralRules(place);
    document.documentElement.lang = code;
    document.documentElement.dir = rightToLeft.includes(code) ? 'rtl' : 'ltr';
}

/// The sentence of a key, with its {placeholders} filled. A key without words shows itself:
/// tools/words keeps that from happening.
export function t(key, values = {}) {
    return filled(table[key] ?? key, values);
}

/// The sentence for a number of things, by the language's own plural rules.
export function many(key, count, values = {}) {
    const form = table[`${key}#${plurals.select(count)}`] ?? table[`${key}#other`] ?? key;
    return filled(form, { count: number(count), ...values });
}

export const number = (value) => new Intl.NumberFormat(place).format(value);

/// The name of a language in the one that is spoken; the tag itself where nobody knows it.
export function languageName(tag) {
    try {
        return new Intl.DisplayNames([place], { type: 'language' }).of(tag) ?? tag;
    } catch {
        return tag;
    }
}

export const listed = (texts) => new Intl.ListFormat(place).format(texts);

/// A day in the person's words and time zone, from Unix seconds.
export function day(seconds, style = { dateStyle: 'long' }) {
    return new Intl.DateTimeFormat(place, style).format(new Date(seconds * 1000));
}

/// A day and the time to the minute; envelopes know their time to ten minutes.
export const moment = (seconds) => day(seconds, { dateStyle: 'medium', timeStyle: 'short' });

function filled(text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
