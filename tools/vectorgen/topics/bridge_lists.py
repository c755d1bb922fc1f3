"""Entry 8 of a manifest: bridges and their authorities."""

from .. import world
from ..scenario import Scenario

Authority = list[object]
BRIDGE, OTHER = world.BRIDGE.public, world.OTHER_BRIDGE.public
ENTRY: list[object] = [BRIDGE, world.AUTHORITIES]


def read(entries: object) -> dict[bytes, list[Authority]]:
    """The bridges that are named, and their authorities."""
    assert isinstance(entries, list)
    found: dict[bytes, list[Authority]] = {}
    for entry in entries[:16]:
        if _holds(entry) and entry[0] not in found:
            found[entry[0]] = entry[1]
    return found


def _holds(entry: object) -> bool:
    if not (isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], list)):
        return False
    key, authorities = entry
    if not (isinstance(key, bytes) and len(key) == 32 and len(authorities) <= 32):
        return False
    if not all(map(_names_one, authorities)):
        return False
    return len({authority[0] for authority in authorities}) == len(authorities)


def _names_one(authority: object) -> bool:
    if not (isinstance(authority, list) and len(authority) == 3):
        return False
    uri, name, publishing = authority
    if not (isinstance(uri, str) and isinstance(name, str) and isinstance(publishing, bool)):
        return False
    return 1 <= len(uri) <= 256 and all("!" <= character <= "~" for character in uri)


def shown(scenario: Scenario, entries: object) -> None:
    for number, (key, authorities) in enumerate(read(entries).items()):
        scenario.hex(f"bridge {number}", key)
        for place, (uri, name, publishing) in enumerate(authorities):
            scenario.text(f"authority {number} {place}", uri)
            scenario.text(f"name {number} {place}", name)
            scenario.text(f"publishing {number} {place}", "yes" if publishing else "no")


def rows() -> list[tuple[str, str, list[object]]]:
    """Manifests that are taken, whatever some of these entries are."""
    other: list[object] = [OTHER, [[world.COUNCIL, "Council", False], [world.CITY, "Stadt", False]]]
    many = [[f"https://{number}.example", str(number), False] for number in range(33)]
    long = "https://long.example/"
    longest = long + "a" * (256 - len(long))
    return [
        ("two-bridges", "Two bridges and their authorities.", [ENTRY, other]),
        ("bridge-to-nobody", "A bridge that may not forward yet.", [[BRIDGE, []]]),
        (
            "most-authorities",
            "32 authorities, one with the longest URI.",
            [[BRIDGE, [[longest, "Long", True], *many[:31]]]],
        ),
        (
            "bridge-twice",
            "The first entry for a bridge counts.",
            [ENTRY, [BRIDGE, other[1]], other],
        ),
        (
            "seventeen-bridges",
            "Sixteen count.",
            [[bytes([number]) * 32, many[:1]] for number in range(17)],
        ),
        (
            "broken-bridges",
            "Entries of another shape name no bridge, the others count.",
            [*_broken(many, longest), ENTRY],
        ),
        (
            "broken-lists",
            "Neither do entries that are no list of two.",
            [None, 1, b"", {}, [], [OTHER], [OTHER, 1], [OTHER, [], 1], ["a", []], ENTRY],
        ),
    ]


def _broken(many: list[list[object]], longest: str) -> list[object]:
    return [
        [OTHER[:31], world.AUTHORITIES],
        [OTHER, [*world.AUTHORITIES, None]],
        [OTHER, [[world.POLICE, "Police"]]],
        [OTHER, [[world.POLICE, "Police", False, 1]]],
        [OTHER, [[world.POLICE, "Police", 0]]],
        [OTHER, [[world.POLICE, b"Police", False]]],
        [OTHER, [["", "Nobody", False]]],
        [OTHER, [[longest + "a", "Long", False]]],
        [OTHER, [["https://a.example/a b", "Space", False]]],
        [OTHER, [["https://ä.example", "Accent", False]]],
        [OTHER, [["https://a.example\n", "Line end", False]]],
        [OTHER, [world.AUTHORITIES[0], [world.POLICE, "Police again", True]]],
        [OTHER, many],
    ]
