import Model

/// A link after its handshake: frames in, records out, and back.
///
/// Shape of a record: `length` (u16, bytes), then the ciphertext: a plaintext of 1024, 2048, …
/// 64512 bytes and a tag of 16. Plaintexts form one stream of frames in each direction.
/// Source: protocol/03-links.md; protocol/vectors/link-record/.
public struct SessionOver<Suite: CipherSuite>: Sendable, Equatable {
    enum Inbound: Sendable, Equatable {
        case open(CipherStateOver<Suite>, partial: [UInt8])  // next: open, closed
        case closed(NoiseError)  // final
    }

    /// Each direction's key is replaced before every record whose number, from 0 on, this divides,
    /// the first excepted.
    static var rekeyRecords: UInt64 { 1 << 16 }

    private var sending: CipherStateOver<Suite>
    private var inbound: Inbound

    public init(send: CipherStateOver<Suite>, receive: CipherStateOver<Suite>) {
        sending = send
        inbound = .open(receive, partial: [])
    }

    /// - Precondition: `handshake` is finished.
    public init(_ handshake: HandshakeOver<Suite>) {
        let (send, receive) = handshake.split()
        self.init(send: send, receive: receive)
    }

    // MARK: - Sending

    /// One flush: pads `frames` and gives the records to send; none for no frames.
    ///
    /// - Parameter frames: whole encoded frames.
    /// - Precondition: fewer than 2^64 − 1 records were sent.
    public mutating func seal(_ frames: [UInt8]) -> [UInt8] {
        let plaintext = Self.padded(frames)
        let records = plaintext.count / Limits.recordBytes + 1
        var out: [UInt8] = []
        out.reserveCapacity(
            plaintext.count + records * (2 + CipherStateOver<Suite>.overhead))
        var start = 0
        while start < plaintext.count {
            let end = min(start + Limits.recordBytes, plaintext.count)
            let ciphertext = encrypt([UInt8](plaintext[start..<end]))
            out.append(bigEndian: UInt16(ciphertext.count))
            out += ciphertext
            start = end
        }
        return out
    }

    /// `frames` and, unless they end a unit of 1024 bytes by themselves, one PAD frame.
    static func padded(_ frames: [UInt8]) -> [UInt8] {
        let unit = Limits.recordUnitBytes
        let over = frames.count % unit
        guard over != 0 else { return frames }
        var gap = unit - over
        if gap < 4 { gap += unit }  // a PAD frame needs four bytes for its type and length
        let length = UInt32(gap - 4)
        var out = frames
        out.append(bigEndian: length)  // type 00, then the length in the other three bytes
        return out + [UInt8](repeating: 0, count: gap - 4)
    }

    private mutating func encrypt(_ plaintext: [UInt8]) -> [UInt8] {
        Self.rekeyIfDue(&sending)
        do {
            return try sending.encrypt(plaintext)
        } catch {
            preconditionFailure("record \(sending.nonce): \(error)")
        }
    }

    // MARK: - Receiving

    /// Takes bytes as they arrive and appends the plaintext of each record they complete.
    ///
    /// Holds the bytes of at most one record that is not whole. What came before a bad record is
    /// appended before the error is thrown.
    ///
    /// - Throws: `NoiseError.recordLength` before any of the record is awaited, `.notAuthentic`,
    ///   `.noncesExhausted`; from then on always the same, whatever arrives.
    public mutating func open(
        _ bytes: [UInt8], into plaintext: inout [UInt8]
    ) throws(NoiseError) {
        switch inbound {
        case .closed(let error): throw error
        case .open(var receiving, var partial):
            inbound = .closed(.outOfTurn)  // for now, so that `partial` grows in place
            partial += bytes
            var start = 0
            do {
                while let ciphertext = try Self.record(partial, from: &start) {
                    Self.rekeyIfDue(&receiving)
                    plaintext += try receiving.decrypt(ciphertext)
                }
            } catch {
                inbound = .closed(error)
                throw error
            }
            if start > 0 { partial = [UInt8](partial[start...]) }
            inbound = .open(receiving, partial: partial)
        }
    }

    /// Bytes of a record that has begun and is not whole.
    public var pendingBytes: Int {
        switch inbound {
        case .open(_, let partial): partial.count
        case .closed: 0
        }
    }

    /// The next whole ciphertext; nil, leaving `start`, until it has arrived.
    private static func record(
        _ bytes: [UInt8], from start: inout Int
    ) throws(NoiseError) -> [UInt8]? {
        var reader = ByteReader(bytes[start...])
        guard let claimed: UInt16 = reader.integer() else { return nil }
        let count = Int(claimed)
        let plain = count - CipherStateOver<Suite>.overhead
        guard plain > 0, plain <= Limits.recordBytes, plain % Limits.recordUnitBytes == 0 else {
            throw .recordLength(claimed: count)
        }
        guard let ciphertext = reader.take(count) else { return nil }
        start = ciphertext.endIndex
        return [UInt8](ciphertext)
    }

    // Counting records is the cipher's own counter: each is one message.
    private static func rekeyIfDue(_ cipher: inout CipherStateOver<Suite>) {
        if cipher.nonce != 0, cipher.nonce % rekeyRecords == 0 { cipher.rekey() }
    }
}

public typealias Session = SessionOver<SodiumSuite>
