import Seeking
import Testing

@Suite struct CodeListTests {
    @Test func aListKnowsItsNamesByNumber() {
        #expect(CodeList.bias.names.count == 10)
    }
}
