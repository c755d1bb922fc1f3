"""Vectors of the bytes everything is made of: hashes, CBOR, envelopes, records, codes, invites."""

import basics
import cbor
import chains
import envelopes
import invites
import records
import returncodes
import signed
from basics import h, prf, public_of, require, signer_of
from envelopes import Envelope, Header, Retraction
from records import Manifest, Record
from scenarios import Scenario


def hash(s: Scenario) -> None:
    """H, H128, PRF, PRF128 and SIG."""
    function, label, data = s.texts["function"], s.texts["label"], s.blobs["input"]
    if function == "SIG":
        public, signature = s.blobs["public"], s.blobs["signature"]
        require(basics.is_signed(public, signature, label, data), "bad-signature")
        s.expect("public", signer_of(s.blobs["seed"]))
        s.expect("signature", basics.sign(s.blobs["seed"], label, data))
        return
    key = s.blobs.get("key", b"")
    functions = {
        "H": lambda: h(label, data),
        "H128": lambda: basics.h128(label, data),
        "PRF": lambda: prf(key, label, data),
        "PRF128": lambda: basics.prf128(key, label, data),
    }
    require(functions[function]() == s.blobs["digest"], "wrong-digest")


def cbor_(s: Scenario) -> None:
    """The one encoding of a value."""
    s.expect("cbor", cbor.encode(cbor.decode(s.blobs["cbor"])))


def topics(s: Scenario) -> None:
    """Topics of envelopes."""
    subject = s.blobs["subject"]
    functions = {
        "intake": lambda: envelopes.intake_topic(subject, s.number("slot")),
        "files": lambda: envelopes.files_topic(subject, s.number("slot")),
        "group": lambda: envelopes.group_topic(subject),
        "public": lambda: envelopes.public_topic(subject),
    }
    require(functions[s.texts["function"]]() == s.blobs["topic"], "wrong-topic")


def mailbox(s: Scenario) -> None:
    """Hints in mailboxes."""
    require(Header(s.blobs["header"]).is_for(s.blobs["tag key"]), "no-match")


def envelope(s: Scenario) -> None:
    """Envelopes that pass all checks."""
    read = Envelope.read(s.blobs["envelope"])
    network, pushed = s.blobs["network"], s.texts["path"] == "pushed"
    read.check(network, s.number("workBase"), s.number("now"), pushed)
    header = read.header
    s.expect("id", read.id(network))
    s.expect("body hash", read.body_hash)
    s.expect("suite", header.suite)
    s.expect("ttlClass", header.ttl_class)
    s.expect("size", header.size_class)
    s.expect("workBits", header.work_bits)
    s.expect("slot", header.slot)
    s.expect("expiry", header.expiry)
    s.expect("nonce", header.nonce)
    s.expect("topic", header.topic)
    s.expect("mailbox", header.mailbox)
    s.expect("commitment", header.commitment)


def retraction(s: Scenario) -> None:
    """Retractions that a node follows."""
    read = Retraction.read(s.blobs["retraction"])
    network = s.blobs["network"]
    read.check(network, s.number("workBase"), s.number("now"))
    s.expect("id", read.target(network))
    s.expect("retraction id", read.id(network))
    s.expect("keepUntil", read.keep_until)
    opening = envelopes.opening(s.blobs["erase key"], read.header.raw)
    s.expect("opening", opening)
    require(read.header.is_opened_by(s.blobs["erase key"]), "wrong-opening")


def code(s: Scenario) -> None:
    """Return codes and the keys of their cases."""
    digits = returncodes.read(s.texts["code"])
    s.expect("digits", digits)
    s.expect("checkDigits", returncodes.check_digits(digits))
    stretched = returncodes.stretch(digits)
    s.expect("s", stretched)
    if "community" not in s.blobs:
        return
    for index, case in enumerate(returncodes.cases(stretched, s.blobs["community"])):
        values = {
            "seed": case.seed,
            "thread secret": case.thread_secret,
            "thread public": case.thread_public,
            "self secret": case.self_secret,
            "self public": case.self_public,
            "persona seed": case.persona_seed,
            "persona public": case.persona,
            "grant tag": case.grant_tag,
            "self tag": case.self_tag,
            "erase key": case.erase_key,
            "consent key": case.key("kith1:consent"),
            "keep key": case.key("kith1:keep"),
            "shard": case.shard,
            "case": case.case,
        }
        for name, value in values.items():
            s.expect(f"{name} {index}", value)


