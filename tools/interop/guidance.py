"""Chapter 24: packs of guidance, their rules, and what their tables choose."""

import re
from dataclasses import dataclass, field
from typing import Any

import cbor
import schema
from basics import Refused, require
from records import is_tag

FIRST, ALL = 1, 2
KINDS, NEEDS = 1, 2
URGENCIES = {2: "now", 3: "soon", 4: "later"}
LONGEST, LINE, PARAGRAPH, LONGEST_WEB = 65000, 400, 2000, 256
MOST_PARTS, MOST_QUESTIONS, MOST_ANSWERS, MOST_BLOCKS = 64, 16, 12, 24
MOST_ROWS, MOST_CONDITIONS, MOST_VALUES, MOST_RESULTS = 64, 8, 24, 24
MOST_PHONES, MOST_LANGUAGES, MOST_NEEDS = 4, 32, 24
ID = re.compile("[a-z][a-z0-9-]{0,31}")
FORBIDDEN = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]|://")
PHONE = re.compile(r"\+?[0-9]( ?[0-9]){1,14}")
WEB = re.compile(r"https://([a-z0-9-]+\.)+[a-z-]+(/[A-Za-z0-9/\-._~%?=&+]*)?")
COUNTRY = re.compile("[A-Z]{2}")


def _listed(value: Any, least: int, most: int) -> list[Any]:
    require(isinstance(value, list), "shape")
    require(least <= len(value) <= most, "out-of-range")
    return value


def _map(value: Any) -> dict[int, Any]:
    require(isinstance(value, dict), "shape")
    return value


def _text(value: Any, longest: int) -> str:
    require(isinstance(value, str), "shape")
    require(len(value.encode()) <= longest, "too-long")
    require(value.strip() != "" and not FORBIDDEN.search(value), "out-of-range")
    return value


def _fitting(value: Any, pattern: re.Pattern[str]) -> str:
    require(isinstance(value, str), "shape")
    require(pattern.fullmatch(value) is not None, "out-of-range")
    return value


def _number(value: Any) -> int:
    require(schema.PLAIN["uint"](value), "shape")
    return value


def _bool(value: Any) -> bool:
    require(isinstance(value, bool), "shape")
    return value


def _once(values: list[Any]) -> None:
    require(len(set(values)) == len(values), "repeated")


