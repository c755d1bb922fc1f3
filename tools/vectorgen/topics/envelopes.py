"""envelope and retraction."""

from dataclasses import replace

from .. import world
from ..crypto import fixed, flip, h128
from ..scenario import Scenario, Topic
from ..wire import (
    TTL_SECONDS,
    Header,
    body_hash,
    envelope_id,
    erase_key,
    finished,
    retraction,
    retraction_id,
    spoilt,
    work_of,
    worked,
)

NET, SLOT, NOW = world.NETWORK, world.SLOT, world.NOW
KEY = fixed("case key")


def plain(**changes: object) -> Header:
    """A sealed envelope's header with a commitment that KEY opens."""
    header = Header(slot=SLOT, topic=world.intake_topic(), **changes)  # type: ignore[arg-type]
    return header.committed(erase_key(KEY))


def body(header: Header) -> bytes:
    return fixed(f"body of size class {header.size}", header.body_bytes)


def judged(scenario: Scenario, envelope: bytes, path: str = "pushed", now: int = NOW) -> Scenario:
    scenario.texts({"now": now, "workBase": world.BASE, "path": path})
    return scenario.hexes({"network": NET, "envelope": envelope})


def described(scenario: Scenario, header: Header, hashed: bytes) -> Scenario:
    """Fields a reader finds in the header, and the envelope's names."""
    scenario.texts({"suite": header.suite, "ttlClass": header.ttl, "size": header.size})
    scenario.texts({"workBits": header.bits, "slot": header.slot, "expiry": header.expiry})
    scenario.text("nonce", header.nonce)
    scenario.hexes({"topic": header.topic, "mailbox": header.mailbox})
    scenario.hexes({"commitment": header.commitment, "body hash": hashed})
    return scenario.hex("id", envelope_id(NET, header, hashed))


def envelopes() -> Topic:
    topic = Topic("envelope")
    _accepted(topic)
    _misshapen(topic)
    _untimely(topic)
    return topic


def _accepted(topic: Topic) -> None:
    def good(name: str, why: str, header: Header, **how: object) -> None:
        hashed = body_hash(body(header))
        done = worked(NET, header, hashed)
        scenario = judged(topic.accept(name, why), done.encoded + body(header), **how)
        described(scenario, done, hashed)

    for size in range(8):
        ttl = size % 5
        why = (
            f"Size class {size} is {512 << size} bytes; ttl class {ttl} lives {TTL_SECONDS[ttl]} s."
        )
        good(f"size-{size}-ttl-{ttl}", why, plain(size=size, ttl=ttl))
    good("least-work", "Work bits may be just base plus ttl class.", plain(bits=world.BASE + 4))
    good("next-slot", "One slot ahead is clock difference.", replace(plain(), slot=SLOT + 1))
    good(
        "six-slots-old",
        "Six slots is as old as a pushed envelope may be.",
        replace(plain(), slot=SLOT - 6),
    )
    old = replace(plain(), slot=SLOT - 7)
    good("older-when-asked", "What was asked for may be older.", old, path="asked")
    hour = replace(plain(ttl=0), slot=SLOT - 3)
    good("expiry-ahead", "One second more than 20 minutes are left.", hour, now=hour.expiry - 1201)
    good("unknown-suite", "Relays carry suites that they cannot open.", plain(suite=2))


