"""json: the profile of presentations."""

from .. import jsontext
from ..jsontext import Refused
from ..scenario import Topic

ACCEPTED: list[tuple[str, str, bytes]] = [
    ("object", "Names are sorted, white space goes.", b' { "b" : 1 ,\t"a" : [ true , null ]\r\n} '),
    ("text", "A value need not be an object.", '"Hilfe كومك 帮助 🕊"'.encode()),
    ("zero", "The smallest number.", b"0"),
    ("largest-number", "2^53 - 1.", b"9007199254740991"),
    ("empty", "Empty object, array, text and name.", b'{"":"","a":{},"b":[]}'),
    ("escapes", "A reader takes every escape.", rb'"\"\\\/\b\f\n\r\t\u00e9\u00C9\u0000\u007f"'),
    (
        "controls",
        "A writer escapes what stands below U+0020 as small hex, and no more.",
        rb'"\u0000\u0001\u001F \u007f\u0080\u2028\/"',
    ),
    ("surrogate-pair", "Two escapes make one character.", rb'"\ud83d\udd4A"'),
    ("noncharacters", "U+FFFF and U+FDD0 are characters as others.", rb'"\uffff\ufdd0\ufeff"'),
    (
        "names-by-bytes",
        "Sorted by UTF-8 bytes, not by UTF-16 units.",
        '{"🕊":1,"～":2,"é":3,"z":4,"Z":5,"aa":6,"a":7}'.encode(),
    ),
    (
        "names-alike",
        "Names that normalise to one are two.",
        '{"\u00e9":1,"e\u0301":2,"\u212b":3,"\u00c5":4}'.encode(),
    ),
    ("line-ends", "Carriage return and line feed are two characters.", rb'["\r\n","\n\r"]'),
    ("name-in-two-objects", "A name stands once in each object.", b'[{"a":1},{"a":{"a":2}}]'),
    ("depth-8", "A number inside seven arrays is the eighth level.", b"[[[[[[[1]]]]]]]"),
    ("depth-8-empty", "Eight arrays inside one another.", b"[[[[[[[[]]]]]]]]"),
    ("brackets-in-text", "Brackets in a text do not nest.", b'"[[[[[[[[[[{{{\\"[[["'),
]

