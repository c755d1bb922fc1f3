"""Vectors of consents: JSON, presentations, withdrawals, and the log of a bridge."""

import cbor
import forwardlog
import jsontext
import presentations
import presenting
import reports
from basics import require
from presentations import Bridge, Presentation
from presenting import ConsentKeys
from returncodes import CaseKeys
from scenarios import Scenario


def json_(s: Scenario) -> None:
    """JSON as strictly as a presentation holds it."""
    s.expect("canonical", jsontext.write(jsontext.read(s.blobs["json"])).encode())


def consent(s: Scenario) -> None:
    """Presentations, as the bridge that they are made out to looks at them."""
    authorities, publishing = s.told("authority"), s.told("publishing")
    known = tuple(presentations.read(text) for text in s.told("known"))
    bridge = Bridge(
        key=s.blobs["bridge key"],
        publishing={uri: word == "yes" for uri, word in zip(authorities, publishing)},
        opened=frozenset(s.listed("opened")),
        known=known,
    )
    shown = presentations.read(s.texts["presentation"])
    bridge.check(shown, s.number("now"))
    terms = shown.terms
    words = {True: "yes", False: "no"}
    s.expect("audience", terms.audience)
    s.expect("purpose", terms.purpose)
    s.expect("begins", terms.begins)
    s.expect("ends", terms.ends)
    s.expect("public", words[terms.is_public])
    s.expect("pair public", shown.key)
    s.expect("consent id", terms.id)
    s.expect("revoke", terms.revoke)
    s.expect("renews", terms.renews or b"")
    s.expect("renewal", words[bridge.counts_renewal(terms)])
    s.expect("again", words[bridge.has(shown)])
    require(len(s.told("claim")) == len(shown.fields), "shape")
    for index, (name, value) in enumerate(shown.fields.items()):
        s.expect(f"claim {index}", name)
        s.expect(f"value {index}", jsontext.write(value))
    if "case seed" in s.blobs:
        _made(s, shown)


def _made(s: Scenario, shown: Presentation) -> None:
    """What a writer makes of the same, from the case's keys."""
    keys = ConsentKeys(CaseKeys(s.blobs["case seed"]).key("kith1:consent"))
    terms = shown.terms
    s.expect("consent key", keys.key)
    s.expect("pair seed", keys.pair(terms.audience, terms.id))
    s.expect("opening", keys.opening(terms.id))
    s.expect("reply key", keys.reply(terms.id))
    require(presentations.commitment(keys.opening(terms.id)) == terms.revoke, "wrong-opening")
    salts, decoys = list(s.listed("salt")), list(s.listed("decoy"))
    again = presenting.make(keys, terms, shown.fields, salts, decoys)
    s.expect("presentation", again.text)
    s.expect("cbor", cbor.encode({1: again.text, 2: keys.reply(terms.id)}))


def withdrawal(s: Scenario) -> None:
    """Openings of a consent's commitment."""
    if "consent key" in s.blobs:
        opening = ConsentKeys(s.blobs["consent key"]).opening(s.blobs["consent id"])
        s.expect("opening", opening)
        s.expect("cbor", cbor.encode({1: opening}))
    commitment = presentations.commitment(s.blobs["opening"])
    require(commitment == s.blobs["revoke"], "wrong-opening")


def forward_log(s: Scenario) -> None:
    """Days of a log, and proofs that a report stands in one."""
    FORWARD_CHECKS[s.texts["check"]](s)


def _log(s: Scenario) -> None:
    day, salts, ids = s.number("day"), s.listed("salt"), s.listed("consent id")
    reports = zip(salts, ids, s.told("authority"))
    leaves = [forwardlog.leaf(salt, id, uri, day) for salt, id, uri in reports]
    whole = forwardlog.Day.of(leaves, list(s.listed("fill")))
    s.expect("depth", whole.depth)
    s.expect("top", whole.top)
    for index, leaf in enumerate(leaves):
        s.expect(f"leaf {index}", leaf)
        s.expect(f"proof {index}", cbor.encode(whole.proof(leaf)))
        forwardlog.check(whole.proof(leaf), leaf, whole.depth, whole.top)


def _proof(s: Scenario) -> None:
    named = s.texts["authority"], s.number("day")
    leaf = forwardlog.leaf(s.blobs["salt"], s.blobs["consent id"], *named)
    proof = cbor.decode(s.blobs["proof"])
    forwardlog.check(proof, leaf, s.number("depth"), s.blobs["top"])


FORWARD_CHECKS = {"log": _log, "proof": _proof}


def delivery(s: Scenario) -> None:
    """What an authority reads."""
    id, check = s.blobs["consent id"], s.texts["check"]
    claims = s.told("claim")
    values = [jsontext.read(value.encode()) for value in s.told("value")]
    fields = dict(zip(claims, values))
    if "mark" in s.texts:
        require(reports.mark(id) == s.texts["mark"], "wrong-digest")
    if check == "form":
        made = reports.form(fields, id, jsontext.read(s.texts["configuration"].encode()))
        require(jsontext.write(made) == s.texts["form"], "wrong-digest")
    if check != "mark":
        require(reports.text(fields, id).encode() == s.blobs["text"], "wrong-digest")
