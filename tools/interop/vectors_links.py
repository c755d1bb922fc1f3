"""Vectors of links: the handshake, records, and frames."""

from typing import Any

import frames
import hello
import linkrecords as wire
import treeframes
import viewframes
from basics import NOBODY, is_signed, public_of, require, signer_of, u16, u32
from envelopes import Retraction
from frames import Frame
from noise import Cipher, Handshake, check_proof, make_proof, prologue
from scenarios import Mismatch, Scenario


def noise(s: Scenario) -> None:
    """Handshakes; where nothing is refused, the first records and a new key too."""
    sides = {name: _side(s, name) for name in ("initiator", "responder")}
    if s.accepted:
        s.expect("prologue", prologue(s.blobs["network"]))
        _write_messages(s, sides)
        _check_records(s, sides)
    else:
        _read_messages(s, sides)


def _side(s: Scenario, name: str) -> Handshake:
    return Handshake(
        initiator=name == "initiator",
        prologue=s.blobs["prologue"],
        static=s.blobs[f"{name} link secret"],
        ephemeral=s.blobs[f"{name} ephemeral secret"],
        shared=s.blobs.get("pre-shared key"),
    )


def _turn(index: int) -> tuple[str, str]:
    names = ("initiator", "responder")
    return names if index % 2 else names[::-1]


def _write_messages(s: Scenario, sides: dict[str, Handshake]) -> None:
    for index in (1, 2, 3):
        writer, reader = _turn(index)
        payload = s.blobs[f"payload {index}"]
        if payload:
            node_seed = s.blobs[f"{writer} node seed"]
            link = public_of(s.blobs[f"{writer} link secret"])
            node, not_after = signer_of(node_seed), s.number("notAfter")
            made = make_proof(node_seed, node, s.blobs["network"], link, not_after)
            s.expect(f"payload {index}", made)
        message = sides[writer].write(payload)
        s.expect(f"message {index}", message)
        s.expect(f"flight {index}", u16(len(message)) + message)
        read = sides[reader].read(message)
        s.expect(f"payload {index}", read)
        if payload:
            link = sides[reader].remote_static
            check_proof(read, s.blobs["network"], link, s.number("now"))


def _check_records(s: Scenario, sides: dict[str, Handshake]) -> None:
    for side in sides.values():
        s.expect("handshake hash", side.hash)
        for name, cipher in zip(("initiator", "responder"), side.split()):
            s.expect(f"{name} key", cipher.key)
            for count in (0, 1, 65535, 65536):
                _check_record(s, name, cipher.key, count)


def _check_record(s: Scenario, name: str, key: bytes, count: int) -> None:
    plaintext, record = (s.blobs[f"{name} {what} {count}"] for what in ("plaintext", "record"))
    sender, reader = Cipher(key, count), Cipher(key, count)
    s.expect(f"{name} record {count}", wire.seal(sender, plaintext))
    s.expect(f"{name} plaintext {count}", reader.decrypt(record[2:]))
    if count == 65536:
        s.expect(f"{name} key after", sender.key)


def _read_messages(s: Scenario, sides: dict[str, Handshake]) -> None:
    """Plays both sides up to the last message given, which the reader then looks at and answers."""
    given = [index for index in (1, 2, 3) if f"message {index}" in s.blobs]
    for index in given[:-1]:
        writer, other = _turn(index)
        message = s.blobs[f"message {index}"]
        s.expect(f"message {index}", sides[writer].write(sides[other].read(message)))
    side = sides[s.texts["reader"]]
    payload = side.read(s.blobs[f"message {given[-1]}"])
    if given[-1] == 1:
        side.write()
    else:
        check_proof(payload, s.blobs["network"], side.remote_static, s.number("now"))


def link_record(s: Scenario) -> None:
    """Padding of a flush, and lengths of records."""
    if s.texts["check"] == "length":
        wire.check_length(s.number("length"))
        return
    made = wire.flush(s.blobs["frames"])
    if made != list(s.listed("plaintext")):
        raise Mismatch("the flush is cut or padded otherwise")


def frames_(s: Scenario) -> None:
    """Frames of every type."""
    stream = frames.Stream()
    stream.feed(s.blobs["frames"])
    frame = stream.next()
    if frame is None:
        raise Mismatch("no whole frame")
    s.expect("type", f"{frame.type:02x}")
    s.expect("skipped", stream.skipped)
    if not s.blobs["frames"].endswith(frame.encode()):
        raise Mismatch("encodes to other bytes")
    for name, value in _fields(s, frame).items():
        s.expect(name, value)


