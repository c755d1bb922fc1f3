import Model
import Wire

/// A handle and what is stored under it.
struct Submission: Equatable {
    let handle: Handle
    let isUrgent: Bool
    let envelopes: [Envelope]

    /// Shape: `handle` 16 ‖ `urgent` u8, 0 or 1 ‖ one envelope or more, each as long as its header
    /// says.
    ///
    /// - Throws: `.badShape`, `.tooMuch`.
    init(decoding body: [UInt8]) throws(PageRefusal) {
        var reader = ByteReader(body)
        guard let handle: Handle = reader.identifier16(), let urgent: UInt8 = reader.integer(),
            urgent <= 1
        else { throw .badShape }
        var envelopes: [Envelope] = []
        while !reader.isAtEnd {
            guard envelopes.count < Limits.submissionItems else {
                throw .tooMuch(limit: PageLimits.submissionBytes)
            }
            do {
                let header = try EnvelopeHeader(decoding: reader.rest)
                guard let bytes = reader.take(header.envelopeBytes) else {
                    throw PageRefusal.badShape
                }
                envelopes.append(try Envelope(decoding: [UInt8](bytes)))
            } catch {
                throw .badShape
            }
        }
        guard !envelopes.isEmpty else { throw .badShape }
        self.handle = handle
        isUrgent = urgent == 1
        self.envelopes = envelopes
    }
}

/// A handle and what is to be taken back under it.
struct TakingBack: Equatable {
    let handle: Handle
    let retractions: [Retraction]

    static let mostBytes = 16 + Limits.retractionsAtOnce * Retraction.bytes

    /// Shape: `handle` 16 ‖ one retraction of 112 bytes or more.
    init(decoding body: [UInt8]) throws(PageRefusal) {
        var reader = ByteReader(body)
        guard let handle: Handle = reader.identifier16(), !reader.isAtEnd else { throw .badShape }
        var retractions: [Retraction] = []
        while let bytes = reader.take(Retraction.bytes) {
            guard let retraction = try? Retraction(decoding: bytes) else { throw .badShape }
            retractions.append(retraction)
        }
        guard reader.isAtEnd else { throw .badShape }
        self.handle = handle
        self.retractions = retractions
    }
}

/// Handles that are asked about. Shape: one handle of 16 bytes or more.
struct HandleList: Equatable {
    let handles: [Handle]

    static let mostBytes = 16 * PageLimits.handles

    init(decoding body: [UInt8]) throws(PageRefusal) {
        var reader = ByteReader(body)
        var handles: [Handle] = []
        while let handle: Handle = reader.identifier16() { handles.append(handle) }
        guard reader.isAtEnd, !handles.isEmpty else { throw .badShape }
        self.handles = handles
    }
}
