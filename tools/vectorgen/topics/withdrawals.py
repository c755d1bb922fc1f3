"""withdrawal, and what passes between seeker and bridge in content: kinds 20 to 22."""

from .. import cbor
from ..crypto import fixed, flip, h, h128, prf, prf128
from ..presentation import commitment_to, opening_of, written
from ..scenario import Topic
from .consent_cases import consent
from .forwards import DAY_OF_FORWARDS, forwarded
from .people import CASE
from .unsigned import message, shown

CONSENT = consent("message")
CONSENT_MAP = CONSENT.payload
WITHDRAWAL: dict[int, object] = {1: CONSENT.opening}
FORWARDS = forwarded(3)
ANSWER: dict[int, object] = {1: CONSENT.id, 2: 4, 3: 4}


def _forward(number: int = 0, **changes: object) -> dict[int, object]:
    """An entry of forwards; an entry that is None is left out."""
    one = FORWARDS.reports[number]
    fields = {
        1: one.authority,
        2: DAY_OF_FORWARDS,
        3: one.salt,
        4: "SR-2027-0311",
        5: FORWARDS.proof(number),
        **{int(key[1:]): value for key, value in changes.items()},
    }
    return {key: value for key, value in fields.items() if value is not None}


def withdrawals() -> Topic:
    topic = Topic("withdrawal")
    for name, why, key, identity in [
        ("opening", "What opens a consent's commitment.", CASE.consent, CONSENT.id),
        ("another-consent", "Each consent has its own.", CASE.consent, consent("two-fields").id),
        ("another-case", "So has each case.", prf(fixed("case"), "kith1:consent"), CONSENT.id),
    ]:
        opening = opening_of(key, identity)
        scenario = topic.accept(name, why)
        scenario.hexes({"consent key": key, "consent id": identity})
        scenario.hexes({"opening": opening, "revoke": commitment_to(opening)})
        scenario.text("cddl", "withdrawal").hex("cbor", cbor.checked("withdrawal", {1: opening}))
    key, identity = CASE.consent, CONSENT.id
    good = commitment_to(CONSENT.opening)
    for name, why, opening, revoke in [
        ("of-another", "Of another consent.", opening_of(key, consent("two-fields").id), good),
        ("flipped", "One bit changed.", flip(CONSENT.opening), good),
        ("commitment", "The commitment is no opening.", good, good),
        (
            "truncated",
            "The front of a longer digest.",
            prf(key, "kith1:withdraw", identity)[:16],
            good,
        ),
        ("reply-label", "Under another label.", prf128(key, "kith1:reply", identity), good),
        (
            "retract-label",
            "A commitment under the label of envelopes.",
            CONSENT.opening,
            h128("kith1:retract", CONSENT.opening),
        ),
        (
            "truncated-commitment",
            "The front of a longer digest.",
            CONSENT.opening,
            h("kith1:revoke", CONSENT.opening)[:16],
        ),
    ]:
        scenario = topic.refuse(name, "wrong-opening", why)
        scenario.hexes({"opening": opening, "revoke": revoke})
    return topic


def add(topic: Topic) -> None:
    """Adds kinds 20 to 22 to the topic content."""
    consent_copy = {1: 0x20, 2: CONSENT_MAP, 3: message("consent")}
    withdrawal = cbor.checked("withdrawal", WITHDRAWAL)
    withdrawal_copy = {1: 0x21, 2: withdrawal, 3: message("withdrawal")}
    text = "Wir haben Ihre Meldung.\nSie hören von uns."
    full = {4: text, 5: "SR-2027-0311", 6: [_forward(), _forward(1, _4=None, _5=None, _6=True)]}
    rows: list[tuple[str, int, str, dict[int, object]]] = [
        ("consent", 0x20, "consent", {1: written(CONSENT), 2: CONSENT.reply_key}),
        ("withdrawal", 0x21, "withdrawal", WITHDRAWAL),
        ("answer", 0x22, "answer", {**ANSWER, **full}),
        ("answer-waiting", 0x22, "answer", {1: CONSENT.id, 2: 0, 3: 1}),
        ("answer-unknown-state", 0x22, "answer", {**ANSWER, 3: 99, 4: text}),
        ("self-copy-of-consent", 0x02, "self-copy", consent_copy),
        ("self-copy-of-withdrawal", 0x02, "self-copy", withdrawal_copy),
    ]
    for name, kind, rule, fields in rows:
        data = cbor.checked(rule, fields)
        scenario = topic.accept(name, "Every entry that does not apply is absent.")
        shown(scenario, kind, data, message(name)).text("cddl", rule).hex("cbor", data)
        if kind == 0x02:
            scenario.text("cddl of copied", name.removeprefix("self-copy-of-"))
            scenario.hex("copied", fields[2])  # type: ignore[arg-type]
        if kind == 0x20:
            scenario.text("presentation", fields[1])
            scenario.hexes({"consent id": CONSENT.id, "reply key": CONSENT.reply_key})
        if kind == 0x21:
            scenario.hex("revoke", commitment_to(CONSENT.opening))
    _misshapen(topic)


def _misshapen(topic: Topic) -> None:
    siblings = FORWARDS.proof(0)[1]
    assert isinstance(siblings, list)
    rules = {0x20: "consent", 0x21: "withdrawal", 0x22: "answer"}
    text = written(CONSENT)

    def forwards(**changes: object) -> dict[int, object]:
        return {**ANSWER, 6: [_forward(0, **changes)]}

    for name, kind, why, fields in [
        ("consent-bytes", 0x20, "A presentation is text.", {1: text.encode(), 2: bytes(32)}),
        ("consent-short-key", 0x20, "A reply key has 32 bytes.", {1: text, 2: bytes(31)}),
        ("consent-no-key", 0x20, "A required entry is missing.", {1: text}),
        ("withdrawal-short", 0x21, "An opening has 16 bytes.", {1: bytes(15)}),
        ("withdrawal-long", 0x21, "Not 32.", {1: bytes(32)}),
        ("withdrawal-empty", 0x21, "A required entry is missing.", {}),
        ("answer-short-id", 0x22, "A consent id has 16 bytes.", {**ANSWER, 1: bytes(15)}),
        ("answer-no-counter", 0x22, "A required entry is missing.", {1: CONSENT.id, 3: 1}),
        ("answer-no-state", 0x22, "A required entry is missing.", {1: CONSENT.id, 2: 1}),
        ("answer-text-as-bytes", 0x22, "Text is expected, not bytes.", {**ANSWER, 4: b"text"}),
        ("answer-no-forwards", 0x22, "A list that holds nothing is absent.", {**ANSWER, 6: []}),
        ("answer-short-salt", 0x22, "A salt has 32 bytes.", forwards(_3=bytes(16))),
        ("answer-no-day", 0x22, "A required entry is missing.", forwards(_2=None)),
        ("answer-three-siblings", 0x22, "At least 4.", forwards(_5=[0, siblings[:3]])),
        ("answer-17-siblings", 0x22, "At most 16.", forwards(_5=[0, [bytes(32)] * 17])),
        ("answer-short-sibling", 0x22, "Of 32 bytes.", forwards(_5=[0, [bytes(31)] * 4])),
        ("answer-bare-proof", 0x22, "An index goes with them.", forwards(_5=siblings)),
        ("answer-perhaps-not", 0x22, "True or absent.", forwards(_6=False)),
    ]:
        data = cbor.encode(fields)
        assert not cbor.fits(rules[kind], data), name
        shown(topic.refuse(name, "shape", why), kind, data, message(name))


def topics() -> list[Topic]:
    return [withdrawals()]