def invite(s: Scenario) -> None:
    """Invites."""
    read = invites.read(s.texts["invite"], s.number("now"))
    s.expect("cbor", read.map)
    s.expect("network", read.network)
    s.expect("community", read.community)
    s.expect("pre-shared key", read.shared or b"")
    s.expect("one-time secret", read.secret or b"")
    s.expect("expiry", read.expiry)


def records_(s: Scenario) -> None:
    """Signed maps, chains, manifests, and the envelopes of public records."""
    RECORD_CHECKS[s.texts["check"]](s)


def _signed_map(s: Scenario) -> None:
    read = signed.read(s.blobs["signed"])
    keys = list(s.listed("key"))
    read.require_threshold(keys, s.number("threshold"), s.texts["label"], s.blobs["context"])


def _chain(s: Scenario) -> None:
    values = [cbor.decode(data) for data in s.listed("signed")]
    read = chains.charters if s.texts["check"] == "charter-chain" else chains.roots
    chain = read(values, s.blobs["subject"])
    for index, link in enumerate(chain.links):
        s.expect(f"map {index}", link.map.map)
    s.expect("newestSeq", chain.newest.seq)
    s.expect("newest hash", chain.newest.hash)


def _manifest(s: Scenario) -> None:
    record = records.read(s.blobs["record"], s.number("now"))
    require(record.type == records.MANIFEST, "unknown-type")
    require(record.subject == s.blobs["subject"], "wrong-subject")
    s.expect("record hash", record.hash)
    s.expect("content", cbor.encode(record.content))
    seed = s.blobs.get("intake seed", b"")
    _weekly(s, seed, "intake key", record.content[5])
    bridges = Manifest.of(record).bridges
    require(len(bridges) == len(list(s.listed("bridge"))), "shape")
    for index, (key, authorities) in enumerate(bridges.items()):
        s.expect(f"bridge {index}", key)
        for place, authority in enumerate(authorities):
            s.expect(f"authority {index} {place}", authority.uri)
            s.expect(f"name {index} {place}", authority.name)
            s.expect(f"publishing {index} {place}", "yes" if authority.is_publishing else "no")


def _weekly(s: Scenario, seed: bytes, name: str, keys: list[bytes]) -> None:
    """Eight weeks' keys that follow from a seed, where one is given."""
    for index in range(records.WEEKLY_KEYS if seed else 0):
        key = public_of(prf(seed, "kith1:week"))
        s.expect(f"{name} {index}", key)
        require(key == keys[index], "shape")
        seed = prf(seed, "kith1:next")


def _beside_manifest(s: Scenario, type: int) -> Record:
    """A record that holds beside its community's manifest."""
    now = s.number("now")
    manifest = Manifest.of(records.read(s.blobs["manifest"], now))
    record = records.read(s.blobs["record"], now, lambda _: manifest)
    require(record.type == type, "unknown-type")
    require(record.subject == s.blobs["subject"], "wrong-subject")
    require(record.signer == s.blobs.get("bridge key", record.signer), "not-signed")
    s.expect("record hash", record.hash)
    s.expect("content", cbor.encode(record.content))
    return record


def _guidance(s: Scenario) -> None:
    s.expect("language", _beside_manifest(s, records.GUIDANCE).content[1])


def _bridge_card(s: Scenario) -> None:
    content = _beside_manifest(s, records.CARD).content
    s.expect("first week", content[1])
    s.expect("name", content[3])
    s.expect("cooling-off", content[4])
    _weekly(s, s.blobs.get("bridge seed", b""), "week key", content[2])


def _checkpoint(s: Scenario) -> None:
    record = _beside_manifest(s, records.CHECKPOINT)
    s.expect("day", record.content[1])
    s.expect("depth", record.content[3])
    s.expect("top", record.content[4])
    if "before" in s.blobs:
        now, manifest = s.number("now"), records.read(s.blobs["manifest"], s.number("now"))
        before = records.read(s.blobs["before"], now, lambda _: Manifest.of(manifest))
        records.check_follows(before, record)


def _record_body(s: Scenario) -> None:
    read = Envelope.read(s.blobs["envelope"])
    network, now = s.blobs["network"], s.number("now")
    read.check(network, s.number("workBase"), now, pushed=True)
    record = records.in_envelope(read, now)
    size_class, body = records.as_body(record.raw)
    require((size_class, body) == (read.header.size_class, read.body), "shape")
    s.expect("record", record.raw)
    s.expect("record hash", record.hash)
    s.expect("id", read.id(network))


RECORD_CHECKS = {
    "signed-map": _signed_map,
    "charter-chain": _chain,
    "root-chain": _chain,
    "manifest": _manifest,
    "record-body": _record_body,
    "guidance": _guidance,
    "bridge-card": _bridge_card,
    "checkpoint": _checkpoint,
}