def _misshapen(topic: Topic) -> None:
    def bad(name: str, reason: str, why: str, envelope: bytes) -> None:
        judged(topic.refuse(name, reason, why), envelope)

    def done(header: Header) -> bytes:
        return finished(NET, header, body(header))

    def sized(header: Header, count: int) -> bytes:
        data = fixed("body", count)
        return worked(NET, header, body_hash(data)).encoded + data

    good = done(plain())
    bad("empty", "truncated", "No bytes at all.", b"")
    bad("header-cut", "truncated", "The header's last byte is missing.", good[:63])
    bad("version-0", "bad-version", "Version 0 does not exist.", done(plain(version=0)))
    bad("version-2", "bad-version", "Version 2 is not this protocol.", done(plain(version=2)))
    bad("ttl-class-5", "bad-ttl-class", "Ttl classes end at 4.", done(plain(ttl=5, bits=12)))
    bad("ttl-class-15", "bad-ttl-class", "Ttl classes end at 4.", done(plain(ttl=15, bits=12)))
    bad("size-class-8", "bad-size-class", "Size classes end at 7.", sized(plain(size=8), 2000))
    bad("size-class-15", "bad-size-class", "Size classes end at 7.", sized(plain(size=15), 448))
    bad("body-short", "bad-length", "One byte less than the class says.", sized(plain(), 447))
    bad("body-long", "bad-length", "One byte more than the class says.", sized(plain(), 449))
    bad("body-of-other-class", "bad-length", "The size of the next class.", sized(plain(), 960))
    header = plain()
    weak = spoilt(NET, header, body_hash(body(header)))
    bad(
        "work-too-weak",
        "work-too-weak",
        "The nonce does not give the bits that are named.",
        weak.encoded + body(header),
    )
    bad(
        "body-changed",
        "work-too-weak",
        "Another body is another id, which this nonce does not fit.",
        _unfit(good, 64),
    )
    bad("topic-changed", "work-too-weak", "Another topic is another id.", _unfit(good, 8))
    other = finished(world.OTHER_NETWORK, header, body(header))
    other = _unfit(other, None)
    bad("other-network", "work-too-weak", "Work done in one network is none in another.", other)
    bad(
        "work-below-base",
        "work-below-base",
        "Base plus ttl class is the least.",
        done(plain(bits=world.BASE + 3)),
    )
    huge = replace(header, bits=65)
    bad(
        "work-over-64",
        "work-over-64",
        "More than 64 bits cannot be named.",
        huge.encoded + body(huge),
    )
    public = dict(suite=0, size=0, ttl=4, mailbox=bytes(16), commitment=bytes(16))
    record = Header(slot=SLOT, topic=world.public_topic(), **public)
    bad(
        "public-mailbox",
        "public-mailbox",
        "A public record has no mailbox.",
        done(replace(record, mailbox=fixed("mailbox", 16))),
    )
    bad(
        "public-commitment",
        "public-commitment",
        "A public record cannot be taken back.",
        done(replace(record, commitment=fixed("commitment", 16))),
    )
    bad(
        "public-ttl-class",
        "public-ttl-class",
        "Public records have ttl class 4.",
        done(replace(record, ttl=3)),
    )


def _unfit(envelope: bytes, offset: int | None) -> bytes:
    """The envelope with a byte changed such that its work does not hold in NET."""
    for bits in range(0 if offset is None else 1, 256):
        changed = envelope if offset is None else flip(envelope, offset, bits)
        header = Header(
            slot=int.from_bytes(changed[4:8], "big"),
            topic=changed[8:24],
            bits=changed[3],
            mailbox=changed[24:40],
            commitment=changed[40:56],
            nonce=int.from_bytes(changed[56:64], "big"),
        )
        assert header.encoded == changed[:64]
        if work_of(envelope_id(NET, header, body_hash(changed[64:])), header.nonce) < header.bits:
            return changed
    raise AssertionError("a changed byte fits by chance")


def _untimely(topic: Topic) -> None:
    def bad(name: str, reason: str, why: str, header: Header, **how: object) -> None:
        judged(topic.refuse(name, reason, why), finished(NET, header, body(header)), **how)

    bad("slot-ahead", "future-slot", "Two slots ahead is too far.", replace(plain(), slot=SLOT + 2))
    bad(
        "slot-ahead-asked",
        "future-slot",
        "On every path.",
        replace(plain(), slot=SLOT + 2),
        path="asked",
    )
    bad(
        "slot-far-ahead", "future-slot", "The last slot there is.", replace(plain(), slot=2**32 - 1)
    )
    bad(
        "seven-slots-old",
        "too-old",
        "A pushed envelope is at most six slots old.",
        replace(plain(), slot=SLOT - 7),
    )
    hour = replace(plain(ttl=0), slot=SLOT - 3)
    bad("nearly-expired", "expired", "Exactly 20 minutes are left.", hour, now=hour.expiry - 1200)
    old = replace(plain(), slot=SLOT - 13000)
    bad("long-expired", "expired", "Asked for or not.", old, path="asked")
    bad("slot-zero", "expired", "Slot 0 was in 1970.", replace(plain(), slot=0), path="asked")


