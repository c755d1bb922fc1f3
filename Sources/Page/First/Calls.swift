import Seeking

// A program of its own, first.wasm: all that a page needs until somebody comes back to a case, so
// that its first view stays small.

nonisolated(unsafe) private var visit = FirstVisit(random: pageRandom)

/// Answers one of a visit's first calls; they stand at the head of Site/kith.js.
@_expose(wasm, "ask") @_cdecl("kith_page_ask")
func ask(_ start: UnsafePointer<UInt8>, _ count: UInt32) -> Reply {
    answered(start, count) { (call, request) throws(VisitError) in
        try visit.answer(call, request)
    }
}

/// Forgets all; a worker that ends forgets by itself.
@_expose(wasm, "forget") @_cdecl("kith_page_forget")
func forget() { visit = FirstVisit(random: pageRandom) }
