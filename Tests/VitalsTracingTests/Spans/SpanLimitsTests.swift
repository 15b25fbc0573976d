import Testing
import VitalsMetrics
import VitalsTracing

@Suite struct SpanLimitsTests {
    private let log = SpanLog()

    private func tracer(_ change: (inout SpanLimits) -> Void) -> Tracer {
        log.tracer { change(&$0.limits) }
    }

    private func numbered(_ count: Int) -> Attributes {
        Attributes((0..<count).map { ("key \($0 + 1000)", .int($0)) })
    }

    private let link = SpanContext(traceID: .random(), spanID: .random())

    @Test func theDefaultsAreThoseOfOpenTelemetry() {
        let limits = SpanLimits()
        #expect(limits.attributes == 128)
        #expect(limits.valueLength == nil)
        #expect(limits.events == 128)
        #expect(limits.links == 128)
        #expect(limits.attributesPerEvent == 128)
        #expect(limits.attributesPerLink == 128)
        let span = log.tracer().startSpan(
            "work", attributes: numbered(130), links: (0..<130).map { _ in SpanLink(link, attributes: numbered(129)) },
            parent: Context())
        for _ in 0..<131 { span.addEvent("event", attributes: numbered(130)) }
        span.end()
        let ended = log["work"]
        #expect(ended?.attributes == numbered(128))
        #expect(ended?.droppedAttributes == 2)
        #expect(ended?.links.count == 128)
        #expect(ended?.droppedLinks == 2)
        #expect(ended?.links.first?.attributes == numbered(128))
        #expect(ended?.links.first?.droppedAttributes == 1)
        #expect(ended?.events.count == 128)
        #expect(ended?.droppedEvents == 3)
        #expect(ended?.events.last?.attributes == numbered(128))
        #expect(ended?.events.last?.droppedAttributes == 2)
    }

    @Test(arguments: [0, 1, 2, 3])
    func aKeyBeyondTheLimitIsDroppedAndOneWithinItOverwritten(limit: Int) {
        let tracer = tracer { $0.attributes = limit }
        let span = tracer.startSpan("set", parent: Context())
        let began = tracer.startSpan("began", attributes: ["a": 1, "b": 1, "c": 1, "a": 2, "c": 2], parent: Context())
        for key in ["a", "b", "c"] { span[key] = 1 }
        for key in ["a", "c"] { span[key] = 2 }
        span.end()
        began.end()
        let all: [(String, AttributeValue)] = [("a", 2), ("b", 1), ("c", 2)]
        #expect(log["began"]?.attributes == Attributes(all.prefix(limit)))
        #expect(log["began"]?.droppedAttributes == 3 - limit)
        #expect(log["set"]?.attributes == Attributes(all.prefix(limit)))
        // When they come one by one, nobody remembers which were dropped already.
        #expect(log["set"]?.droppedAttributes == [5, 3, 2, 0][limit])
    }

    @Test func whatIsTakenOutMakesRoom() {
        let span = tracer { $0.attributes = 1 }.startSpan("work", attributes: ["a": 1], parent: Context())
        span["a"] = nil
        span["b"] = 2
        span.end()
        #expect(log["work"]?.attributes == ["b": 2])
        #expect(log["work"]?.droppedAttributes == 0)
    }

    @Test func whatASamplerAddsCountsToo() {
        let tracer = log.tracer {
            $0.limits.attributes = 2
            $0.sampler = Sampler("own") { _ in SamplingResult(.recordAndSample, attributes: ["s": 1, "t": 1]) }
        }
        tracer.startSpan("work", attributes: ["a": 1], parent: Context()).end()
        #expect(log["work"]?.attributes == ["a": 1, "s": 1])
        #expect(log["work"]?.droppedAttributes == 1)
    }

    @Test(arguments: [0, 1, 2])
    func newEventsAndLinksBeyondTheLimitAreDropped(limit: Int) {
        let span = tracer {
            $0.events = limit
            $0.links = limit
        }.startSpan("work", links: [SpanLink(link, attributes: ["n": 1])], parent: Context())
        for number in 1...3 { span.addEvent("\(number)") }
        for number in 2...3 { span.addLink(link, attributes: ["n": .int(number)]) }
        span.end()
        #expect(log["work"]?.events.map(\.name) == Array(["1", "2"].prefix(limit)))
        #expect(log["work"]?.droppedEvents == 3 - limit)
        #expect(log["work"]?.links.map { $0.attributes["n"] } == Array([1, 2].prefix(limit)))
        #expect(log["work"]?.droppedLinks == 3 - limit)
    }

    @Test(arguments: [0, 1, 2])
    func attributesOfEventsAndLinksHaveLimitsOfTheirOwn(limit: Int) {
        let span = tracer {
            $0.attributes = 100
            $0.attributesPerEvent = limit
            $0.attributesPerLink = limit
        }.startSpan("work", parent: Context())
        span.addEvent("event", attributes: ["a": 1, "b": 2, "c": 3, "a": 4])
        span.addLink(link, attributes: ["a": 1, "b": 2, "c": 3, "a": 4])
        span.end()
        let expected = Attributes([("a", 4), ("b", 2), ("c", 3)].prefix(limit).map { ($0.0, .int($0.1)) })
        #expect(log["work"]?.events.map(\.attributes) == [expected])
        #expect(log["work"]?.events.map(\.droppedAttributes) == [3 - limit])
        #expect(log["work"]?.links.map(\.attributes) == [expected])
        #expect(log["work"]?.links.map(\.droppedAttributes) == [3 - limit])
        #expect(log["work"]?.droppedAttributes == 0)
    }