def retractions() -> Topic:
    topic = Topic("retraction")
    key = erase_key(KEY)

    def made(header: Header) -> tuple[Header, bytes, bytes]:
        hashed = body_hash(body(header))
        return worked(NET, header, hashed), hashed, header.opening(key)

    def shown(scenario: Scenario, data: bytes, now: int = NOW) -> Scenario:
        scenario.texts({"now": now, "workBase": world.BASE})
        return scenario.hexes({"network": NET, "retraction": data})

    def good(name: str, why: str, header: Header, now: int = NOW) -> None:
        done, hashed, opening = made(header)
        target = envelope_id(NET, done, hashed)
        scenario = shown(topic.accept(name, why), retraction(done, hashed, opening), now)
        scenario.text("keepUntil", done.expiry + 86400)
        scenario.hexes({"erase key": key, "opening": opening, "id": target})
        scenario.hex("retraction id", retraction_id(target))

    hour = plain(ttl=0)
    good("opened", "The opening fits the commitment.", plain(size=1))
    good("of-a-large-one", "The body is not needed, only its hash.", plain(size=7, ttl=2))
    good(
        "old-target",
        "A retraction may be older than a pushed envelope.",
        replace(plain(size=1), slot=SLOT - 1000).committed(key),
    )
    good(
        "day-after-expiry",
        "Taken up to a day after its target's expiry.",
        hour,
        hour.expiry + 86399,
    )

    done, hashed, opening = made(plain(size=1))

    def bad(name: str, reason: str, why: str, data: bytes, now: int = NOW) -> None:
        shown(topic.refuse(name, reason, why), data, now)

    bad(
        "wrong-opening",
        "wrong-opening",
        "The opening of another key.",
        retraction(done, hashed, done.opening(fixed("another erase key"))),
    )
    bad(
        "commitment-as-opening",
        "wrong-opening",
        "The commitment opens nothing.",
        retraction(done, hashed, done.commitment),
    )
    random = replace(done, commitment=h128("kith1:retract", b"nobody knows this"))
    random = worked(NET, random, hashed)
    bad(
        "nobodys",
        "wrong-opening",
        "A random commitment has no opening.",
        retraction(random, hashed, opening),
    )
    bad(
        "body-hash-changed",
        "work-too-weak",
        "Another body hash is another id, which lacks work.",
        retraction(spoilt(NET, done, flip(hashed)), flip(hashed), opening),
    )
    bad(
        "work-too-weak",
        "work-too-weak",
        "A retraction proves its target's work.",
        retraction(spoilt(NET, done, hashed), hashed, opening),
    )
    late = made(hour)
    bad(
        "expired",
        "expired",
        "A day after expiry nobody keeps it.",
        retraction(*late),
        hour.expiry + 86400,
    )
    ahead = made(replace(plain(), slot=SLOT + 2).committed(key))
    bad("slot-ahead", "future-slot", "Its target cannot have been accepted.", retraction(*ahead))
    bad("cut", "truncated", "One byte is missing.", retraction(done, hashed, opening)[:-1])
    public = Header(slot=SLOT, topic=world.public_topic(), suite=0, ttl=4)
    bad(
        "public-record",
        "public-record",
        "Nobody takes a public record back.",
        retraction(*made(public.committed(key))),
    )
    bad(
        "version-2",
        "bad-version",
        "The header is checked as an envelope's is.",
        retraction(*made(plain(version=2))),
    )
    return topic


def topics() -> list[Topic]:
    return [envelopes(), retractions()]
