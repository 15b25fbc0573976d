import Testing
import VitalsEndpoint

@Suite struct ScrapeRequestTests {
    @Test func requestsForTheSameThingAreEqual() {
        #expect(ScrapeRequest(accept: "text/plain") == ScrapeRequest(accept: "text/plain"))
        #expect(ScrapeRequest(accept: "text/plain") != ScrapeRequest(accept: "text/plain", names: ["a"]))
    }
}
