/// Bounds of the sockets that nothing outside this module needs to know.
enum Bounds {
    /// Frames heard and not yet looked at, in bytes as they weigh on a link; above it the link is
    /// not read. Guess.
    static let readAheadBytes = 256 << 10
    /// Bytes ordered stored and not yet answered; above it no link is read. Guess: a quarter of
    /// what the store lets wait.
    static let storingBytes = 16 << 20
    /// Inputs handled before what they send is handed to the links. Guess.
    static let turnInputs = 256
    /// A dialled address must answer in this time, milliseconds. Guess.
    static let connectMilliseconds: Int64 = 10_000
    /// A link that is closed may still send what it was given for this long, milliseconds. Guess.
    static let closingMilliseconds: Int64 = 2000
    /// How long stopping waits for the store's last answers, milliseconds. Guess.
    static let stoppingMilliseconds: Int64 = 10_000
    /// Connections the kernel holds until they are accepted. Guess.
    static let backlog: Int32 = 256
}