    /// Characters are code points, as they are for other languages' SDKs.
    @Test(arguments: [
        (0, "", ["", ""]), (1, "ż", ["é", "l"]), (2, "żó", ["é👋", "lo"]), (3, "żół", ["é👋!", "lon"]),
        (4, "żółć", ["é👋!", "long"]), (nil, "żółć", ["é👋!", "longer"]),
    ])
    func textsAreCutByCharacters(length: Int?, text: String, texts: [String]) {
        let given: Attributes = [
            "text": "żółć", "texts": .strings(["é👋!", "longer"]), "int": 123_456, "ints": .ints([123_456]),
            "double": 0.123456, "doubles": .doubles([0.123456]), "bool": false, "bools": .bools([true]),
        ]
        var expected = given
        expected["text"] = .string(text)
        expected["texts"] = .strings(texts)
        let span = tracer { $0.valueLength = length }.startSpan(
            "began", attributes: given, links: [SpanLink(link, attributes: given)], parent: Context())
        span.addEvent("event", attributes: given)
        span.addLink(link, attributes: given)
        span.end()
        let set = tracer { $0.valueLength = length }.startSpan("set", parent: Context())
        set.setAttributes(given)
        set.end()
        #expect(log["began"]?.attributes == expected)
        #expect(log["began"]?.events.map(\.attributes) == [expected])
        #expect(log["began"]?.links.map(\.attributes) == [expected, expected])
        #expect(log["set"]?.attributes == expected)
        // To be cut is not to be dropped.
        #expect(log.ended.allSatisfy { $0.droppedAttributes == 0 })
    }

    @Test func aMarkThatBelongsToALetterIsACharacterOfItsOwn() {
        let span = tracer { $0.valueLength = 1 }.startSpan("work", attributes: ["a": "e\u{301}x"], parent: Context())
        span.end()
        #expect(log["work"]?.attributes == ["a": "e"])
    }

    /// Nonsense must not end the program.
    @Test(arguments: [-1, Int.min])
    func negativeLimitsAreAsGoodAsZero(limit: Int) {
        let span = tracer {
            $0 = SpanLimits()
            $0.attributes = limit
            $0.valueLength = limit
            $0.events = limit
            $0.links = limit
            $0.attributesPerEvent = limit
            $0.attributesPerLink = limit
        }.startSpan("work", attributes: ["a": "x"], links: [SpanLink(link, attributes: ["a": 1])], parent: Context())
        span["b"] = "x"
        span.addEvent("event", attributes: ["a": 1])
        span.end()
        #expect(log["work"]?.attributes == [:])
        #expect(log["work"]?.droppedAttributes == 2)
        #expect(log["work"]?.droppedEvents == 1)
        #expect(log["work"]?.droppedLinks == 1)
        tracer {
            $0.attributesPerEvent = limit
            $0.valueLength = limit
        }.withSpan("event", attributes: ["a": "x"]) { $0.addEvent("event", attributes: ["a": 1]) }
        #expect(log["event"]?.events.map(\.droppedAttributes) == [1])
        #expect(log["event"]?.attributes == ["a": ""])
    }

    @Test func limitsWithoutEndReserveNothing() {
        let span = tracer {
            $0.attributes = .max
            $0.valueLength = .max
            $0.events = .max
            $0.links = .max
            $0.attributesPerEvent = .max
            $0.attributesPerLink = .max
        }.startSpan("work", attributes: ["a": "x", "a": "y"], parent: Context())
        span["b"] = "z"
        span.addEvent("event", attributes: ["a": 1])
        span.addLink(link, attributes: ["a": 1])
        span.end()
        #expect(log["work"]?.attributes == ["a": "y", "b": "z"])
    }

    @Test(arguments: ["attributes", "events", "links", "of an event", "of a link", "at the beginning"])
    func whatIsDroppedIsReported(what: String) async {
        await #expect(processExitsWith: .success) { [what] in
            let heard = Heard()
            let log = SpanLog()
            let tracer = log.tracer {
                $0.limits.attributes = 1
                $0.limits.events = 1
                $0.limits.links = 1
                $0.limits.attributesPerEvent = 1
                $0.limits.attributesPerLink = 1
            }
            let link = SpanContext(traceID: .random(), spanID: .random())
            tracer.withSpan("modest", attributes: ["a": 1], links: [SpanLink(link, attributes: ["a": 1])]) { span in
                span["a"] = 2
                span.addEvent("event", attributes: ["a": 1])
            }
            #expect(heard.lines == [])
            for _ in 0..<3 {
                let links = what == "at the beginning" ? [SpanLink(link), SpanLink(link)] : []
                tracer.withSpan("greedy", links: links) { span in
                    for number in 0..<10 {
                        switch what {
                        case "attributes": span["\(number)"] = 1
                        case "events": span.addEvent("event")
                        case "links": span.addLink(link)
                        case "of an event": span.addEvent("event", attributes: ["a": 1, "b": 2])
                        case "of a link": span.addLink(link, attributes: ["a": 1, "b": 2])
                        default: break
                        }
                    }
                }
            }
            // Once for them all: the numbers are on each span.
            #expect(heard.lines.count == 1)
            #expect(heard.lines.first?.hasPrefix("warning: the span \"greedy\" has more than its limits allow") == true)
        }
    }
}
