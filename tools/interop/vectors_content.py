"""Vectors of what is sealed: bodies, plaintexts, payloads, claims, and things at rest."""

import cbor
import content
import presentations
import sealing
from basics import h, prf, public_of, require
from claims import Claim, Leases
from envelopes import Envelope, Header, erase_key_of, group_topic, tag_key_of
from returncodes import case_of
from scenarios import Scenario


def hpke_seal(s: Scenario) -> None:
    """Bodies sealed to a key."""
    envelope = Envelope(Header(s.blobs["header"]), s.blobs["body"])
    community = s.blobs["community"]
    plaintext = sealing.open_with_key(s.blobs["recipient secret"], community, envelope)
    s.expect("plaintext", plaintext)
    s.expect("info", sealing.seal_info(community))
    s.expect("aad", envelope.header.raw[:56])
    s.expect("recipient public", public_of(s.blobs["recipient secret"]))
    ephemeral = s.blobs["ephemeral secret"]
    recipient = s.blobs["recipient public"]
    header = envelope.header.raw
    body = sealing.seal_to_key(recipient, community, header, plaintext, ephemeral)
    s.expect("body", body)


def shared_seal(s: Scenario) -> None:
    """Bodies under a shared key."""
    envelope = Envelope(Header(s.blobs["header"]), s.blobs["body"])
    shared = s.blobs["shared key"]
    plaintext = sealing.open_shared(shared, envelope)
    key = prf(shared, "kith1:msg", envelope.body[:32])
    s.expect("plaintext", plaintext)
    s.expect("message key", key)
    s.expect("commit", sealing.commit_of(key))
    s.expect("tag key", tag_key_of(shared))
    s.expect("erase key", erase_key_of(shared))
    enc = public_of(s.blobs["enc secret"])
    s.expect("body", sealing.seal_shared(shared, envelope.header.raw, plaintext, enc))


def plaintext(s: Scenario) -> None:
    """Messages of one part and of many."""
    plaintexts = list(s.listed("plaintext"))
    parts = [sealing.Part.read(data) for data in plaintexts]
    message = sealing.join(parts)
    s.expect("kind", f"{message.kind:02x}")
    s.expect("parts", message.parts)
    s.expect("message id", message.message_id)
    s.expect("payload", message.payload)
    for part, data in zip(parts, plaintexts):
        require(part.plaintext(len(data)) == data, "shape")


def vault(s: Scenario) -> None:
    """Blobs at rest."""
    passphrase, blob = s.blobs["passphrase"], s.blobs["blob"]
    s.expect("plaintext", sealing.vault_open(passphrase, blob))
    key = sealing.vault_key(passphrase, s.blobs["salt"])
    s.expect("key", key)
    nonce = s.blobs["nonce"]
    s.expect("blob", sealing.vault_seal(key, s.blobs["salt"], nonce, s.blobs["plaintext"]))


def content_(s: Scenario) -> None:
    """Payloads of every kind."""
    roster = frozenset({s.blobs["roster key"]})
    community = content.Community(s.blobs["network"], s.blobs["community"], roster)
    kind = int(s.texts["kind"], 16)
    payload, speaker = s.blobs["payload"], s.blobs.get("signer")
    said = content.read(community, kind, s.blobs["message id"], payload, speaker)
    s.expect("cbor", said.map)
    s.expect("cbor", cbor.encode(said.content))
    checks = {
        content.REQUEST: _request,
        content.GRANT: _grant,
        content.SELF_COPY: _self_copy,
        content.CLAIM: _claim,
        content.CASE_LETTER: _case_letter,
        content.EPOCH_LETTER: _epoch_letter,
        content.JOIN: _join,
        content.CONSENT: _consent,
        content.WITHDRAWAL: _withdrawal,
    }
    if kind in checks:
        checks[kind](s, community, said)


def _request(s: Scenario, community: content.Community, said: content.Said) -> None:
    s.expect("case id", case_of(said.content[2]))


def _self_copy(s: Scenario, community: content.Community, said: content.Said) -> None:
    s.expect("copied", said.content[2])


def _grant(s: Scenario, community: content.Community, said: content.Said) -> None:
    assert said.certificate is not None
    persona = said.certificate.persona
    s.expect("granter hash", content.granter_hash(said.content[1], persona))


def _claim(s: Scenario, community: content.Community, said: content.Said) -> None:
    assert said.certificate is not None
    case, parent = said.content[1], said.content[2]
    s.expect("claim id", content.claim_id(said.map))
    s.expect("lease hash", h("kith1:lease", case, parent, said.certificate.persona))


def _case_letter(s: Scenario, community: content.Community, said: content.Said) -> None:
    secret = s.blobs["member secret"]
    member = public_of(secret)
    plaintext = content.open_letter(community.name, said.content, member, secret)
    s.expect("plaintext", plaintext)
    info, aad = content.letter_info(community.name), content.letter_aad(said.content)
    s.expect("info", info)
    s.expect("aad", aad)
    ephemeral = s.blobs["ephemeral secret"]
    piece = next(piece for piece in said.content[3] if piece[0] == member)
    made = sealing.hpke_seal(member, info, aad, plaintext, ephemeral)
    require([*made] == piece[1:], "shape")


def _epoch_letter(s: Scenario, community: content.Community, said: content.Said) -> None:
    seed = said.content[5]
    week_secret = prf(seed, "kith1:week")
    s.expect("week secret", week_secret)
    s.expect("week public", public_of(week_secret))
    s.expect("next seed", prf(seed, "kith1:next"))
    s.expect("group topic", group_topic(said.content[2]))


def _join(s: Scenario, community: content.Community, said: content.Said) -> None:
    proof = content.join_proof(community, s.blobs["one-time secret"], said.content)
    require(proof == said.content[4], "wrong-proof")


def _consent(s: Scenario, community: content.Community, said: content.Said) -> None:
    s.expect("presentation", said.content[1])
    s.expect("consent id", presentations.read(said.content[1]).terms.id)
    s.expect("reply key", said.content[2])


def _withdrawal(s: Scenario, community: content.Community, said: content.Said) -> None:
    s.expect("revoke", presentations.commitment(said.content[1]))


def claims(s: Scenario) -> None:
    """Who holds a case, and which claims are void."""
    listed = [_listed_claim(s, index) for index, _ in enumerate(s.listed("claim"))]
    leases = Leases(s.blobs["case"], listed)
    holder = leases.holder(s.number("now"))
    s.expect("winner", "none" if holder is None else listed.index(holder))
    if not s.accepted:
        leases.check(listed[s.number("judged")])


def _listed_claim(s: Scenario, index: int) -> Claim:
    persona = s.blobs[f"persona {index}"]
    co_signer = s.blobs.get(f"co-signer {index}", persona)
    return Claim(
        id=s.blobs[f"claim {index}"],
        parent=s.blobs[f"parent {index}"],
        persona=persona,
        not_before=s.number(f"notBefore {index}"),
        expires=s.number(f"expires {index}"),
        signers=frozenset({persona, co_signer}),
        released=s.blobs.get(f"released by {index}") == persona,
    )
