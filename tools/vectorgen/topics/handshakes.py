"""noise and link-record: protocol/03-links.md."""

import warnings
from dataclasses import dataclass, field

from noise.connection import Keypair, NoiseConnection

from .. import world
from ..crypto import Agreement, Signer, fixed, flip, padded, u16, u32
from ..scenario import Scenario, Topic
from ..wire import frame

# The library warns of ephemeral keys that are given to it; here they must be.
warnings.filterwarnings("ignore", module="noise.noise_protocol")

NOW = world.NOW
NOT_AFTER = NOW + 86400
UNIT, MOST = 1024, 64512


def prologue(network: bytes = world.NETWORK, version: int = 1) -> bytes:
    return padded("kith1:link") + bytes([version]) + network


def identity(
    node: Signer,
    link_key: bytes,
    not_after: int = NOT_AFTER,
    network: bytes = world.NETWORK,
    signer: Signer | None = None,
) -> bytes:
    """The payload of messages 2 and 3."""
    signed = network + link_key + u32(not_after)
    return node.public + u32(not_after) + (signer or node).sign("kith1:key", signed)


def filled(frames: bytes) -> bytes:
    """A flush: frames, and a PAD frame unless they end a unit."""
    gap = -len(frames) % UNIT
    if gap == 0:
        return frames
    if gap < 4:
        gap += UNIT
    return frames + frame(0x00, bytes(gap - 4))


@dataclass
class Meeting:
    """Two nodes about to shake hands."""

    psk: bytes | None = None
    initiator_prologue: bytes = field(default_factory=prologue)
    responder_prologue: bytes = field(default_factory=prologue)
    responder_psk: bytes | None = None
    link_a: Agreement = field(default_factory=lambda: Agreement("link key a"))
    link_b: Agreement = field(default_factory=lambda: Agreement("link key b"))
    ephemeral_a: Agreement = field(default_factory=lambda: Agreement("ephemeral a"))
    ephemeral_b: Agreement = field(default_factory=lambda: Agreement("ephemeral b"))

    def __post_init__(self) -> None:
        self.a = self._side(True)
        self.b = self._side(False)

    def _side(self, initiator: bool) -> NoiseConnection:
        modifier = "" if self.psk is None else "psk0"
        side = NoiseConnection.from_name(f"Noise_XX{modifier}_25519_ChaChaPoly_BLAKE2b".encode())
        psk = self.psk if initiator else self.responder_psk or self.psk
        if psk is not None:
            side.set_psks(psk)
        if initiator:
            side.set_as_initiator()
            side.set_prologue(self.initiator_prologue)
            keys = self.link_a, self.ephemeral_a
        else:
            side.set_as_responder()
            side.set_prologue(self.responder_prologue)
            keys = self.link_b, self.ephemeral_b
        side.set_keypair_from_private_bytes(Keypair.STATIC, keys[0].secret)
        side.set_keypair_from_private_bytes(Keypair.EPHEMERAL, keys[1].secret)
        side.start_handshake()
        return side

    def given(self, scenario: Scenario) -> Scenario:
        scenario.text("pattern", "XX" if self.psk is None else "XXpsk0")
        scenario.text("now", NOW).hex("network", world.NETWORK)
        if self.psk is not None:
            scenario.hex("pre-shared key", self.psk)
        return scenario.hexes(
            {
                "prologue": self.initiator_prologue,
                "initiator link secret": self.link_a.secret,
                "initiator ephemeral secret": self.ephemeral_a.secret,
                "responder link secret": self.link_b.secret,
                "responder ephemeral secret": self.ephemeral_b.secret,
            }
        )


def noise() -> Topic:
    topic = Topic("noise")
    _whole(topic, "xx", "A handshake, first records, and a new key before record 65536.", None)
    _whole(topic, "xxpsk0", "The same in a closed network.", fixed("pre-shared key"))
    _bad_identities(topic)
    _bad_messages(topic)
    return topic


