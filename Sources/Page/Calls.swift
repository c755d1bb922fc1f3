import Seeking

/// The one visit of this instance: a worker runs one, and its end is the end of what it knew.
nonisolated(unsafe) private var visit = Visit(random: pageRandom)

/// Answers one of the visit's calls; they stand at the head of Site/kith.js.
@_expose(wasm, "ask") @_cdecl("kith_page_ask")
func ask(_ start: UnsafePointer<UInt8>, _ count: UInt32) -> Reply {
    answered(start, count) { (call, request) throws(VisitError) in
        try visit.answer(call, request)
    }
}

/// Forgets all; a worker that ends forgets by itself.
@_expose(wasm, "forget") @_cdecl("kith_page_forget")
func forget() { visit = Visit(random: pageRandom) }
