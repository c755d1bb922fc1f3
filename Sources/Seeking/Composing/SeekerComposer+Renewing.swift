public import Sealing
import Wire

extension SeekerComposer {
    /// Seals own copies anew, so that they last ninety days from now. What others sealed ends when
    /// it ends.
    public func renewal(
        _ copies: [SeekerBook.OwnCopy]
    ) throws(Failure) -> [EnvelopeDraft] {
        guard !copies.isEmpty else { throw .nothingChosen }
        var drafts: [EnvelopeDraft] = []
        for own in copies {
            drafts += try copy(
                own.copy.kind, own.copy.payload, own.copy.messageID, first: own.at.slot)
        }
        return drafts
    }
}
