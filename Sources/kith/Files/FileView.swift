import Model
import Sealing
import Seeking
import Wire

/// One attachment, for people and as JSON.
struct FileView: Encodable {
    let number: Int
    let from: String
    let type: String
    let size: Int
    let original: Bool
    /// Only its writer can open it.
    let kept: Bool
    let sent: UInt64
    let until: UInt64

    init(
        _ attachment: Attachment, number: Int, from: String, isKept: Bool = false, at: SaidAt
    ) {
        self.number = number
        self.from = from
        type = attachment.type.text.string
        size = attachment.size
        original = attachment.role == .original
        kept = isKept
        sent = at.slot.start.seconds
        until = attachment.expiry.seconds
    }

    var line: String {
        let mark = original ? ", an original that may carry hidden data" : ", cleaned"
        let own = kept ? ", kept for yourself" : ""
        let until = WallTime(seconds: until).shown
        return "file \(number): \(type), \(sizeText), from \(from)\(mark)\(own), until \(until)"
    }

    private var sizeText: String {
        size < 10_000 ? "\(size) bytes" : "\((size + 512) / 1024) KiB"
    }
}
