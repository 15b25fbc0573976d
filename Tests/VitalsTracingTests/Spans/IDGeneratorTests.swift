import Synchronization
import Testing
import VitalsMetrics

@testable import VitalsTracing

@Suite struct IDGeneratorTests {
    /// Makes the ids that it is given, one after the other, and zeros when they are used up.
    private final class Scripted: IDGenerator {
        let isRandom: Bool
        private let numbers: Locked<[UInt64]>
        private let calls = Atomic<Int>(0)

        init(isRandom: Bool = false, _ numbers: [UInt64]) {
            self.isRandom = isRandom
            self.numbers = Locked(numbers)
        }

        var count: Int { calls.load(ordering: .relaxed) }

        private func next() -> UInt64 {
            calls.add(1, ordering: .relaxed)
            return numbers.withLock { $0.isEmpty ? 0 : $0.removeFirst() }
        }

        func traceID() -> TraceID { TraceID(high: 0, low: next()) }
        func spanID() -> SpanID { SpanID(next()) }
    }

    private let log = SpanLog()

    private func tracer(_ ids: any IDGenerator, _ sampler: Sampler = .alwaysOn) -> Tracer {
        log.tracer {
            $0.ids = ids
            $0.sampler = sampler
        }
    }

    @Test(arguments: [Sampler.alwaysOn, .alwaysOff, .ratio(0.5)])
    func idsAreThoseOfAGeneratorOfOnesOwn(sampler: Sampler) {
        let tracer = tracer(Scripted([10, 11, 12]), sampler)
        let root = tracer.startSpan("root", parent: Context())
        #expect(root.spanContext.traceID == TraceID(high: 0, low: 10))
        #expect(root.spanContext.spanID == SpanID(11))
        let child = tracer.startSpan("child", parent: root.context)
        #expect(child.spanContext.traceID == TraceID(high: 0, low: 10))
        #expect(child.spanContext.spanID == SpanID(12))
    }

    @Test(arguments: [true, false])
    func aGeneratorSaysWhetherItsIDsAreRandom(isRandom: Bool) {
        let tracer = tracer(Scripted(isRandom: isRandom, [10, 11, 12]))
        let root = tracer.startSpan("root", parent: Context())
        #expect(root.spanContext.flags == (isRandom ? [.sampled, .random] : .sampled))
        let child = tracer.startSpan("child", parent: root.context)
        #expect(child.spanContext.flags == root.spanContext.flags)
    }

    @Test func aGeneratorThatMakesAZeroIsAskedAgain() {
        let ids = Scripted([0, 0, 10, 0, 11])
        let root = tracer(ids).startSpan("root", parent: Context())
        #expect(root.spanContext.traceID == TraceID(high: 0, low: 10))
        #expect(root.spanContext.spanID == SpanID(11))
        #expect(root.spanContext.flags == .sampled)
        #expect(ids.count == 5)
    }

    @Test func oneThatMakesOnlyZerosIsDoneWithout() {
        let ids = Scripted([])
        let tracer = tracer(ids)
        let first = tracer.startSpan("root", parent: Context())
        let second = tracer.startSpan("root", parent: Context())
        #expect(first.spanContext.isValid)
        #expect(second.spanContext.isValid)
        #expect(first.spanContext.traceID != second.spanContext.traceID)
        #expect(first.spanContext.spanID != second.spanContext.spanID)
        #expect(ids.count <= 40)
        // These are random, whatever is said of those of the generator.
        #expect(first.spanContext.flags == [.sampled, .random])
    }

    @Test func thatIsReportedOnce() async {
        await #expect(processExitsWith: .success) {
            struct Zeros: IDGenerator {
                let isRandom = false
                func traceID() -> TraceID { .invalid }
                func spanID() -> SpanID { .invalid }
            }
            let heard = Heard()
            let tracer = SpanLog().tracer { $0.ids = Zeros() }
            for _ in 0..<10 { tracer.startSpan("root", parent: Context()).end() }
            #expect(heard.lines.count == 1)
            #expect(heard.lines.first?.hasPrefix("warning: an id generator made ids of nothing but zeros") == true)
        }
    }
}