SHAPE = "shape"
REFUSED: list[tuple[str, str, str, bytes]] = [
    ("byte-order-mark", SHAPE, "A byte order mark is no white space.", b"\xef\xbb\xbf{}"),
    ("latin-1", "not-utf8", "A byte of Latin-1.", b'"\xe9"'),
    ("overlong", "not-utf8", "A slash in two bytes.", b'"\xc0\xaf"'),
    ("encoded-surrogate", "not-utf8", "Half of a surrogate pair in UTF-8.", b'"\xed\xa0\x80"'),
    ("too-high", "not-utf8", "Beyond the last code point.", b'"\xf4\x90\x80\x80"'),
    ("utf8-cut", "not-utf8", "The last character lacks its last byte.", b'"\xe2\x82"'),
    ("utf16", "not-utf8", "UTF-16.", b'\xff\xfe"\0a\0"\0'),
    ("high-surrogate", "not-utf8", "The first of a pair alone.", rb'"\ud83d"'),
    ("low-surrogate", "not-utf8", "The second of a pair alone.", rb'"\udd4a"'),
    ("surrogates-swapped", "not-utf8", "The second before the first.", rb'"\udd4a\ud83d"'),
    ("surrogate-and-letter", "not-utf8", "Something else follows the first.", rb'"\ud83d\u0041"'),
    ("surrogate-in-name", "not-utf8", "A name is a text too.", rb'{"\ud83d":1}'),
    ("name-twice", "repeated", "A name stands twice.", b'{"a":1,"b":2,"a":1}'),
    ("name-twice-escaped", "repeated", "Names are compared after escapes.", rb'{"a":1,"\u0061":2}'),
    ("name-twice-inside", "repeated", "In an inner object.", b'[{"a":{"b":1,"b":2}}]'),
    ("depth-9", "too-deep", "A number inside eight arrays.", b"[[[[[[[[1]]]]]]]]"),
    ("depth-9-name", "too-deep", "A name inside eight objects.", b'{"a":' * 8 + b"1" + b"}" * 8),
    ("depth-60000", "too-deep", "A reader does not run out of stack.", b"[" * 60000),
    ("fraction", "out-of-range", "Numbers are whole.", b"1.5"),
    ("fraction-zero", "out-of-range", "They have no fraction, even if it is zero.", b"1.0"),
    ("exponent", "out-of-range", "Nor an exponent.", b"1e3"),
    ("exponent-zero", "out-of-range", "Not even zero.", b"1E+0"),
    ("negative", "out-of-range", "Nor a sign.", b"-1"),
    ("negative-zero", "out-of-range", "Not even at zero.", b"-0"),
    ("two-to-53", "out-of-range", "2^53.", b"9007199254740992"),
    ("two-to-64", "out-of-range", "2^64: it does not wrap.", b"18446744073709551616"),
    ("many-digits", "out-of-range", "A number of 400 digits.", b"1" * 400),
    ("trailing-value", "trailing-bytes", "Another value after the first.", b"{}{}"),
    ("trailing-comma-after", "trailing-bytes", "A comma after the value.", b"{},"),
    ("trailing-zero-byte", "trailing-bytes", "A zero byte after the value.", b"{}\0"),
    ("leading-zero", "trailing-bytes", "A number ends after a leading zero.", b"01"),
    ("hexadecimal", "trailing-bytes", "A number has decimal digits.", b"0x10"),
    ("nothing", "truncated", "No bytes are no value.", b""),
    ("only-space", "truncated", "White space is no value.", b" \n"),
    ("open-array", "truncated", "The array does not end.", b"[1"),
    ("open-object", "truncated", "The object does not end.", b'{"a":1'),
    ("open-text", "truncated", "The text does not end.", b'"a'),
    ("open-escape", "truncated", "The escape does not end.", rb'"\u00'),
    ("no-value", "truncated", "A name without a value.", b'{"a":'),
    ("control", SHAPE, "A line feed in a text is escaped.", b'"a\nb"'),
    ("tab", SHAPE, "A tab too.", b'"a\tb"'),
    ("zero-byte", SHAPE, "A zero byte too.", b'"\0"'),
    ("unknown-escape", SHAPE, "No such escape.", rb'"\x41"'),
    ("short-escape", SHAPE, "An escape has four digits.", rb'"\u41"'),
    ("signed-escape", SHAPE, "Of hexadecimal.", rb'"\u+041"'),
    ("plus", SHAPE, "A plus sign.", b"+1"),
    ("no-digit", SHAPE, "Nothing before the point.", b"[.5]"),
    ("not-a-number", SHAPE, "NaN is no value.", b"[NaN]"),
    ("infinity", SHAPE, "Infinity is no value.", b"[Infinity]"),
    ("capital-true", SHAPE, "The three words are in small letters.", b"[True]"),
    ("comma-at-end", SHAPE, "A comma before the end of an array.", b"[1,]"),
    ("comma-at-end-of-object", SHAPE, "And of an object.", b'{"a":1,}'),
    ("no-comma", SHAPE, "No comma between two values.", b"[1 2]"),
    ("no-colon", SHAPE, "No colon after a name.", b'{"a" 1}'),
    ("bare-name", SHAPE, "A name is a text.", b"{a:1}"),
    ("number-as-name", SHAPE, "A number is no name.", b"{1:1}"),
    ("apostrophes", SHAPE, "Other quotation marks.", b"['a']"),
    ("comment", SHAPE, "No comments.", b"[1,/**/2]"),
    ("no-break-space", SHAPE, "White space is four characters.", "[1,\u00a02]".encode()),
    ("form-feed", SHAPE, "A form feed is none of them.", b"[1,\f2]"),
    ("crossed", SHAPE, "Brackets crossed.", b'[{"a":1]}'),
]


def topics() -> list[Topic]:
    topic = Topic("json")
    for name, why, data in ACCEPTED:
        written = jsontext.canonical(jsontext.read(data))
        assert jsontext.canonical(jsontext.read(written)) == written
        topic.accept(name, why).hex("json", data).hex("canonical", written)
    for name, reason, why, data in REFUSED:
        assert _reason(data) == ("shape" if reason == "truncated" else reason), name
        topic.refuse(name, reason, why).hex("json", data)
    return [topic]


def _reason(data: bytes) -> str:
    """The library does not tell what ends too early from what has another shape."""
    try:
        jsontext.read(data)
    except Refused as refused:
        return refused.reason
    return "none"