def _whole(topic: Topic, name: str, why: str, psk: bytes | None) -> None:
    meeting = Meeting(psk)
    scenario = meeting.given(topic.accept(name, why))
    scenario.hexes(
        {"initiator node seed": world.NODE_A.seed, "responder node seed": world.NODE_B.seed}
    )
    scenario.text("notAfter", NOT_AFTER)
    payloads = [
        b"",
        identity(world.NODE_B, meeting.link_b.public),
        identity(world.NODE_A, meeting.link_a.public),
    ]
    for number, payload in enumerate(payloads, 1):
        writer, reader = (meeting.b, meeting.a) if number == 2 else (meeting.a, meeting.b)
        message = bytes(writer.write_message(payload))
        assert bytes(reader.read_message(message)) == payload
        scenario.hex(f"payload {number}", payload).hex(f"message {number}", message)
        scenario.hex(f"flight {number}", u16(len(message)) + message)
    assert meeting.a.get_handshake_hash() == meeting.b.get_handshake_hash()
    scenario.hex("handshake hash", meeting.a.get_handshake_hash())
    for label, side in [("initiator", meeting.a), ("responder", meeting.b)]:
        state = side.noise_protocol.cipher_state_encrypt
        scenario.hex(f"{label} key", state.k)
        for number in range(2):
            plain = filled(frame(0x02, fixed(f"{name} {label} {number}", 8)))
            sealed = state.encrypt_with_ad(b"", plain)
            scenario.hex(f"{label} plaintext {number}", plain)
            scenario.hex(f"{label} record {number}", u16(len(sealed)) + sealed)
        for number in (65535, 65536):
            if number == 65536:
                state.rekey()
                scenario.hex(f"{label} key after", state.k)
            state.set_nonce(number)
            plain = filled(frame(0x02, fixed(f"{name} {label} {number}", 8)))
            sealed = state.encrypt_with_ad(b"", plain)
            scenario.hex(f"{label} plaintext {number}", plain)
            scenario.hex(f"{label} record {number}", u16(len(sealed)) + sealed)


def _bad_identities(topic: Topic) -> None:
    a, b = world.NODE_A, world.NODE_B
    keys = Meeting()
    own = keys.link_b.public
    for name, reason, why, payload in [
        (
            "signed-by-other",
            "not-signed",
            "Another node signed in this one's name.",
            identity(b, own, signer=world.STRANGER),
        ),
        (
            "other-link-key",
            "not-signed",
            "The word of this node about another link key.",
            identity(b, keys.link_a.public),
        ),
        (
            "other-network-word",
            "not-signed",
            "The node's word in another network.",
            identity(b, own, network=world.OTHER_NETWORK),
        ),
        (
            "not-after-changed",
            "not-signed",
            "A day added after signing.",
            b.public + u32(NOT_AFTER + 86400) + identity(b, own)[36:],
        ),
        ("expired", "expired", "It ended a second ago.", identity(b, own, NOW - 1)),
        ("ends-now", "expired", "From notAfter on it holds no more.", identity(b, own, NOW)),
        ("payload-short", "bad-length", "One byte is missing.", identity(b, own)[:-1]),
        ("payload-long", "bad-length", "One byte too many.", identity(b, own) + b"\0"),
        ("payload-empty", "bad-length", "No word at all.", b""),
    ]:
        meeting = Meeting()
        scenario = meeting.given(topic.refuse(f"responder-{name}", reason, why)).text(
            "reader", "initiator"
        )
        first = bytes(meeting.a.write_message(b""))
        meeting.b.read_message(first)
        second = bytes(meeting.b.write_message(payload))
        assert bytes(meeting.a.read_message(second)) == payload
        scenario.hexes({"message 1": first, "message 2": second, "payload 2": payload})
    meeting = Meeting()
    scenario = meeting.given(
        topic.refuse(
            "initiator-signed-by-other", "not-signed", "The initiator's word is checked too."
        )
    )
    scenario.text("reader", "responder")
    first = bytes(meeting.a.write_message(b""))
    meeting.b.read_message(first)
    second = bytes(meeting.b.write_message(identity(b, own)))
    meeting.a.read_message(second)
    payload = identity(a, meeting.link_a.public, signer=world.STRANGER)
    third = bytes(meeting.a.write_message(payload))
    scenario.hexes(
        {"message 1": first, "message 2": second, "message 3": third, "payload 3": payload}
    )


