import Model
import Noise
import Sodium
import Testing
import Wire

@Suite struct SessionTests {
    /// All plaintext of `bytes`, given at once.
    func open(_ session: inout Session, _ bytes: [UInt8]) throws -> [UInt8] {
        var out: [UInt8] = []
        try session.open(bytes, into: &out)
        return out
    }

    @Test func everyFlushIsPaddedToWholeUnits() throws {
        var (near, far) = try Pair.sessions()
        for count in 0...4100 {
            let frames = [UInt8](repeating: 0xEE, count: count)
            let wire = near.seal(frames)
            let plain = try open(&far, wire)

            let over = count % 1024
            let padding = over == 0 ? 0 : over > 1020 ? 2048 - over : 1024 - over
            #expect(plain.count == count + padding, "\(count) bytes")
            #expect(wire.count == (plain.isEmpty ? 0 : plain.count + 18), "\(count) bytes")
            #expect(plain.starts(with: frames))
            if padding > 0 {
                var buffer = FrameBuffer()
                buffer.append(plain[count...])
                #expect(try buffer.next() == .pad(count: padding - 4), "\(count) bytes")
                #expect(buffer.pendingBytes == 0)
            }
        }
    }

    @Test func aLongFlushIsCutIntoRecords() throws {
        var (near, far) = try Pair.sessions()
        for (count, lengths) in [
            (64512, [64512]), (64513, [64512, 1024]), (64511, [64512, 1024]),
            (64508, [64512]), (2 * 64512, [64512, 64512]), (200_000, [64512, 64512, 64512, 7168]),
        ] {
            let frames = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let wire = near.seal(frames)
            var reader = ByteReader(wire)
            var seen: [Int] = []
            while let length: UInt16 = reader.integer(), reader.take(Int(length)) != nil {
                seen.append(Int(length) - 16)
            }
            #expect(seen == lengths)
            #expect(reader.isAtEnd)
            #expect(try open(&far, wire).starts(with: frames))
        }
    }

    @Test(arguments: [1, 2, 3, 17, 1023, 1042, 1043, 5000])
    func anyCutOfTheStreamReadsTheSame(_ piece: Int) throws {
        var (near, far) = try Pair.sessions()
        let wire = near.seal([1, 2, 3]) + near.seal([UInt8](repeating: 9, count: 3000))
        var whole = far
        let expected = try open(&whole, wire)
        var out: [UInt8] = []
        var start = 0
        while start < wire.count {
            let end = min(start + piece, wire.count)
            try far.open([UInt8](wire[start..<end]), into: &out)
            #expect(far.pendingBytes < 2 + 3072 + 16)
            start = end
        }
        #expect(out == expected)
        #expect(far.pendingBytes == 0)
        #expect(far == whole)
    }

    @Test func bothDirectionsAreApart() throws {
        var (near, far) = try Pair.sessions()
        let there = near.seal([1])
        let back = far.seal([2])
        #expect(there.count == back.count && there != back)
        #expect(try open(&far, there).first == 1)
        #expect(try open(&near, back).first == 2)
        let own = near.seal([3])
        #expect(throws: NoiseError.notAuthentic) { try open(&near, own) }
    }

    @Test func aFlippedBitAnywhereIsRefused() throws {
        let (start, reader) = try Pair.sessions()
        var near = start
        let wire = near.seal([1, 2, 3])
        for position in wire.indices {
            var far = reader
            var changed = wire
            changed[position] ^= 0x01
            #expect(throws: NoiseError.self, "byte \(position)") { try open(&far, changed) }
        }
    }

    @Test func aRecordIsReadOnce() throws {
        var (near, far) = try Pair.sessions()
        let wire = near.seal([1])
        _ = try open(&far, wire)
        #expect(throws: NoiseError.notAuthentic) { try open(&far, wire) }
    }

    @Test func recordsAreReadInOrder() throws {
        var (near, far) = try Pair.sessions()
        let (first, second) = (near.seal([1]), near.seal([2]))
        #expect(throws: NoiseError.notAuthentic) { try open(&far, second) }
        #expect(throws: NoiseError.notAuthentic, "closed for good") { try open(&far, first) }
    }

    @Test func aMissingRecordIsNoticed() throws {
        var (near, far) = try Pair.sessions()
        let (first, _, third) = (near.seal([1]), near.seal([2]), near.seal([3]))
        _ = try open(&far, first)
        #expect(throws: NoiseError.notAuthentic) { try open(&far, third) }
    }

