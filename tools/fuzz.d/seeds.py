"""First inputs for the fuzzers, made of the conformance vectors and of a few documents here.

What stands before the vectors' bytes are the choices that a fuzzer takes off the front of an input.
"""

import json
import plistlib
import re
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[2] / "protocol" / "vectors"


def read(path):
    """Every value of a vector by its name: text as it stands, hexadecimal as bytes."""
    values = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.match(r"([A-Za-z0-9 -]+?)(: | =)(.*)$", line)
        if match:
            name, mark, value = match.groups()
            values[name] = value if mark == ": " else bytes.fromhex(value.strip())
    return values


def vectors(*topics):
    for topic in topics:
        for path in sorted((VECTORS / topic).glob("*.txt")):
            yield read(path)


def values(names, *topics):
    """The bytes under names that begin with one of `names`."""
    for vector in vectors(*topics):
        for name, value in vector.items():
            if name.startswith(names):
                yield value if isinstance(value, bytes) else value.encode()


def piece(data):
    return len(data).to_bytes(2, "big") + data


def frames():
    for stream in values(("frames",), "frames", "link-record"):
        yield b"\xff" + stream
        yield b"\x02" + stream


def envelopes():
    yield from values(("envelope",), "envelope", "frames", "records")
    yield from values(("retraction",), "retraction")
    yield from values(("plaintext",), "plaintext")
    for vector in vectors("hpke-seal", "shared-seal"):
        yield vector["header"] + vector["body"]


def cbor():
    yield from values(("cbor", "map", "content", "record", "signed", "payload"),
                      "cbor", "content", "records", "invite", "withdrawal")


def content():
    for vector in vectors("content"):
        kind = bytes.fromhex(vector["kind"])
        for name in ("payload", "cbor"):
            if name in vector:
                yield kind + vector[name]
    for vector in vectors("records"):
        for name, value in vector.items():
            if name.startswith("map"):
                yield b"\x30" + value
    for vector in vectors("content"):
        if vector["kind"] == "14" and "cbor" in vector:
            # Entry 4, the first week, as the largest number there is.
            yield b"\x14" + re.sub(rb"\x04\x19..\x05", b"\x04\x1a\xff\xff\xff\xff\x05", vector["cbor"])
    # A certificate, and what a case may begin with.
    yield bytes.fromhex("30a401582000") + bytes(31) + bytes.fromhex("0258200000") + bytes(30) + b"\x03\x03\x04\x01"
    yield bytes.fromhex("09a30163616263036131820182026530323031310cf5")


def records():
    modes = {"charter-chain": 1, "root-chain": 2, "manifest": 3, "bridge-card": 4, "checkpoint": 5}
    for vector in vectors("records"):
        mode = modes.get(vector.get("check"))
        for name, value in vector.items():
            if not isinstance(value, bytes):
                continue
            if name.startswith(("record", "manifest")) and "hash" not in name:
                yield b"\x00" + value
            if name.startswith(("content", "map")) and mode:
                yield bytes([mode]) + value
                book = {1: 0, 3: 1, 4: 2, 5: 3}.get(mode)
                if book is not None:
                    yield bytes([6 | book << 3]) + value
                    yield bytes([0x46 | book << 3]) + value


def codes():
    yield from values(("code", "invite"), "code", "invite")
    yield from values(("cbor",), "invite")


def handshake():
    for vector in vectors("noise"):
        psk = 0x80 if "psk" in vector.get("pattern", "") else 0
        flights = [vector.get(f"flight {number}", b"") for number in (1, 2, 3)]
        yield bytes([psk]) + flights[0] + flights[2]
        yield bytes([psk | 1]) + flights[1]
        payloads = [vector.get(f"payload {number}", b"") for number in (1, 2, 3)]
        yield bytes([psk | 2]) + b"".join(piece(payload) for payload in payloads) + b"\x02\0\0\0"
    for which in range(3):
        yield bytes([3, which, 0, 0, 1])


def session():
    for stream in values(("frames",), "link-record", "frames"):
        yield b"\x01\x00\x7f" + stream
        yield b"\x02\x01\xff" + piece(stream[:2000]) + b"\x00\x01\x01" * 4
    yield from (b"\x00\x00\x0f" + record[:4000] for record in values(("initiator record",), "noise"))


