public import Model
import Sealing
public import Sodium
public import Wire

extension TestNetwork {
    /// Guidance of the community in its envelope.
    ///
    /// - Parameter pack: nil where it is taken back.
    public func guidance(
        _ language: Text = "en", seq: UInt64 = 1, from start: WallTime = testStart,
        days: UInt64 = 400, pack: CBOR? = .fields(.string("Help")), slot: Slot? = nil,
        by key: SigningKey? = nil
    ) -> Envelope {
        publish(
            .guidance, subject: community.bytes, seq: seq, from: start, days: days,
            content: Guidance(language: language, pack: pack).cbor, by: key ?? operations,
            slot: slot)
    }
}
