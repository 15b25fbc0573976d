import Testing
import VitalsTracing

@Suite struct SmokeTests {
    @Test func nothing() {
        #expect(withSpan("x") { !$0.spanContext.isValid })
    }
}
