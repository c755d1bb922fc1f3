import Foundation
import NIOCore

/// Bytes put aside in a file that has no name any more: as they were, whatever becomes of the files
/// they came from, and out of this process's memory.
final class Spool: Sendable {
    struct Failure: Error {}

    /// Where some bytes lie.
    struct Place: Sendable {
        let offset: Int
        let count: Int
    }

    private let descriptor: Int32

    /// - Parameter folder: on whose disk it lies; nothing of it is seen there.
    init(folder: String) throws(Failure) {
        let template = folder + "/page." + String(repeating: "X", count: 6)
        var path = [CChar](template.utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw Failure() }
        unlink(path)
    }

    deinit { close(descriptor) }

    /// Appends bytes; not to be called from two threads at once.
    func keep(_ bytes: [UInt8]) throws(Failure) -> Place {
        let offset = Int(lseek(descriptor, 0, SEEK_END))
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                write(descriptor, $0.baseAddress, $0.count)
            }
            guard count > 0 else { throw Failure() }
            done += count
        }
        return Place(offset: offset, count: bytes.count)
    }

    /// At most `limit` bytes of a place, from `start` on.
    func read(_ place: Place, from start: Int, limit: Int) throws(Failure) -> ByteBuffer {
        let count = min(limit, place.count - start)
        var buffer = ByteBuffer()
        let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { room in
            max(pread(descriptor, room.baseAddress, count, off_t(place.offset + start)), 0)
        }
        guard got == count else { throw Failure() }
        return buffer
    }
}
