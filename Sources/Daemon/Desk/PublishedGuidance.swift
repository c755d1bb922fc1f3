import Foundation
public import Model
import Sealing
public import Seeking
public import Wire

/// A community's guidance in one language as its record shows it, checked here.
public struct PublishedGuidance: Sendable {
    public let language: Text
    public let seq: UInt64
    public let from: WallTime
    public let until: WallTime
    /// Bytes of the record.
    public let bytes: Int
    /// Nil where the community took it back; a fault where nothing of it may be shown.
    public let pack: Result<GuidancePack?, GuidanceFault>

    /// Those that hold now and are signed by the operations key of the newest root.
    static func all(
        _ records: [Data], of roots: RootChain, now: WallTime
    ) -> [PublishedGuidance] {
        records.compactMap { bytes -> PublishedGuidance? in
            // Records come from anybody: one that does not hold is none of the community's.
            guard let record = try? Record(decoding: [UInt8](bytes)),
                record.subject == roots.community.bytes, record.notAfter > now,
                let guidance = try? record.guidance(of: roots.newest.operations)
            else { return nil }
            return PublishedGuidance(
                language: guidance.language, seq: record.seq, from: record.notBefore,
                until: record.notAfter, bytes: bytes.count, pack: read(guidance))
        }
    }

    private static func read(_ guidance: Guidance) -> Result<GuidancePack?, GuidanceFault> {
        do { return .success(try GuidancePack.read(guidance)) } catch { return .failure(error) }
    }
}
