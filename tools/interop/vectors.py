"""Runs protocol/vectors: accepts and compares, or refuses, as each file says."""

from collections.abc import Callable

import scenarios
import vectors_basics
import vectors_content
import vectors_links
from basics import Refused
from scenarios import Mismatch, Scenario

CHECKS: dict[str, Callable[[Scenario], None]] = {
    "hash": vectors_basics.hash,
    "cbor": vectors_basics.cbor_,
    "topics": vectors_basics.topics,
    "mailbox": vectors_basics.mailbox,
    "envelope": vectors_basics.envelope,
    "retraction": vectors_basics.retraction,
    "code": vectors_basics.code,
    "invite": vectors_basics.invite,
    "records": vectors_basics.records_,
    "hpke-seal": vectors_content.hpke_seal,
    "shared-seal": vectors_content.shared_seal,
    "plaintext": vectors_content.plaintext,
    "vault": vectors_content.vault,
    "content": vectors_content.content_,
    "claims": vectors_content.claims,
    "noise": vectors_links.noise,
    "link-record": vectors_links.link_record,
    "frames": vectors_links.frames_,
}


def fault(scenario: Scenario) -> str | None:
    """What a scenario shows to be wrong here, or None."""
    try:
        scenario.check_rules()
        CHECKS[scenario.path.parent.name](scenario)
    except Mismatch as mismatch:
        return str(mismatch)
    except Refused as refused:
        if scenario.accepted:
            return f"refused: {refused.reason}"
        if refused.reason != scenario.reason:
            return f"refused for {refused.reason}, not for {scenario.reason}"
        return None
    return None if scenario.accepted else f"accepted, though {scenario.reason}"


def run(report: Callable[[str], None]) -> tuple[int, int]:
    """Numbers of scenarios that passed and that failed; reports the failed ones."""
    passed = failed = 0
    for topic in scenarios.topics():
        if topic not in CHECKS:
            report(f"vectors: topic {topic} is not known here")
            failed += 1
            continue
        for scenario in scenarios.all_of(topic):
            wrong = fault(scenario)
            if wrong is None:
                passed += 1
            else:
                report(f"vectors: {scenario.name}: {wrong}")
                failed += 1
    return passed, failed
