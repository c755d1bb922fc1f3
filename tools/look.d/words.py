"""The page's words by their keys, so that a journey is the same in every language."""

import json
import re
from pathlib import Path

SITE = Path(__file__).resolve().parent.parent.parent / "Sources/Page/Site"
WORDS = SITE / "words"
# Which languages these are is checked by tools/words.
RIGHT_TO_LEFT = re.findall(r"'(\w+)'", re.search(
    r"rightToLeft = \[([^\]]*)", (SITE / "words.js").read_text(encoding="utf-8"))[1])


class Words:
    def __init__(self, language):
        file = WORDS / f"{language}.json"
        if not file.is_file():
            raise FileNotFoundError(file)
        self.language = language
        self.table = json.loads(file.read_text(encoding="utf-8"))

    def plain(self, key):
        return self.table[key]

    def pattern(self, key):
        """A regular expression for the whole of a text; {placeholders} stand for anything."""
        forms = [text for name, text in self.table.items()
                 if name == key or name.startswith(key + "#")]
        if not forms:
            raise KeyError(f"no words for {key}")
        one = "|".join(
            ".+?".join(re.escape(part) for part in re.split(r"\{\w+\}", text)) for text in forms)
        return f"^(?:{one})$"

    def keys_shown(self, text):
        """Keys that stand in a text where their words should."""
        known = set(self.table)
        return sorted(word for word in set(re.findall(r"[a-z]+(?:\.[a-z0-9]+)+", text)) if word in known)
