// Said before work that takes this phone long, with what can be done instead.

import { el } from '../dom.js';
import { actions, button, list, paragraph, screen, teller } from '../forms.js';
import { about } from '../progress.js';
import { goInstead } from '../router.js';
import { nextAfter } from '../send.js';
import { state } from '../state.js';
import { refusal } from '../trouble.js';
import { number, t } from '../words.js';

const sevenDays = 2; // the ttl class; it needs a quarter of the work of the longest

export default function slow() {
    const { sending } = state;
    const news = teller('alert');
    const on = () => goInstead(nextAfter());
    const short = async () => {
        sending.drop();
        const shorter = sending.anew({ ttl: sevenDays });
        await shorter.prepare();
        if (shorter.phase === 'failed') news.tell(refusal(shorter.problem));
        else on();
    };
    // Files have a time of their own, and with it most of the work.
    const canShorten = sending.order.files.length === 0;
    return screen(t('slow.title'), el('p', {}, t('slow.about', { time: about(sending.timeTold) })),
        sending.moreBits > 0
            && paragraph('slow.full', { times: number(2 ** sending.moreBits) }),
        paragraph('slow.why'), list('slow.open', 'slow.pause', 'slow.other'), news,
        actions(button(t('slow.start'), () => { sending.resume(); on(); }, 'main'),
            canShorten && button(t('slow.short'), short, '', t('slow.short.hint'))));
}