def _bad_messages(topic: Topic) -> None:
    word = identity(world.NODE_B, Meeting().link_b.public)
    psk = fixed("pre-shared key")

    def second(meeting: Meeting) -> tuple[bytes, bytes]:
        first = bytes(meeting.a.write_message(b""))
        meeting.b.read_message(first)
        return first, bytes(meeting.b.write_message(word))

    for name, meeting in [
        ("other-network", Meeting(responder_prologue=prologue(world.OTHER_NETWORK))),
        ("other-version", Meeting(responder_prologue=prologue(version=2))),
        ("no-prologue", Meeting(responder_prologue=b"")),
    ]:
        why = "The responder's prologue is another, so its message does not open."
        scenario = meeting.given(topic.refuse(f"prologue-{name}", "cannot-open", why))
        scenario.text("reader", "initiator")
        first, reply = second(meeting)
        scenario.hexes({"message 1": first, "message 2": reply})
    meeting = Meeting()
    first, reply = second(meeting)
    for name, reason, why, changed in [
        ("flipped", "cannot-open", "One bit of the encrypted key.", flip(reply, 40)),
        ("payload-flipped", "cannot-open", "One bit of the last tag.", flip(reply)),
        ("cut-tag", "cannot-open", "The last byte is missing.", reply[:-1]),
        ("cut-key", "truncated", "It ends within the keys.", reply[:79]),
        (
            "zero-ephemeral",
            "zero-agreement",
            "An ephemeral of small order gives all zeros.",
            bytes(32) + reply[32:],
        ),
    ]:
        scenario = (
            Meeting()
            .given(topic.refuse(f"message-2-{name}", reason, why))
            .text("reader", "initiator")
        )
        scenario.hexes({"message 1": first, "message 2": changed})
    scenario = Meeting().given(
        topic.refuse(
            "message-1-zero-ephemeral",
            "zero-agreement",
            "The responder checks the initiator's ephemeral too.",
        )
    )
    scenario.text("reader", "responder").hex("message 1", bytes(32))
    scenario = Meeting().given(topic.refuse("message-1-short", "truncated", "Less than a key."))
    scenario.text("reader", "responder").hex("message 1", bytes(31))
    meeting = Meeting()
    scenario = meeting.given(
        topic.refuse(
            "message-1-payload", "bad-length", "Message 1 proves nothing yet, so it says nothing."
        )
    )
    said = bytes(meeting.a.write_message(b"hello"))
    scenario.text("reader", "responder").hexes({"message 1": said, "payload 1": b"hello"})
    meeting = Meeting(psk)
    first = bytes(meeting.a.write_message(b""))
    other = Meeting(fixed("another pre-shared key"))
    scenario = other.given(
        topic.refuse(
            "wrong-pre-shared-key", "cannot-open", "A prober without the key gets no answer."
        )
    )
    scenario.text("reader", "responder").hex("message 1", first)


def link_records() -> Topic:
    topic = Topic("link-record")

    def flush(name: str, why: str, queued: bytes) -> None:
        whole = filled(queued)
        scenario = topic.accept(name, why).text("check", "flush").hex("frames", queued)
        for number, start in enumerate(range(0, len(whole), MOST)):
            scenario.hex(f"plaintext {number}", whole[start : start + MOST])

    ping = frame(0x02, bytes(8))
    flush("ping", "A PAD frame fills the unit.", ping)
    flush("gap-of-4", "A PAD frame without a body.", frame(0x80, fixed("gap", UNIT - 8)))
    flush("gap-of-3", "A gap under 4 takes a unit more.", frame(0x80, fixed("gap", UNIT - 7)))
    flush("aligned", "No PAD where the frames end a unit.", frame(0x80, fixed("gap", UNIT - 4)))
    flush(
        "two-records", "More than 64512 bytes go in two records.", frame(0x80, fixed("long", 66560))
    )
    for name, why, length in [
        ("length-1040", "The smallest record: 1024 bytes and a tag.", 1040),
        ("length-64528", "The largest record: 64512 bytes and a tag.", 64528),
    ]:
        topic.accept(name, why).texts({"check": "length", "length": length})
    for name, reason, why, length in [
        ("length-0", "bad-length", "An empty record.", 0),
        ("length-16", "bad-length", "A tag without a plaintext.", 16),
        ("length-1024", "bad-length", "The tag is not counted in.", 1024),
        ("length-1039", "bad-length", "One byte less than a unit.", 1039),
        ("length-1041", "bad-length", "One byte more than a unit.", 1041),
        ("length-64527", "bad-length", "One byte less than the largest.", 64527),
        ("length-64529", "bad-length", "One byte more than the largest.", 64529),
        ("length-65535", "bad-length", "The largest length there is.", 65535),
    ]:
        topic.refuse(name, reason, why).texts({"check": "length", "length": length})
    return topic
