public import Sealing
public import Wire

/// What one consent lets an authority know: the consented fields and a mark, nothing else.
/// Source: protocol/19-delivery.md.
public struct Report: Sendable, Equatable {
    /// The authority's URI, as the manifest pins it.
    public let authority: Text
    /// "KITH-…": the same whenever this report is sent again.
    public let mark: Text
    /// In the order of the chapter's table.
    public let fields: [ReportField]

    public init(authority: Text, mark: Text, fields: [ReportField]) {
        self.authority = authority
        self.mark = mark
        self.fields = fields
    }
}