def sealed():
    for vector in vectors("hpke-seal", "shared-seal", "vault", "plaintext"):
        for name, value in vector.items():
            if name == "body":
                yield b"\x00" + value
            elif name.startswith("plaintext"):
                yield from (mode + b"\x01" + value for mode in (b"\x01", b"\x81"))
            elif name == "blob":
                yield b"\x03" + value
    yield b"\x02\x01" + b"\x00\x40\x01" * 4
    yield b"\x82\x01" + b"\x00\x80\x01" * 4
    for vector in vectors("content"):
        if vector["kind"] == "12":
            yield b"\x04" + vector["payload"]
            if "plaintext" in vector:
                yield b"\x04" + vector["plaintext"]


def texts():
    yield from values(("json", "canonical"), "json")
    yield from values(("value", "issuer", "binding"), "consent")


def consents():
    for vector in vectors("consent"):
        if "presentation" in vector:
            yield b"\x00" + vector["presentation"].encode()
        disclosures, digests = [], []
        index = 0
        while f"claim {index}" in vector and index < 10:
            salt = "AAAAAAAAAAAAAAAAAAAAA" + "AQgw"[index % 4]
            disclosures.append(f'["{salt}","{vector[f"claim {index}"]}",{vector[f"value {index}"]}]')
            digests.append(f"#{index}")
            index += 1
        if not disclosures or "binding payload" not in vector:
            continue
        while len(digests) < 16:
            digests.append("A" * 41 + "ABCDEFGHIJKLMNOP"[len(digests)] + "A")
        payload = {"_sd": digests, "_sd_alg": "sha-256",
                   "cnf": {"jwk": {"crv": "Ed25519", "kty": "OKP", "x": "#K"}}}
        binding = json.loads(vector["binding payload"])
        # The harness's clock is another than the vectors'.
        binding.update(sd_hash="#H", via="#B", iat=1788739200, exp=1788739200 + 30 * 86400)
        parts = [json.dumps(payload), json.dumps(binding), *disclosures]
        yield b"\x01" + b"\0".join(part.encode() for part in parts)


def bridge():
    def steps(*ops, consent=0):
        return b"".join(bytes([hour, op, consent]) + extra for hour, op, extra in ops)

    begin = [(0, 0, b""), (1, 3, b""), (5, 5, b"")]
    yield steps(*begin, (5, 6, b""), (6, 12, b"\0"), (30, 15, b""), (31, 2, b""), (32, 13, b"\x01"))
    yield steps(*begin, (5, 7, b""), (6, 8, b""), (40, 12, b"\x01"))
    yield steps(*begin, (5, 10, b""), (6, 11, b"\0"), (7, 5, b""), (8, 11, b"\x01"), (9, 3, b""))
    yield steps(*begin, (5, 9, b"\0"), (6, 3, b""), (9, 5, b""), (9, 9, b"\x01"), (10, 4, b""))
    yield steps(*begin, (5, 6, b"")) + steps((6, 0, b""), consent=1) + steps((7, 2, b""), consent=2)
    # The largest numbers there are.
    yield steps((0, 0, b""), (1, 14, b"\xff" * 8), (2, 2, b""))
    yield steps((0, 0, b"")) + b"\xff" + b"\xff" * 8 + steps((2, 3, b""))
    yield steps((0, 17, b""), (1, 14, b"\0\0\0\0\0\0\0\x05"), (2, 16, b"\x01" + bytes(8)))
    stored = ["83" "03" "50" + "11" * 16 + "1a6a9c0000", "83" "04" "50" + "01" * 16 + "1a6a9c0000",
              "84" "10" "195160" "80" "41" "00"]
    for event in stored:
        yield steps((0, 19, piece(bytes.fromhex(event))))


