"""The fuzzers there are, and what each of them is about."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fuzzer:
    name: str
    about: str
    longest: int
    """Bytes of an input: long ones make a run slow and say little more."""
    sources: tuple[str, ...]
    """Under Sources/: what a run should cover."""


ALL = (
    Fuzzer("frames", "a link's stream of frames, cut anywhere", 8192,
           ("Wire/Frame.swift", "Wire/PeerRecord.swift")),
    Fuzzer("envelopes", "envelopes, retractions, opened parts, admission", 4096,
           ("Wire/Envelope.swift", "Sealing/Envelopes/Content.swift", "Gossip/Admission/Admission.swift")),
    Fuzzer("cbor", "the one encoding of a value; UTF-8", 4096,
           ("Wire/CBOR.swift", "Wire/Text.swift", "Model/Bytes.swift")),
    Fuzzer("content", "payloads of every kind", 4096, ("Sealing/Payloads/", "Wire/Fields.swift")),
    Fuzzer("records", "public records and their chains, signed by who may", 4096,
           ("Sealing/Records/", "Gossip/Admission/RecordBook")),
    Fuzzer("codes", "return codes and invites, as people type them", 1024, ("Sealing/Codes/",)),
    Fuzzer("handshake", "handshakes with strangers, changed, and with hostile payloads", 1024,
           ("Noise/Handshake", "Noise/LinkIdentity.swift", "Noise/SymmetricState.swift")),
    Fuzzer("session", "a link's records: whole, cut, changed, a stranger's", 8192,
           ("Noise/Session.swift", "Noise/CipherS")),
    Fuzzer("sealed", "what opens with a key: HPKE, envelopes, vaults, letters, keyrings", 4096,
           ("Sealing/HPKE.swift", "Sealing/Envelopes/Sealer.swift", "Sealing/Codes/Vault.swift",
            "Casework/People/Keyring+Coding.swift", "Bridging/Keys/")),
    Fuzzer("json", "JSON of consents, and their fields", 4096,
           ("Sealing/Consents/JSON.swift", "Sealing/Consents/ReportField.swift")),
    Fuzzer("consents", "consents up to an authority's form, under good signatures too", 8192,
           ("Sealing/Consents/", "Bridging/Ledger/BridgeBook+Arriving.swift", "Bridging/Reports/",
            "Authorities/Open311/Form.swift")),
    Fuzzer("bridge", "histories of a bridge, some from a damaged disk", 4096,
           ("Bridging/Ledger/", "Bridging/Log/")),
    Fuzzer("answers", "what an authority answers, in JSON and XML", 8192,
           ("Authorities/Answers/", "Authorities/Open311/Reading.swift",
            "Authorities/Open311/Search.swift", "Authorities/Checking/")),
    Fuzzer("control", "requests on a node's socket", 4096, ("Control/",)),
    Fuzzer("cost", "time for the largest inputs, made of one pattern", 768, ()),
)
