/// Bounds of the sockets that nothing outside this module needs to know.
enum Bounds {
    /// Frames heard and not yet looked at, in bytes as they weigh on a link; above it the link is
    /// not read. Guess.
    static let readAheadBytes = 256 << 10
    /// Bytes ordered stored and not yet answered; above it no link is read. Guess: a quarter of
    /// what the store lets wait.
    static let storingBytes = 8 << 20
    /// What an item counts for there at the least: so many small ones wait for the store that links
    /// are held back well before the relay drops what was not asked for.
    static let storingLeastBytes = 4096
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
