import Glibc

/// What a fuzzer does with one input. It traps where a property does not hold.
typealias Fuzzer = @Sendable ([UInt8]) -> Void

/// By the names that tools/fuzz.d/table.py knows.
private let fuzzers: [String: Fuzzer] = [
    "frames": fuzzFrames,
    "envelopes": fuzzEnvelopes,
    "cbor": fuzzCBOR,
    "content": fuzzContent,
    "records": fuzzRecords,
    "codes": fuzzCodes,
    "handshake": fuzzHandshake,
    "session": fuzzSession,
    "sealed": fuzzSealed,
    "json": fuzzJSON,
    "consents": fuzzConsents,
    "bridge": fuzzBridge,
    "answers": fuzzAnswers,
    "control": fuzzControl,
    "cost": fuzzCost,
]

/// One program for all, so that the project is built and linked once.
private let chosen: Fuzzer = {
    let name = getenv("KITH_FUZZER").map { String(cString: $0) } ?? ""
    guard let fuzzer = fuzzers[name] else { fatalError("KITH_FUZZER names no fuzzer") }
    return fuzzer
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosen([UInt8](UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// Ends the run, and so keeps the input, where a property does not hold.
func hold(_ condition: Bool, _ property: StaticString) {
    // Unlike a precondition's, these words are printed in release builds too.
    if !condition { fatalError("does not hold: \(property)") }
}
