// The time that what is sent bears. The relay's clock counts when it is within a day of the
// phone's; else the person says which day it is.

const aDay = 86400;
const slotSeconds = 600;
const wrongBy = 10 * 60;

/// A clock that goes on from a known moment, whatever happens to the phone's own.
export class Clock {
    #seconds;
    #began = performance.now();

    constructor(seconds) { this.#seconds = seconds; }

    get now() { return Math.floor(this.#seconds + (performance.now() - this.#began) / 1000); }

    get slot() { return Math.floor(this.now / slotSeconds); }
}

export const slotTime = (slot) => slot * slotSeconds;

/// { clock } from the relay's time, and `isPhoneWrong` if the phone's differs by ten minutes;
/// nothing when they are a day or more apart.
export function compared(relayTime, phoneTime = Date.now() / 1000) {
    const apart = Math.abs(relayTime - phoneTime);
    if (!(apart < aDay)) return {};
    return { clock: new Clock(relayTime), isPhoneWrong: apart >= wrongBy };
}

/// The clock that fits the day a person named ('YYYY-MM-DD'): the relay's, else the phone's;
/// null if neither does.
export function fitting(date, relayTime, phoneTime = Date.now() / 1000) {
    const noon = Date.parse(`${date}T12:00:00Z`) / 1000;
    // A day begins up to fourteen hours earlier or ends twelve later than in Greenwich.
    const fits = (time) => Math.abs(time - noon) <= 12 * 3600 + 14 * 3600;
    if (fits(relayTime)) return new Clock(relayTime);
    return fits(phoneTime) ? new Clock(phoneTime) : null;
}
