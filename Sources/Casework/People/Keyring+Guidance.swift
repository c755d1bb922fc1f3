public import Model
public import Sealing

extension Keyring {
    /// Guidance in one language, signed by the operations key; nil for who does not hold it.
    ///
    /// - Parameter seq: of what is known in this language; 0 for nothing.
    /// - Source: protocol/24-guidance.md.
    public func guidance(_ guidance: Guidance, after seq: UInt64, now: WallTime) -> Record? {
        guard let office else { return nil }
        return Record(
            .guidance, subject: community.bytes, seq: max(seq + 1, now.seconds), notBefore: now,
            notAfter: now.adding(seconds: Limits.guidanceSeconds), content: guidance.cbor,
            by: office.operations)
    }
}
