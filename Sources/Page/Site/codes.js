// The code lists of protocol/schema/codes.md, as far as people choose from them. Their words are
// under the name of the list and the number.

/// Kinds of incident and the ICCS code of each.
export const kinds = [
    [1, '02011'], [2, '02012'], [3, '02081'], [4, '02082'], [5, '0301'], [6, '0202'], [7, '0205'],
    [8, '0203'], [9, '0204'], [10, '0209'], [11, '0210'], [12, '0401'], [13, '0501'],
    [14, '0504'], [15, '0701'],
];

export const bias = upTo(10);
export const reported = upTo(5);
export const reasons = upTo(16);
export const feelings = upTo(5);
export const needs = upTo(16);

/// Why a consent is given: the terms of chapter 17, in this order of words.
export const purposes = [
    'dpv:RequestedServiceProvision', 'dpv:RightsFulfilment', 'dpv:ProtectionOfPublicSecurity',
    'dpv:ImprovePublicServices', 'dpv:ProvideOfficialStatistics',
];

/// Claims of a consent, in the order in which they are shown; those told for it alone come last.
export const claims = [
    'account', 'kinds', 'when', 'where', 'bias', 'reported', 'reasons', 'safety', 'needs',
    'contact', 'danger', 'language', 'area', 'name', 'email', 'phone',
];
export const toldForConsent = ['area', 'name', 'email', 'phone'];
export const freeText = ['account', 'contact', 'when', 'where', 'name', 'email', 'phone'];

// words: kind.{0..15}, bias.{1..10}, reported.{1..5}, reason.{1..16}, feeling.{1..5},
//   need.{1..16}, purpose.{1..5}

// Answers that other questions hang on.
export const notReported = 4;
export const need = {
    safePlace: 3, medical: 5, goWithMe: 8, interpreter: 9, children: 12, other: 16,
};

function upTo(count) { return Array.from({ length: count }, (_, at) => at + 1); }
