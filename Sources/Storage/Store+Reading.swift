import GRDB
import NIOConcurrencyHelpers

extension Store {
    /// Runs `body` on one of the reading connections, on a snapshot.
    func read<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database) throws -> Value,
        _ completion: @escaping @Sendable (Result<Value, StoreError>) -> Void
    ) {
        guard !waiting.withLockedValue({ $0.isClosed }) else {
            return completion(.failure(.closed))
        }
        pool.asyncRead { db in
            let result = Result { try body(try db.get()) }
            completion(
                result.mapError { StoreError($0, operation: operation, path: self.path) })
        }
    }

    func read<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await result { completion in read(operation, body, completion) }
    }
}
