/// How a handshake or a link ends when the other side, or somebody between, breaks the protocol.
///
/// After any of these but `outOfTurn` the machine that threw is of no further use: close the link.
public enum NoiseError: Error, Equatable {
    /// It is the other side's turn, or the handshake is finished or has failed.
    case outOfTurn
    /// A message longer than Noise, or this protocol, allows; in bytes.
    case tooLong(bytes: Int, limit: Int)
    /// A message that ends before its keys do; in bytes.
    case truncated(bytes: Int)
    /// Changed on the way, repeated, out of order, or made with another key or prologue.
    case notAuthentic
    /// The other side's public key leads to an all-zero shared secret.
    case weakKey
    /// 2^64 − 1 messages went one way.
    case noncesExhausted
    /// A record's ciphertext is not 16 bytes more than 1024, 2048, … 64512; in bytes.
    case recordLength(claimed: Int)
}
