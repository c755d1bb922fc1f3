import Foundation

/// By how much longer things may take than on a quiet computer: KITH_PATIENCE, else 1. Sanitizers
/// make everything slower, and a bound that says "at once" still says it when it is tenfold.
public let patience: Int64 =
    ProcessInfo.processInfo.environment["KITH_PATIENCE"].flatMap { Int64($0) } ?? 1