def _fields(s: Scenario, frame: Frame) -> dict[str, Any]:
    """The names of a frame's fields in the files, and their values."""
    match frame:
        case frames.Pad():
            return {"bytes": frame.size}
        case frames.Hello():
            return _hello(s, frame)
        case frames.Ping() | frames.Pong():
            return {"value": frame.value}
        case frames.Bye():
            return {"reason": frame.reason}
        case frames.Push():
            return {"hops": frame.hops, "envelope": frame.envelope.raw}
        case frames.IHave():
            return _announced(frame)
        case frames.Retract():
            return _retraction(frame.retraction)
        case frames.Receipt():
            return _receipt(s, frame)
        case frames.Want() | frames.Gone():
            return _ids(frame) | {"session": frame.session}
    return _fields_of_others(frame)


def _fields_of_others(frame: Frame) -> dict[str, Any]:
    """The same of the frames of chapters 20 to 22, and of the tree."""
    match frame:
        case viewframes.Join():
            return {"record": frame.record.encode()}
        case viewframes.ForwardJoin():
            return {"ttl": frame.ttl, "record": frame.record.encode()}
        case viewframes.Neighbor():
            return {"priority": frame.value}
        case viewframes.NeighborReply():
            return {"accept": frame.value}
        case viewframes.Disconnect():
            return {"reason": frame.reason, "backoff": frame.backoff}
        case viewframes.Shuffle():
            return _records(frame) | {"ttl": frame.ttl}
        case viewframes.ShuffleReply():
            return _records(frame)
        case treeframes.Graft():
            count = int(frame.id != NOBODY)
            return {"hops": frame.hops, "count": count, "id 0": frame.id}
        case treeframes.Prune():
            return {"backoff": frame.backoff}
        case treeframes.DontWant():
            return _ids(frame)
        case treeframes.Stem(item=Retraction() as item):
            return _retraction(item) | {"kind": frame.kind}
        case treeframes.Stem():
            return {"kind": frame.kind, "envelope": frame.item.raw}
        case treeframes.SyncOpen():
            return _opening(frame)
        case treeframes.SyncMessage():
            return {"session": frame.session, "message": frame.message}
        case treeframes.SyncEnd():
            return {"session": frame.session, "reason": frame.reason, "value": frame.value}
    raise Mismatch("a frame without fields")


def _retraction(item: Retraction) -> dict[str, Any]:
    return {"header": item.header.raw, "body hash": item.body_hash, "opening": item.opening}


def _records(frame: viewframes.Shuffle | viewframes.ShuffleReply) -> dict[str, Any]:
    named: dict[str, Any] = {
        f"record {index}": record.encode() for index, record in enumerate(frame.records)
    }
    return named | {"nonce": frame.nonce, "count": len(frame.records)}


def _opening(frame: treeframes.SyncOpen) -> dict[str, Any]:
    named: dict[str, Any] = {f"topic {index}": topic for index, topic in enumerate(frame.topics)}
    head = {"session": frame.session, "class": frame.ttl_class, "slotFrom": frame.slot_from}
    return named | head | {"topics": len(frame.topics), "message": frame.message}


def _hello(s: Scenario, frame: frames.Hello) -> dict[str, Any]:
    record = hello.check_hello(frame, s.blobs["network"], s.number("now"))
    if record.encode() != frame.record:
        raise Mismatch("the peer record encodes to other bytes")
    return {
        "minVer": frame.least,
        "maxVer": frame.most,
        "caps": frame.caps,
        "clock": frame.clock,
        "charterSeq": frame.charter_seq,
        "seq": record.seq,
        "notAfter": record.not_after,
        "addresses": len(record.addresses),
        "node": record.node,
        "record": frame.record,
    }


def _announced(frame: frames.IHave) -> dict[str, Any]:
    named: dict[str, Any] = {f"id {index}": id for index, (id, _) in enumerate(frame.entries)}
    hops = {hops for _, hops in frame.entries}
    count = {"count": len(frame.entries)}
    return named | count | ({"hops": hops.pop()} if len(hops) == 1 else {})


def _ids(frame: frames.Want | frames.Gone | treeframes.DontWant) -> dict[str, Any]:
    named: dict[str, Any] = {f"id {index}": id for index, id in enumerate(frame.ids)}
    return named | {"count": len(frame.ids)}


def _receipt(s: Scenario, frame: frames.Receipt) -> dict[str, Any]:
    network, node = s.blobs["network"], s.blobs["node"]
    said = network + frame.retraction + u32(frame.slot)
    require(is_signed(node, frame.signature, "kith1:gone", said), "bad-signature")
    return {"slot": frame.slot, "retraction id": frame.retraction}
