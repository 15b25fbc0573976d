import Testing
import VitalsMetrics

struct RegistryClaimTests {
    @Test func aSubjectBelongsToOneAtATime() throws {
        let registry = Registry()
        let meter = registry.meter("one")
        let first = try #require(meter.claim("process"))
        #expect(registry.meter("two").claim("process") == nil)
        #expect(meter.claim("other") != nil)
        #expect(Registry().meter("one").claim("process") != nil)
        first.release()
        let second = try #require(meter.claim("process"))
        // What was given back is not given back again, when it is another's.
        first.release()
        #expect(meter.claim("process") == nil)
        second.release()
    }
}
