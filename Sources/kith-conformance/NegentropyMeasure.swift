import Foundation
import Gossip
import Model
import Sodium

/// Times Kith's index and a comparison of two of them, message by message, in processor time.
struct NegentropyMeasure {
    let items: Int
    let differences: Int
    private static let key = Secret([UInt8](repeating: 7, count: 32))

    func run() {
        var near = RangeIndex()
        let built = seconds { for number in 0..<items { near.insert(position(number)) } }
        say("building", "\(milliseconds(built)) ms, \(each(built, items)) µs an item")
        say("memory", residentBytes().map { "\($0 / max(items, 1)) bytes an item in all" } ?? "?")
        var far = near
        far.remove(position(items / 2).id)  // makes it a copy of its own
        far.insert(position(items / 2))
        let changed = seconds {
            for number in 0..<differences {
                far.remove(position(number * (items / differences)).id)
            }
        }
        say("removing", "\(each(changed, differences)) µs an item, no lanes yet")
        let lanes = seconds { while near.isCold { near.warm() } }
        say("lanes", "\(milliseconds(lanes)) ms, \(each(lanes, items)) µs an item, once")
        say("memory", residentBytes().map { "\($0 / max(items, 1)) bytes an item in all" } ?? "?")
        while far.isCold { far.warm() }
        compare(&near, &far)
        let more = 10_000
        let inserted = seconds {
            for number in 0..<more { near.insert(position(items + number * 7919)) }
        }
        say("inserting", "\(each(inserted, more)) µs an item with lanes")
    }

    private func compare(_ near: inout RangeIndex, _ far: inout RangeIndex) {
        for turn in ["first", "again"] {
            var (mine, theirs) = (0.0, 0.0)
            var (bytes, messages, found) = (0, 1, 0)
            var initiator = MeasuredSet(index: near, key: Self.key)
            var responder = MeasuredSet(index: far, key: Self.key)
            let bounds = RangeComparison.Bounds(messageBytes: Limits.syncMessageBytes)
            var message: [UInt8] = []
            mine += seconds { message = RangeComparison.opening(&initiator) }
            while message.count > 1 {
                bytes += message.count
                theirs += seconds {
                    message = answer(message, .responder, bounds, &responder).message
                }
                bytes += message.count
                messages += 1
                mine += seconds {
                    let step = answer(message, .initiator, bounds, &initiator)
                    found += step.have.count + step.need.count
                    message = step.isLast ? [] : step.message
                }
                if !message.isEmpty { messages += 1 }
            }
            (near, far) = (initiator.index, responder.index)
            say(
                "session, \(turn)",
                "\(milliseconds(mine)) ms and \(milliseconds(theirs)) ms, \(bytes) bytes, "
                    + "\(messages / 2) round trips, \(found) differences, "
                    + "work \(initiator.work) and \(responder.work)")
        }
    }

    private func answer(
        _ message: [UInt8], _ role: RangeComparison.Role, _ bounds: RangeComparison.Bounds,
        _ set: inout MeasuredSet
    ) -> RangeComparison.Answer {
        do {
            return try RangeComparison.answer(message, as: role, within: bounds, &set)
        } catch {
            preconditionFailure("our own message is refused: \(error)")
        }
    }

    /// A thousand items a slot.
    private func position(_ number: Int) -> ItemPosition {
        var input: [UInt8] = []
        input.append(bigEndian: UInt64(number))
        let id = ItemID(sha256(input)) ?? .zero
        return ItemPosition(slot: Slot(UInt32(number / 1000)), id: id)
    }

    private func say(_ what: String, _ how: String) {
        print(what.padding(toLength: 16, withPad: " ", startingAt: 0) + how)
    }

    /// Processor time, so that what else runs here does not count.
    private func seconds(_ body: () -> Void) -> Double {
        let began = clock()
        body()
        return Double(clock() - began) / Double(CLOCKS_PER_SEC)
    }

    private func milliseconds(_ seconds: Double) -> String {
        String(format: "%.2f", seconds * 1000)
    }

    private func each(_ seconds: Double, _ count: Int) -> String {
        String(format: "%.2f", seconds * 1e6 / Double(max(count, 1)))
    }

    private func residentBytes() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
            return nil
        }
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 }
    }
}

/// An index under a link's key, as sessions see it.
private struct MeasuredSet: OrderedItems {
    var index: RangeIndex
    let key: Secret

    var count: Int { index.count }
    var work: Int { index.work }

    func item(at rank: Int) -> RangeItem {
        let position = index.position(at: rank)
        return RangeItem(time: UInt64(position.slot.number), id: position.id)
    }

    func rank(of bound: RangeBound) -> Int { index.rank(of: bound) }

    func ids(_ ranks: Range<Int>) -> [ItemID] { index.ids(ranks) }

    func contains(_ id: ItemID) -> Bool { index.contains(id) }

    mutating func fingerprint(_ ranks: Range<Int>) -> [UInt8] {
        index.fingerprint(ranks, key: key)
    }
}