ANSWERS = (
    '[{"service_request_id":293944,"service_notice":"Thanks","account_id":null}]',
    '[{"token":"12345"}]', '[{"code":400,"description":"service_code: not given"}]',
    '{"errors":[{"code":403,"description":"key-of-the-bridge is not an API key"}]}',
    '[{"service_request_id":"638344","status":"closed","status_notes":"Duplicate.\\n\\u202e",'
    '"description":"They shouted at me\\nReference: KITH-0123-4567-89AB-CDEF\\n","lat":37.762221815}]',
    '[{"service_code":"other","service_name":"Other","metadata":true,"type":"realtime"}]',
    '{"service_code":"other","attributes":[{"variable":true,"code":"a","datatype":"multivaluelist",'
    '"required":true,"values":[{"key":1,"name":"Yes"}]}]}',
    '<?xml version="1.0" encoding="utf-8"?><service_requests><request><service_request_id>293944'
    '</service_request_id><status>open</status></request></service_requests>',
    '<errors><error><code>403</code><description>Bad &amp; <![CDATA[<key>]]></description></error></errors>',
    '<services><service><service_code>other</service_code><metadata>false</metadata></service></services>',
    '<service_definition><attributes><attribute><code>a</code><values><value><key>1</key></value>'
    '</values></attribute></attributes></service_definition>',
    '<a x="1"><!-- c --><?p i?><b>&#x41;&lt;</b><c/></a>',
)


def answers():
    for answer in ANSWERS:
        xml = 0x80 if answer.startswith("<") else 0
        yield from (bytes([xml | status]) + answer.encode() for status in (0, 3, 7))
    yield b"\x40" + bytes(range(1, 60))


def control():
    data = bytes(32)
    row = {"vault": "desk", "id": data, "topic": data[:16], "blob": data}
    requests = (
        {"status": {}}, {"addPeer": {"address": "192.0.2.7:4711"}}, {"items": {"topic": data, "after": 0}},
        {"mark": {"node": data, "pinned": True}}, {"fetch": {"ids": [data, data]}},
        {"submit": {"_0": {"handle": data, "envelopes": [data], "opened": [row]}}},
        {"saveVault": {"_0": {"name": "desk", "expectedVersion": 0, "blob": data}}},
        {"addOpened": {"vault": "desk", "items": [row], "cursors": [{"topic": data, "seq": 1}]}},
    )
    for request in requests:
        yield plistlib.dumps(request, fmt=plistlib.FMT_BINARY)
        yield plistlib.dumps(request)


FLAG = "\U0001F1E9".encode()
PATTERNS = (
    (0, b"[", b"1,", b"1]"), (0, b"[", b'{"code":[],"a":1.5},', b"{}]"),
    (0, b'[{"token":"1"', b',"a":"\\u00e4"', b"}]"), (0, b'[{"description":"a', FLAG, b'"}]'),
    (0, b'[{"description":"a', b" ", b'"}]'), (0, b'[{"code":"400","description":"', b"aaa\\n", b'"}]'),
    (1, b"<a>", b"<b>&#65;<![CDATA[x]]></b>", b"</a>"), (1, b"<a>", b"&amp;\t", b"</a>"),
    (1, b"<?xml ", FLAG, b"?><a/>"), (1, b"<requests>", b"<request><token>1</token></request>", b"</requests>"),
    (4, b"", bytes.fromhex("0200000811223344aabbccdd"), b""), (5, b"[", b'"\\u00e4",', b"1]"),
    (5, b'{"a":1', b',"b":{}', b"}"), (6, b"eyJ9.", b"e30~", b"."),
    (7, bytes.fromhex("a10599ff00"), b"\x61a", b""), (8, b"kith1:", b"AQ_- ", b""),
    (9, b"", b"1234 - ", b""), (9, b"", FLAG, b""), (10, bytes.fromhex("825900ff"), b"\x80", b""),
    (11, bytes.fromhex("a1079afffe"), b"\xf6", b""), (12, b"", FLAG, b""), (12, b"", b"aaa\n", b""),
)


def cost():
    for reader, head, pattern, tail in PATTERNS:
        body = bytes([len(head)]) + head + bytes([len(pattern) - 1]) + pattern + tail
        # An answer is read in several ways.
        yield from (bytes([reader | way]) + body for way in ((0, 0x10, 0x20) if reader < 2 else (0,)))


MAKERS = {
    "frames": frames, "envelopes": envelopes, "cbor": cbor, "content": content, "records": records,
    "codes": codes, "handshake": handshake, "session": session, "sealed": sealed, "json": texts,
    "consents": consents, "bridge": bridge, "answers": answers, "control": control, "cost": cost,
}


def write(name, folder):
    """Files of the corpus that a fuzzer begins with; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    inputs = {bytes(seed) for seed in MAKERS[name]()}
    for number, seed in enumerate(sorted(inputs)):
        (folder / f"seed-{number:04}").write_bytes(seed)
    return len(inputs)