    @Test func whatCameBeforeABadRecordIsKept() throws {
        var (near, far) = try Pair.sessions()
        let good = near.seal([1])
        var bad = near.seal([2])
        bad[40] ^= 1
        var out: [UInt8] = []
        #expect(throws: NoiseError.notAuthentic) { try far.open(good + bad, into: &out) }
        #expect(out.count == 1024 && out[0] == 1)
        #expect(far.pendingBytes == 0)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 1024, 1039, 1041, 64512, 64527, 64529, 65535, 65552 - 1024])
    func aLengthThatLiesIsRefusedAtOnce(_ claimed: Int) throws {
        var (_, far) = try Pair.sessions()
        var length: [UInt8] = []
        length.append(bigEndian: UInt16(claimed))
        if claimed > 16, claimed <= 64528, (claimed - 16) % 1024 == 0 {
            #expect(try open(&far, length) == [])
            #expect(far.pendingBytes == 2)
        } else {
            #expect(throws: NoiseError.recordLength(claimed: claimed)) { try open(&far, length) }
            #expect(throws: NoiseError.recordLength(claimed: claimed)) { try open(&far, []) }
        }
    }

    @Test func alignedLengthsAreAwaited() throws {
        for units in 1...63 {
            var (_, far) = try Pair.sessions()
            var length: [UInt8] = []
            length.append(bigEndian: UInt16(units * 1024 + 16))
            #expect(try open(&far, length) == [])
        }
    }

    @Test func aLongerClaimThanWasSentIsRefused() throws {
        var (near, far) = try Pair.sessions()
        var wire = near.seal([1]) + near.seal([2])
        wire.replaceSubrange(0..<2, with: [0x08, 0x10])  // 2064 for 1040
        #expect(throws: NoiseError.notAuthentic) { try open(&far, wire) }
    }

    /// The counter starts two records before a change, as if the others had gone before.
    @Test(arguments: [1, 2])
    func keysChangeBeforeEvery65536thRecord(_ round: UInt64) throws {
        let first = round << 16
        let key = Secret([UInt8](repeating: 0x77, count: 32))
        let state = CipherState(key: key, nonce: first - 2)
        var session = Session(send: state, receive: state)
        var same = state
        for number in (first - 2)...(first + 2) {
            if number == first { same.rekey() }
            let wire = session.seal([5])
            let pad = Frame.pad(count: 1024 - 1 - 4).encoded
            let plain = [5] + pad
            #expect([UInt8](wire[2...]) == (try same.encrypt(plain)), "record \(number)")
            #expect(try open(&session, wire) == plain)
        }
    }

    @Test func bothDirectionsStayInStepThroughAChange() throws {
        var (near, far) = try Pair.sessions()
        var plain: [UInt8] = []
        for number in 0..<(1 << 16) + 3 {
            plain.removeAll(keepingCapacity: true)
            let frame: [UInt8] = [UInt8(truncatingIfNeeded: number), 1]
            try far.open(near.seal(frame), into: &plain)
            guard plain.starts(with: frame) else {
                Issue.record("record \(number)")
                return
            }
            plain.removeAll(keepingCapacity: true)
            try near.open(far.seal(frame), into: &plain)
            guard plain.starts(with: frame) else {
                Issue.record("record \(number) back")
                return
            }
        }
    }

    @Test func aSideThatDoesNotChangeItsKeyIsRefused() throws {
        let key = Secret([UInt8](repeating: 0x77, count: 32))
        var old = CipherState(key: key, nonce: 1 << 16)
        var session = Session(send: old, receive: old)
        let ciphertext = try old.encrypt([UInt8](repeating: 0, count: 1024))
        var wire: [UInt8] = []
        wire.append(bigEndian: UInt16(ciphertext.count))
        #expect(throws: NoiseError.notAuthentic) { try open(&session, wire + ciphertext) }
    }

    @Test func aReaderWhoseCounterIsUsedUpCloses() throws {
        let key = Secret([UInt8](repeating: 0x77, count: 32))
        let state = CipherState(key: key, nonce: .max)
        var session = Session(send: state, receive: state)
        let wire: [UInt8] = [0x04, 0x10] + [UInt8](repeating: 0, count: 1040)
        #expect(throws: NoiseError.noncesExhausted) { try open(&session, wire) }
    }
}
