public import Model
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The two clocks a relay is told the time from.
public struct Clocks: Sendable {
    public let moment: @Sendable () -> Moment
    public let wall: @Sendable () -> WallTime

    /// - Parameters:
    ///   - moment: never goes back; timers run by the system's, so it must keep that pace.
    ///   - wall: the computer's clock, which may be wrong and may jump.
    public init(
        moment: @escaping @Sendable () -> Moment, wall: @escaping @Sendable () -> WallTime
    ) {
        self.moment = moment
        self.wall = wall
    }

    /// The system's own.
    public static let system = Clocks(
        moment: { Moment(milliseconds: NIODeadline.now().uptimeNanoseconds / 1_000_000) },
        wall: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return WallTime(seconds: UInt64(clamping: time.tv_sec))
        })
}
