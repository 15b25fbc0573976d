import Testing
import VitalsTesting

@testable import VitalsTracing

@Suite struct BaggageCurrentTests {
    private struct Failure: Error, Equatable {
        let number: Int
    }

    @Test func baggageIsAddedForAWhile() {
        let value = withBaggage(["a": "1", "b": "2"]) {
            withBaggage(["b": "3", "c": "4"]) {
                #expect(Baggage.current == ["a": "1", "b": "3", "c": "4"])
            }
            #expect(Baggage.current == ["a": "1", "b": "2"])
            return Baggage.current["a"]
        }
        #expect(value == "1")
        #expect(Baggage.current.isEmpty)
    }

    @Test func baggageIsReplacedOrHiddenForAWhile() {
        withBaggage(["a": "1"]) {
            withBaggage(["b": "2"], replacing: true) { #expect(Baggage.current == ["b": "2"]) }
            withBaggage([:], replacing: true) { #expect(Baggage.current.isEmpty) }
            withBaggage([:]) { #expect(Baggage.current == ["a": "1"]) }
        }
    }

    @Test func baggageFollowsATaskAndItsChildren() async {
        await withBaggage(["a": "1"]) {
            await Task.yield()
            #expect(Baggage.current["a"] == "1")
            async let child = Baggage.current["a"]
            #expect(await child == "1")
            await withBaggage(["b": "2"]) {
                await Task.yield()
                #expect(Baggage.current == ["a": "1", "b": "2"])
            }
            await Task.detached { #expect(Baggage.current.isEmpty) }.value
        }
    }

    @Test func errorsKeepTheirType() async {
        do throws(Failure) {
            try withBaggage(["a": "1"]) { () throws(Failure) in throw Failure(number: 1) }
        } catch {
            #expect(error.number == 1)
        }
        do throws(Failure) {
            try await withBaggage(["a": "1"]) { () async throws(Failure) in
                await Task.yield()
                throw Failure(number: 2)
            }
        } catch {
            #expect(error.number == 2)
        }
        #expect(Baggage.current.isEmpty)
    }

    @Test func theCurrentSpanStays() {
        let provider = TracerProvider()
        provider.start(TracingConfiguration())
        defer { _ = provider.shutdown() }
        provider.tracer("t").withSpan("outer") { outer in
            withBaggage(["a": "1"]) {
                #expect(Context.current.span.isRecording)
                #expect(Context.current.spanContext == outer.spanContext)
                // A span that begins with baggage takes it on, and its record must not bring it back.
                provider.tracer("t").withSpan("inner") { inner in
                    #expect(Baggage.current == ["a": "1"])
                    withBaggage([:], replacing: true) {
                        #expect(Baggage.current.isEmpty)
                        #expect(Context.current.span.isRecording)
                        #expect(Context.current.spanContext == inner.spanContext)
                    }
                }
            }
        }
    }
}
