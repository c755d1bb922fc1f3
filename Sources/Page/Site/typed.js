// Digits as people type and paste them: protocol/11-return-codes.md, "Code".

// Spaces, line ends, dashes, and marks that steer direction.
const skipped = new RegExp('[\\t-\\r \\u0085\\u00a0\\u00ad\\u061c\\u1680\\u2000-\\u2015'
    + '\\u2028-\\u202f\\u205f\\u2060\\u2066-\\u2069\\u2212\\u3000\\ufeff-]', 'gu');

/// Without what a reader of codes skips, Arabic, Persian and Devanagari digits as Latin ones.
export function latinDigits(text) {
    // The codes of those digits end in 0 to 9 or in 6 to f.
    const latin = (digit) => String((digit.charCodeAt(0) & 15) - (digit < '\u0966' ? 0 : 6));
    return text.replace(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/gu, latin)
        .replace(skipped, '');
}
