// Sorting that the browser can afford: the standard library's is compiled anew for every type of
// element, several kilobytes each time. This one moves numbers, and is there once.

extension Array {
    /// The elements in ascending order; equal ones stay as they stood.
    public func inOrder(_ isBefore: (Element, Element) -> Bool) -> [Element] {
        places(count) { isBefore(self[$0], self[$1]) }.map { self[$0] }
    }
}

/// The places 0 ..< `count` in the order of what stands there, by merging ever longer runs.
///
/// - Parameter isBefore: whether what stands at the first place goes before the second's.
@inline(never)
public func places(_ count: Int, _ isBefore: (Int, Int) -> Bool) -> [Int] {
    var from = [Int](0..<count)
    var to = from
    var run = 1
    while run < count {
        var start = 0
        while start < count {
            let middle = min(start + run, count)
            let end = min(middle + run, count)
            var (left, right) = (start, middle)
            for index in start..<end {
                // From the right only what must go before: equal ones stay as they stood.
                if right < end && (left == middle || isBefore(from[right], from[left])) {
                    to[index] = from[right]
                    right += 1
                } else {
                    to[index] = from[left]
                    left += 1
                }
            }
            start = end
        }
        swap(&from, &to)
        run *= 2
    }
    return from
}
