/// The name of a version 3 onion service: base32 of `key 32 ‖ checksum 2 ‖ 03`, ".onion".
/// Source: Tor rend-spec-v3, "Encoding onion addresses"; FIPS 202 for SHA3-256.
enum OnionName {
    static func host(_ key: [UInt8]) -> [UInt8] {
        let checksum = sha3([UInt8](".onion checksum".utf8) + key + [3]).prefix(2)
        return base32(key + checksum + [3]) + [UInt8](".onion".utf8)
    }

    /// RFC 4648, small letters; 35 bytes need no padding.
    private static func base32(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = [UInt8]("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var out: [UInt8] = []
        var window: UInt32 = 0
        var bits = 0
        for byte in bytes {
            window = window << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                out.append(alphabet[Int(window >> UInt32(bits)) & 31])
            }
        }
        return out
    }

    private static let rate = 136

    /// SHA3-256 of less than one block: a name's checksum needs no more.
    private static func sha3(_ message: [UInt8]) -> [UInt8] {
        precondition(message.count < rate, "\(message.count) bytes are more than a block")
        var block = message + [UInt8](repeating: 0, count: rate - message.count)
        block[message.count] ^= 0x06
        block[rate - 1] ^= 0x80
        var lanes = [UInt64](repeating: 0, count: 25)
        for (index, byte) in block.enumerated() {
            lanes[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
        }
        permute(&lanes)
        return (0..<32).map { UInt8(truncatingIfNeeded: lanes[$0 / 8] >> UInt64(8 * ($0 % 8))) }
    }

    /// Keccak-f[1600].
    private static func permute(_ lanes: inout [UInt64]) {
        var register: UInt8 = 1
        for _ in 0..<24 {
            let columns = (0..<5).map { x in (0..<5).reduce(0) { $0 ^ lanes[x + 5 * $1] } }
            for index in 0..<25 {
                let x = index % 5
                lanes[index] ^= columns[(x + 4) % 5] ^ rotated(columns[(x + 1) % 5], 1)
            }
            moveLanes(&lanes)
            for y in stride(from: 0, to: 25, by: 5) {
                let row = [UInt64](lanes[y..<y + 5])
                for x in 0..<5 { lanes[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]) }
            }
            for bit in 0..<7 {
                if register & 1 == 1 { lanes[0] ^= 1 << UInt64((1 << bit) - 1) }
                register = register << 1 ^ (register >> 7 == 1 ? 0x71 : 0)
            }
        }
    }

    private static func moveLanes(_ lanes: inout [UInt64]) {
        var (x, y) = (1, 0)
        var moving = lanes[1]
        for step in 1...24 {
            (x, y) = (y, (2 * x + 3 * y) % 5)
            let next = lanes[x + 5 * y]
            lanes[x + 5 * y] = rotated(moving, UInt64(step * (step + 1) / 2 % 64))
            moving = next
        }
    }

    private static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 {
        count == 0 ? word : word << count | word >> (64 - count)
    }
}
