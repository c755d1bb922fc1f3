import Model

/// Small numbers for the topics of items held, so that an item keeps its topic in four bytes.
struct TopicNumbers: Sendable {
    private var numbers: [Topic: UInt32] = [:]
    private var topics: [Topic] = []
    private var uses: [UInt32] = []
    private var free: [UInt32] = []

    init() {}

    /// The topic's number, counted once more.
    mutating func take(_ topic: Topic) -> UInt32 {
        if let number = numbers[topic] {
            uses[Int(number)] += 1
            return number
        }
        let number: UInt32
        if let old = free.popLast() {
            number = old
            topics[Int(number)] = topic
            uses[Int(number)] = 1
        } else {
            number = UInt32(topics.count)
            topics.append(topic)
            uses.append(1)
        }
        numbers[topic] = number
        return number
    }

    /// Counted once less; forgotten with its last item.
    mutating func release(_ number: UInt32) {
        uses[Int(number)] -= 1
        guard uses[Int(number)] == 0 else { return }
        numbers[topics[Int(number)]] = nil
        free.append(number)
    }

    func number(_ topic: Topic) -> UInt32? { numbers[topic] }

    func topic(_ number: UInt32) -> Topic { topics[Int(number)] }
}
