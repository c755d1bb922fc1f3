import Daemon

/// Files that are to be attached, with a word of warning: here they are sent as they are.
///
/// - Throws: `Problem` for one that can't be attached.
func readAttachments(
    _ paths: [String], forSupporters: Bool = true
) throws(Problem) -> [LocalFile] {
    var files: [LocalFile] = []
    for path in paths { files.append(try LocalFile(reading: path)) }
    if !files.isEmpty, forSupporters {
        Terminal.warn(
            "attached files are sent as they are: they may say where, when and by whom they were "
                + "made", hint: "the page cleans photos and sound first; files last 30 days")
    }
    return files
}
