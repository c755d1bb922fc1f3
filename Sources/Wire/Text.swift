/// Text as UTF-8: compared by bytes, so that it needs no Unicode tables in the browser.
public struct Text: Sendable, Hashable, ExpressibleByStringLiteral {
    public var utf8: [UInt8]

    public init(utf8: [UInt8]) { self.utf8 = utf8 }

    public init(_ string: String) { utf8 = [UInt8](string.utf8) }

    public init(stringLiteral value: StaticString) {
        utf8 = [UInt8](
            UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    public var string: String { String(decoding: utf8, as: UTF8.self) }

    public var cbor: CBOR { .text(utf8) }
}

extension Fields {
    public func words(_ key: UInt64) throws(ShapeError) -> Text { Text(utf8: try utf8(key)) }

    public func optionalWords(_ key: UInt64) throws(ShapeError) -> Text? {
        value(key) == nil ? nil : try words(key)
    }
}
