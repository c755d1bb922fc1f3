/// A way to the node of a data folder: through its socket, or to a store opened for one command.
public protocol NodeAccess: Sendable {
    /// - Throws: `Problem`; nothing was done then.
    func call(_ request: ControlRequest) async throws(Problem) -> ControlResponse
}

extension NodeAccess {
    /// Calls and takes one kind of answer.
    func expect<Value>(
        _ request: ControlRequest, _ take: (ControlResponse) -> Value?
    ) async throws(Problem) -> Value {
        let response = try await call(request)
        if case .problem(let problem) = response { throw problem }
        guard let value = take(response) else {
            throw Problem(
                .internalError, "the node gave an answer this command does not know",
                hint: "is the running node of another version? restart it")
        }
        return value
    }

    func expectDone(_ request: ControlRequest) async throws(Problem) {
        try await expect(request) { if case .done = $0 { () } else { nil } }
    }
}
