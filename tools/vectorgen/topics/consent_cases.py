"""consent, shared: one case's fields, what a bridge knows, and the lines of a scenario."""

from collections.abc import Mapping
from dataclasses import replace

from .. import sdjwt, world
from ..consent_reader import Presentation, View, faults
from ..jsontext import canonical
from ..presentation import CLAIMS, Consent, b64url
from ..scenario import Scenario
from .people import CASE
from .unsigned import INCIDENT

KINDS = [{"iccs": "02012", "kind": 2}, {"iccs": "02082", "kind": 4}]
FIELDS: dict[str, object] = {
    **dict(zip(CLAIMS[:12], INCIDENT.values(), strict=True)),
    "kinds": KINDS,
    "area": "Nordstadt",
    "name": "Mina Beispiel",
    "email": "mina@example.org",
    "phone": "+49 30 5550123",
}
TWO = {claim: FIELDS[claim] for claim in ("kinds", "where")}
OPEN = {claim: FIELDS[claim] for claim in ("kinds", "area")}  # no free text
AUTHORITIES = {str(uri): bool(shows) for uri, _, shows in world.AUTHORITIES}
VIEW = View(world.NOW, world.BRIDGE.public, AUTHORITIES)


def consent(name: str, claims: Mapping[str, object] = TWO, **changes: object) -> Consent:
    return replace(Consent(name, CASE.consent, claims), **changes)  # type: ignore[arg-type]


def given(
    scenario: Scenario, text: str, view: View = VIEW, also: frozenset[str] = frozenset()
) -> Scenario:
    """What a bridge has before it; the scenario has the fault it tells, and no other but `also`."""
    found = faults(text, view)
    wanted = {scenario.refuse} | also if scenario.refuse else set()
    assert found == wanted, f"{scenario.name}: {found}"
    scenario.text("now", view.now).hex("bridge key", view.bridge)
    for number, (uri, publishing) in enumerate(view.authorities.items()):
        scenario.text(f"authority {number}", uri)
        scenario.text(f"publishing {number}", "yes" if publishing else "no")
    for number, opening in enumerate(view.openings):
        scenario.hex(f"opened {number}", opening)
    for number, known in enumerate(view.known):
        scenario.text(f"known {number}", known)
    return scenario.text("presentation", text)


def read(scenario: Scenario, text: str, view: View = VIEW) -> Presentation:
    """What a bridge finds; the library finds the same."""
    given(scenario, text, view)
    one = Presentation(text)
    told = sdjwt.verified_claims(text, one.audience, b64url(one.id))
    assert dict(one.claims) == {name: told[name] for name in told if name in CLAIMS}
    scenario.texts({"audience": one.audience, "purpose": one.purpose})
    scenario.texts({"begins": one.start, "ends": one.end, "public": "yes" if one.public else "no"})
    scenario.hexes({"pair public": one.key, "consent id": one.id, "revoke": one.revoke})
    if one.renews:
        scenario.hex("renews", one.renews)
        scenario.text("renewal", "yes" if one.renewal(view.known) else "no")
    if view.known:
        scenario.text("again", "yes" if text in view.known else "no")
    for number, (claim, value) in enumerate(one.claims):
        scenario.text(f"claim {number}", claim)
        scenario.text(f"value {number}", canonical(value).decode())
    return one
