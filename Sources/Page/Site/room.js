// How much more work makes room where a period is full at this relay (protocol/06-store.md, "Full
// periods"). A relay that lies makes the phone work longer, and no more.

import { relayInfo } from './relay.js';
import { state } from './state.js';

/// Bits that a person may add.
const most = 4;
const patience = 3000; // milliseconds that the relay's newest word is waited for
const slotsOf = (ttlClass) => (ttlClass <= 1 ? 6 : 144);
const fileSize = 7;

/// Bits beyond those claimed that these need, given as { ttlClass, size, bits, slot }; 0 with room.
export async function moreBits(heads) {
    const full = await fullPeriods();
    return Math.min(most, Math.max(0, ...heads.map((head) => missing(head, full))));
}

/// The same of drafts.
export const moreBitsFor = (drafts) => moreBits(drafts.map(({ envelope }) => ({
    ttlClass: envelope[2] >> 4, size: envelope[2] & 15, bits: envelope[3],
    slot: new DataView(envelope.buffer, envelope.byteOffset).getUint32(4),
})));

function missing({ ttlClass, size, bits, slot }, full) {
    const period = full.find((one) => one.community === state.communityID
        && one.isFile === (size === fileSize) && one.ttlClass === ttlClass
        && slot >= one.firstSlot && slot < one.firstSlot + slotsOf(ttlClass));
    return period ? period.floor + 1 - (bits - size) : 0;
}

/// As the relay says now, else as it said when the visit began.
async function fullPeriods() {
    const late = new Promise((resolve) => { setTimeout(() => resolve(null), patience); });
    const told = await Promise.race([relayInfo().catch(() => null), late]);
    return (told ?? state.relay).fullPeriods ?? [];
}
