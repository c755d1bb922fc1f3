import Seeking

// A program of its own, guide.wasm: with it the first one would be half as large again.

nonisolated(unsafe) private var guide = Guide()

/// Answers one of the guide's calls; they stand at the head of Site/kith.js.
@_expose(wasm, "ask") @_cdecl("kith_page_ask")
func ask(_ start: UnsafePointer<UInt8>, _ count: UInt32) -> Reply {
    answered(start, count) { (call, request) throws(VisitError) in
        try guide.answer(call, request)
    }
}
