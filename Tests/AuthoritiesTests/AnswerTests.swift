import Model
import TestKit
import Testing
import Wire

@testable import Authorities

@Suite struct AnswerTests {
    private func answer(_ text: String, type: String?) -> Answer? {
        Answer([UInt8](text.utf8), type: type, format: .json)
    }

    private func xml(_ text: String) -> Answer? { answer(text, type: "text/xml; charset=utf-8") }
    private func json(_ text: String) -> Answer? { answer(text, type: "application/json") }

    @Test func bothFormatsGiveTheSameTexts() {
        let fromJSON = json(#"{"a":{"b":"x & y","c":293944}}"#)
        let fromXML = xml("<a x='1'><b>x &amp; y</b><!-- - --><c> 293944\n</c></a>")
        #expect(fromJSON?.member("a")?.text("c") == "293944")
        #expect(fromXML?.member("a")?.text("c") == "293944")
        #expect(fromJSON?.member("a")?.text("b") == fromXML?.member("a")?.text("b"))
    }

    static let xmlTexts = [
        ("<a>&lt;&#65;&#x42;&gt;&quot;&apos;</a>", "<AB>\"'"),
        ("<a><![CDATA[<b>&amp;]]> c</a>", "<b>&amp; c"),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>ä</a>\n<!-- end -->", "ä"),
        ("<ns:a xmlns:ns=\"u\">1</ns:a>", "1"),
        ("\u{FEFF}<a>1</a>", "1"), ("<a><?php ?>1</a>", "1"),
    ]

    @Test(arguments: xmlTexts)
    func xmlTextsAreReadAsMeant(_ document: String, _ expected: String) {
        #expect(xml(document)?.text("a") == expected)
    }

    @Test(arguments: [
        "", "x", "<a>", "<a></b>", "<a>1</a>2", "<a/><b/>", "<a>x<b/></a>", "<a b></a>",
        "<a b=1/>", "<a b='<'/>", "<a>&nbsp;</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&",
        "< a/>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a/>", "<a><!-- </a>", "<a><![CDATA[</a>",
        "<a/", "<a b='", "<?xml ", String(repeating: "<a>", count: 1_000_000 / 3),
    ])
    func brokenOrRiskyXMLIsRefused(_ document: String) { #expect(xml(document) == nil) }

    @Test(arguments: [
        "", "[", "{\"a\":}", "[1] 2", "nothing", String(repeating: "[", count: 1_000_000),
        String(repeating: "[", count: 17) + String(repeating: "]", count: 17),
    ])
    func brokenOrDeepJSONIsRefused(_ document: String) { #expect(json(document) == nil) }

    static let jsonTexts = [
        (#""a\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00""#, "a\"\\/\u{8}\u{C}\n\r\tä😀"), ("0", "0"),
        ("-0", "0"),
        ("-12", "-12"), ("37.7622", "37.7622"), ("1e3", "1000"), ("-2.5E-1", "-0.25"),
        ("1.0", "1"), ("true", "true"), ("false", "false"),
    ]

    @Test(arguments: jsonTexts)
    func jsonValuesAreReadAsTexts(_ value: String, _ expected: String) {
        #expect(json(" {\t\"a\" :\r\n\(value) } ")?.text("a") == expected)
        #expect(json("[\(value)]") == .list([.text(expected)]))
    }

    @Test(arguments: [
        "01", "-", "1.", ".5", "1e", "+1", "0x1", "1e+", "NaN", "tru", "\"a", "\"\\x\"", "\"\n\"",
        "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\u00g0\"", "[1,]", "[,1]",
        "{\"a\"}",
        "{\"a\":1,}", "{1:2}", "[1 2]", "[1]]", "\u{A0}1",
    ])
    func whatIsNoJSONIsRefused(_ document: String) { #expect(json(document) == nil) }

    /// A megabyte of small numbers took Foundation's decoder four seconds.
    @Test(arguments: ["1,", "[],", "{},", "1.5,", "\"\","])
    func theLargestAnswersAreReadAtOnce(_ pattern: String) {
        let items = String(repeating: pattern, count: (1 << 20) / pattern.utf8.count - 1)
        let took = ContinuousClock().measure { #expect(json("[\(items)1]") != nil) }
        #expect(took < .seconds(3 * patience))
    }

    /// Found by tools/fuzz: each flag was looked for from the first one on, for minutes in all.
    @Test func aTextOfFlagsIsReadAtOnce() {
        let flags = String(repeating: "\u{1F1E9}", count: 1 << 18)
        let mark: Text = "KITH-0123-4567-89AB-CDEF"
        let took = ContinuousClock().measure {
            #expect(xml("<?xml \(flags)?><a/>") == nil)
            #expect(!flags.ends(with: mark) && !flags.holds(mark))
            #expect("\(flags)\nReference: \(mark.string) \n".ends(with: mark))
            #expect("\(flags) \(mark.string).".holds(mark))
            let spaces = String(repeating: " ", count: 1 << 18)
            #expect("x\nReference: \(mark.string)\(spaces)\n".ends(with: mark))
        }
        #expect(took < .seconds(3 * patience))
    }

    /// Found by tools/fuzz, which also watches what it costs: seconds, with Foundation's search.
    @Test(.timeLimit(.minutes(patience)))
    func aThousandLinesAreHidden() {
        let lines = (0..<1000).map { "a\(100 + $0)" }
        let echo = String(repeating: "aaa a999 ", count: 400)
        let expected = [String](repeating: "aaa …", count: 400).joined(separator: " ")
        #expect(Words.clean(echo, hiding: lines)?.string == String(expected.prefix(2000)))
    }

    /// Equal as strings, though not as bytes.
    @Test func everyWayToWriteALineIsHidden() {
        let ways = ["caf\u{E9}", "cafe\u{301}"]
        #expect(Words.clean("1 \(ways[0]) 2 \(ways[1]) 3", hiding: ways)?.string == "1 … 2 … 3")
    }

    @Test func numbersThatWouldBeRoundedAreNoIds() {
        #expect(json(#"{"a":123456789012345678901}"#)?.text("a") == nil)
        #expect(json(#"{"a":9007199254740993}"#)?.text("a") == "9007199254740993")
        #expect(json(#"{"a":true,"b":null,"c":1.5}"#)?.text("a") == "true")
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        #expect(Answer([0x22, 0xFF, 0x22], type: "application/json", format: .json) == nil)
    }

    static let types: [(String?, Bool)] = [
        ("application/json", true), ("application/json; charset=utf-8", true),
        ("TEXT/JSON", true), ("application/hal+json", true), (nil, true), ("text/xml", false),
        ("text/html", false), ("text/plain", false), ("", false),
    ]

    @Test(arguments: types)
    func theTypeSaysHowToRead(_ type: String?, _ isJSON: Bool) {
        #expect((answer("[]", type: type) != nil) == isJSON)
    }

    @Test(arguments: [
        #"[{"id":"1"},{"id":"2"}]"#, #"{"requests":[{"id":"1"},{"id":"2"}]}"#,
        #"{"requests":{"request":[{"id":"1"},{"id":"2"}]}}"#,
    ])
    func listsOfJSONAreFoundWithAndWithoutContainers(_ document: String) {
        let records = json(document)?.records(["requests"], item: "request")
        #expect(records?.map { $0.text("id") } == ["1", "2"])
    }

    @Test func listsOfXMLAreFound() {
        func ids(_ document: String) -> [String?]? {
            xml(document)?.records(["requests"], item: "request")?.map { $0.text("id") }
        }
        let two = "<request><id>1</id></request><request><id>2</id></request>"
        #expect(ids("<requests>\(two)</requests>") == ["1", "2"])
        #expect(ids("<requests/>") == [])
        #expect(ids("<html>\(two)</html>") == nil)
        #expect(ids("<requests>\(two)<x/></requests>") == nil)
        #expect(ids("<requests>none</requests>") == nil)
    }
}

@Suite struct WordsTests {
    static let texts: [(String, String?)] = [
        ("plain words", "plain words"), ("  a\r\n\tb  ", "a b"), ("a\u{1B}[31mb", "a[31mb"),
        ("a\u{202E}b\u{2066}c\u{0}\u{9B}", "abc"), ("\n\t ", nil), ("", nil), ("ä 漢", "ä 漢"),
    ]

    @Test(arguments: texts)
    func textsBecomeOneLineWithoutControlCharacters(_ text: String, _ expected: String?) {
        #expect(Words.clean(text)?.string == expected)
    }

    @Test func textsAreCutAtTwoThousandCharacters() {
        let long = String(repeating: "ä", count: 2001)
        #expect(Words.clean(long)?.string.unicodeScalars.count == 2000)
        #expect(Words.clean(String(long.dropLast()))?.string.unicodeScalars.count == 2000)
    }

    @Test func whatWasSentDoesNotComeBack() {
        let text = "bad e-mail z@example.org in 'They shouted at me near\nthe station'"
        let hidden = Words.clean(
            text, hiding: ["z@example.org", "They shouted at me near the station"])
        #expect(hidden == "bad e-mail … in '…'")
    }

    static let ids: [(String?, AuthorityID)] = [
        (nil, .missing), ("293944", .valid("293944")), ("A-1 / b.c", .valid("A-1 / b.c")),
        ("", .invalid), ("  ", .invalid), ("12\n", .invalid), ("1\u{7F}", .invalid),
        ("ä", .invalid), (String(repeating: "1", count: 129), .invalid),
        (
            String(repeating: "1", count: 128),
            .valid(Text(String(repeating: "1", count: 128)))
        ),
    ]

    @Test(arguments: ids)
    func idsArePrintableASCIIUpToALimit(_ text: String?, _ expected: AuthorityID) {
        #expect(AuthorityID(text) == expected)
    }

    static let waits: [(String?, UInt64?)] = [
        (nil, nil), ("120", 120), (" 7 ", 7), ("0", 0), ("-1", nil), ("1.5", nil), ("", nil),
        ("Wed, 21 Oct 2026 07:28:00 GMT", nil), ("99999999999999999999999", 86400),
    ]

    @Test(arguments: waits)
    func retryAfterIsReadInSeconds(_ header: String?, _ expected: UInt64?) {
        #expect(Reply.seconds(header) == expected)
    }

    static let days: [(UInt64, String)] = [
        (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"), (1_788_739_200, "2026-09-07T00:00:00Z"),
        (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
    ]

    @Test(arguments: days)
    func timesAreWrittenAsTheStandardWantsThem(_ seconds: UInt64, _ expected: String) {
        #expect(WallTime(seconds: seconds).iso8601 == expected)
    }
}
