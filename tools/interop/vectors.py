"""Runs protocol/vectors: accepts and compares, or refuses, as each file says."""

from collections import Counter
from collections.abc import Callable

import content
import scenarios
import vectors_basics
import vectors_consents
import vectors_content
import vectors_files
import vectors_guidance
import vectors_links
import vectors_pools
import vectors_sync
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
    "json": vectors_consents.json_,
    "consent": vectors_consents.consent,
    "withdrawal": vectors_consents.withdrawal,
    "forward-log": vectors_consents.forward_log,
    "delivery": vectors_consents.delivery,
    "guidance": vectors_guidance.guidance_,
    "noise": vectors_links.noise,
    "link-record": vectors_links.link_record,
    "frames": vectors_links.frames_,
    "files": vectors_files.files,
    "pools": vectors_pools.pools,
    "reconciliation": vectors_sync.reconciliation,
}


KINDS = {f"{kind:02x}" for kind in content.RULES}


def is_ours(scenario: Scenario) -> bool:
    """Whether a scenario is about something that this client does."""
    kind, check = scenario.texts.get("kind"), scenario.texts.get("check")
    if scenario.topic == "content":
        return kind in KINDS
    if scenario.topic == "records":
        return check in vectors_basics.RECORD_CHECKS
    return scenario.topic in CHECKS


def fault(scenario: Scenario) -> str | None:
    """What a scenario shows to be wrong here, or None."""
    try:
        scenario.check_rules()
        CHECKS[scenario.topic](scenario)
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
    """Numbers of scenarios that passed and that failed; reports what failed and what was left."""
    passed = failed = 0
    left: Counter[str] = Counter()
    for topic in scenarios.topics():
        for scenario in scenarios.all_of(topic):
            if not is_ours(scenario):
                left[topic] += 1
                continue
            wrong = fault(scenario)
            passed += wrong is None
            failed += wrong is not None
            if wrong is not None:
                report(f"vectors: {scenario.name}: {wrong}")
    for topic, count in left.items():
        report(f"vectors: {topic}: {count} of what this client does not do")
    return passed, failed