@dataclass
class Reader:
    """Looks at all rules of a pack but those that the schema tells."""

    pack: dict[int, Any]
    things: set[str] = field(default_factory=set)
    answers: dict[str, set[str]] = field(default_factory=dict)

    def read(self) -> None:
        pack = self.pack
        _text(pack.get(1), LINE)
        _number(pack.get(2))
        require(3 in pack or 4 in pack, "out-of-range")
        if 3 in pack:
            _fitting(pack[3], COUNTRY)
        if 4 in pack:
            _text(pack[4], LINE)
        sections = [_map(one) for one in _listed(pack.get(5, []), 0, MOST_PARTS)]
        contacts = [_map(one) for one in _listed(pack.get(6), 1, MOST_PARTS)]
        ids = [_fitting(one.get(1), ID) for one in sections + contacts]
        _once(ids)
        self.things = set(ids)
        for section in sections:
            self._section(section)
        for contact in contacts:
            self._contact(contact)
        require(any(contact.get(11) is True for contact in contacts), "out-of-range")
        questions = [_map(one) for one in _listed(pack.get(7, []), 0, MOST_QUESTIONS)]
        _once([self._question(question) for question in questions])
        tables = [_map(one) for one in _listed(pack.get(8, []), 0, MOST_QUESTIONS)]
        _once([self._table(table) for table in tables])
        schema.check("guidance-pack", pack)
        require(len(cbor.encode(pack)) <= LONGEST, "too-long")

    def _section(self, section: dict[int, Any]) -> None:
        _text(section.get(2), LINE)
        for block in _listed(section.get(3), 1, MOST_BLOCKS):
            if isinstance(block, str):
                _text(block, PARAGRAPH)
                continue
            lists = [_map(block)[key] for key in (1, 2) if key in _map(block)]
            require(len(lists) == 1, "shape")
            for item in _listed(lists[0], 1, MOST_BLOCKS):
                _text(item, PARAGRAPH)

    def _contact(self, contact: dict[int, Any]) -> None:
        _text(contact.get(2), LINE)
        for key, longest in {3: PARAGRAPH, 6: LINE, 10: PARAGRAPH}.items():
            if key in contact:
                _text(contact[key], longest)
        for phone in _listed(contact.get(4, []), 0, MOST_PHONES):
            _fitting(phone, PHONE)
        if 5 in contact:
            web = _fitting(contact[5], WEB)
            require(len(web) <= LONGEST_WEB, "out-of-range")
        require(bool(contact.get(4)) or 5 in contact, "out-of-range")
        for tag in _listed(contact.get(7, []), 0, MOST_LANGUAGES):
            require(isinstance(tag, str), "shape")
            require(is_tag(tag), "out-of-range")
        for need in _listed(contact.get(8, []), 0, MOST_NEEDS):
            _number(need)
        for key in (9, 11):
            _bool(contact.get(key, False))

    def _question(self, question: dict[int, Any]) -> str:
        id = _fitting(question.get(1), ID)
        _text(question.get(2), LINE)
        answers = [_map(one) for one in _listed(question.get(3), 1, MOST_ANSWERS)]
        for answer in answers:
            _text(answer.get(2), LINE)
        ids = [_fitting(answer.get(1), ID) for answer in answers]
        _once(ids)
        if 4 in question:
            _text(question[4], PARAGRAPH)
        self.answers[id] = set(ids)
        return id

    def _table(self, table: dict[int, Any]) -> str:
        require(table.get(2) in (FIRST, ALL), "shape")
        for row in _listed(table.get(3), 1, MOST_ROWS):
            self._row(_map(row))
        return _fitting(table.get(1), ID)

    def _row(self, row: dict[int, Any]) -> None:
        conditions = _listed(row.get(1, []), 0, MOST_CONDITIONS)
        _once([self._condition(condition) for condition in conditions])
        shown: list[str] = []
        for key in URGENCIES:
            shown += [_fitting(id, ID) for id in _listed(row.get(key, []), 0, MOST_RESULTS)]
        require(1 <= len(shown) <= MOST_RESULTS, "out-of-range")
        _once(shown)
        require(set(shown) <= self.things, "unknown-id")

    def _condition(self, condition: Any) -> Any:
        require(isinstance(condition, list) and len(condition) == 2, "shape")
        subject, values = condition
        require(isinstance(values, list), "shape")
        _listed(values, 1, MOST_VALUES)
        if isinstance(subject, str):
            require(_fitting(subject, ID) in self.answers, "unknown-id")
            known = self.answers[subject]
            require(all(one is None or _fitting(one, ID) in known for one in values), "unknown-id")
        else:
            require(subject in (KINDS, NEEDS), "shape")
            for value in values:
                _number(value)
        return subject


@dataclass(frozen=True)
class Guidance:
    """A pack that keeps the rules, in its language."""

    language: str
    pack: dict[int, Any]

    @classmethod
    def of(cls, content: dict[int, Any]) -> "Guidance | None":
        """What a record of type 2 holds; nothing where guidance is taken back."""
        schema.check("guidance", content)
        require(is_tag(content[1]), "out-of-range")
        if 2 not in content:
            return None
        Reader(content[2]).read()
        return cls(content[1], content[2])

    def advise(
        self, answers: dict[str, str], kinds: list[int], needs: list[int]
    ) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Contacts and sections that the tables choose, each with its urgency, in order."""
        known = {q[1]: {answer[1] for answer in q[3]} for q in self.pack.get(7, [])}
        for question, answer in answers.items():
            require(answer in known.get(question, ()), "unknown-id")

        def fits(row: dict[int, Any]) -> bool:
            return all(holds(*condition) for condition in row.get(1, []))

        def holds(subject: str | int, values: list[Any]) -> bool:
            if isinstance(subject, str):
                return answers.get(subject) in values
            return bool(set(kinds if subject == KINDS else needs) & set(values))

        urgent: dict[str, int] = {}
        for table in self.pack.get(8, []):
            rows = [row for row in table[3] if fits(row)]
            for row in rows[:1] if table[2] == FIRST else rows:
                for urgency in URGENCIES:
                    for id in row.get(urgency, []):
                        urgent[id] = min(urgent.get(id, urgency), urgency)
        first = [contact[1] for contact in self.pack[6] if contact.get(11)]
        later = sorted((id for id in urgent if id not in first), key=lambda id: urgent[id])
        ordered = [(id, "now") for id in first] + [(id, URGENCIES[urgent[id]]) for id in later]
        sections = {section[1] for section in self.pack.get(5, [])}
        contacts = [pair for pair in ordered if pair[0] not in sections]
        return contacts, [pair for pair in ordered if pair[0] in sections]
