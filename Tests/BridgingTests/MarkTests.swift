import Bridging
import Model
import Sealing
import Testing
import Wire

@Suite struct MarkTests {
    @Test func aMarkIsTheSameForOneConsentAndSaysNothing() throws {
        let id = try #require(ConsentID([UInt8](repeating: 7, count: 16)))
        let mark = Report.mark(of: id).string
        #expect(mark == Report.mark(of: id).string)
        #expect(mark.count == 24 && mark.hasPrefix("KITH-") && !mark.contains("0707"))
    }
}
