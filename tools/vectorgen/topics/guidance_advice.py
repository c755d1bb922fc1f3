"""guidance, second part: what a pack chooses."""

from typing import Any

from .. import cbor
from ..scenario import Scenario, Topic
from .guidance_packs import PACK, Map


def advice(
    pack: Map, answers: dict[str, str], kinds: list[int], needs: list[int]
) -> tuple[list[str], list[str]]:
    """What the pack chooses, "id urgency", contacts and sections; written from the chapter."""
    contacts = [contact[1] for contact in pack[6]]
    emergency = [contact[1] for contact in pack[6] if contact.get(11)]
    best: dict[str, int] = {}

    def holds(condition: list[Any]) -> bool:
        subject, values = condition
        if subject in (1, 2):
            return bool(set(values) & set(kinds if subject == 1 else needs))
        return answers.get(subject) in values

    for table in pack.get(8, []):
        fitting = [row for row in table[3] if all(map(holds, row.get(1, [])))]
        for row in fitting[:1] if table[2] == 1 else fitting:
            for urgency, key in enumerate((2, 3, 4), 1):
                for name in row.get(key, []):
                    best[name] = min(urgency, best.get(name, 3))
    # Sorting is stable, and a dictionary keeps the order of first naming.
    order = emergency + sorted((n for n in best if n not in emergency), key=lambda n: best[n])
    urgencies = {**best, **{name: 1 for name in emergency}}
    lines = {name: f"{name} {['now', 'soon', 'later'][urgencies[name] - 1]}" for name in order}
    return (
        [line for name, line in lines.items() if name in contacts],
        [line for name, line in lines.items() if name not in contacts],
    )


def advised(topic: Topic) -> None:
    for name, why, answers, kinds, needs in [
        ("silent", "Nobody has to answer.", {}, [], []),
        ("unsafe", "The first row that fits.", {"safe": "no"}, [], []),
        ("safe", "The last row fits always.", {"safe": "yes"}, [], []),
        ("unsure", "One of several, or no answer.", {"safe": "unsure"}, [], []),
        ("watched", "Two tables.", {"safe": "no", "watched": "yes"}, [], []),
        ("incident", "Kinds and needs of the incident.", {"safe": "yes"}, [4, 15], [6]),
        ("highest", "The highest urgency counts.", {"safe": "unsure"}, [], [1]),
        ("unknown-codes", "Numbers no row names change nothing.", {}, [99], [99]),
        ("no-answer-no-need", "A row that wants an answer.", {}, [], [1, 6]),
    ]:
        scenario = topic.accept(f"advice-{name}", why)
        _asked(scenario, answers, kinds, needs)
        contacts, sections = advice(PACK, answers, kinds, needs)
        for number, line in enumerate(contacts):
            scenario.text(f"contact {number}", line)
        for number, line in enumerate(sections):
            scenario.text(f"section {number}", line)
    for name, why, answers in [
        ("other-question", "A question the pack does not have.", {"sure": "yes"}),
        ("other-answer", "An answer the question does not have.", {"watched": "unsure"}),
    ]:
        _asked(topic.refuse(f"advice-{name}", "unknown-id", why), answers, [], [])


def _asked(
    scenario: Scenario, answers: dict[str, str], kinds: list[int], needs: list[int]
) -> None:
    scenario.text("check", "advice").hex("cbor", cbor.encode({1: "en", 2: PACK}))
    for number, (question, answer) in enumerate(answers.items()):
        scenario.text(f"answer {number}", f"{question} {answer}")
    for number, kind in enumerate(kinds):
        scenario.text(f"kind {number}", kind)
    for number, need in enumerate(needs):
        scenario.text(f"need {number}", need)
