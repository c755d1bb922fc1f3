/// Why a relay could not begin to listen.
public enum TransportError: Error, Sendable, Equatable {
    /// Another program listens there already.
    case addressInUse(host: String, port: Int)
    /// Ports below 1024 need rights this program does not have.
    case permission(host: String, port: Int)
    /// No such host, or its name can't be looked up.
    case unresolved(host: String)
    /// The address is not one of this computer's.
    case notOurs(host: String)
    /// Anything else; `errno` is 0 where the system gave none.
    case failed(operation: String, host: String, port: Int, errno: Int32)
}
