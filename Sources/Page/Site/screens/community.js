// Chooses a community from the relay's list, where no link named one.

import { el } from '../dom.js';
import { actions, button, notice, paragraph, screen } from '../forms.js';
import { go } from '../router.js';
import { choose, relayKnown } from '../start.js';
import { t } from '../words.js';

export default async function community() {
    const { communities } = await relayKnown();
    if (communities.length === 0) {
        return screen(t('community.title'), paragraph('community.none'),
            actions(button(t('footer.numbers'), () => go('numbers'))));
    }
    const chosen = (id) => () => { choose(id); go('choose'); };
    return screen(t('community.title'), notice(el('p', {}, t('community.word'))),
        communities.map(({ id, name }) => button(el('bdi', {}, name), chosen(id))), actions());
}
