import Testing
import VitalsMetrics
import VitalsTracing

@Suite struct SpanTests {
    private let log = SpanLog()

    private func span(_ configure: (inout TracingConfiguration) -> Void = { _ in }) -> Span {
        log.tracer(configure).startSpan("work", parent: Context())
    }

    private var ended: FinishedSpan? { log["work"] }

    // MARK: attributes

    @Test func anAttributeIsSetReadOverwrittenAndTakenOut() {
        let span = span()
        span["a"] = 1
        span["b"] = "text"
        span["a"] = 2.5
        #expect(span["a"] == 2.5)
        #expect(span["missing"] == nil)
        span["b"] = nil
        span["missing"] = nil
        #expect(span["b"] == nil)
        span.setAttributes(["c": true, "a": "other"])
        span[""] = 1
        span.end()
        #expect(ended?.attributes == ["a": "other", "c": true])
        #expect(ended?.droppedAttributes == 0)
    }

    @Test func allKindsOfValuesAreKept() {
        let attributes: Attributes = [
            "string": "żółć 👋", "bool": true, "int": .int(.min), "double": 0.1, "strings": .strings(["a", ""]),
            "bools": .bools([true]), "ints": .ints([]), "doubles": .doubles([-0.5, .infinity]), "ключ": 1,
        ]
        let tracer = log.tracer()
        tracer.startSpan("work", attributes: attributes, parent: Context()).end()
        #expect(ended?.attributes == attributes)
        let span = tracer.startSpan("later", parent: Context())
        span.setAttributes(attributes)
        span.end()
        #expect(log["later"]?.attributes == attributes)
    }

    @Test func attributesStayInTheOrderGiven() {
        let span = span()
        for key in ["c", "a", "b"] { span[key] = 1 }
        span["a"] = 2
        span.end()
        #expect(ended?.attributes.given.map(\.0) == ["c", "a", "b"])
    }

    @Test func ofAttributesThatASpanBeginsWithTheLastOfAKeyCounts() {
        log.tracer().startSpan("work", attributes: ["a": 1, "b": 2, "a": 3, "": 4], parent: Context()).end()
        #expect(ended?.attributes == ["a": 3, "b": 2])
        #expect(ended?.attributes.given.count == 2)
        #expect(ended?.droppedAttributes == 0)
    }

    // MARK: name, status

    @Test func aNewNameIsNoNewDecision() {
        let asked = Requests()
        let span = log.tracer { $0.sampler = asked.sampler }.startSpan("old", parent: Context())
        span.updateName("new")
        span.end()
        #expect(log.names == ["new"])
        #expect(asked.all.map(\.name) == ["old"])
    }

    /// Ok is final, an error can become ok, nothing becomes unset; of several errors the last one counts.
    @Test(
        arguments: [
            ([], .unset), ([.unset], .unset), ([.error("a")], .error("a")), ([.error("a"), .error("b")], .error("b")),
            ([.error("a"), .unset], .error("a")), ([.error("a"), .ok], .ok), ([.ok, .error("a")], .ok),
            ([.ok, .unset], .ok), ([.unset, .ok, .error("a"), .unset], .ok), ([.error("")], .error("")),
        ] as [([SpanStatus], SpanStatus)])
    func aStatusOnlyRises(said: [SpanStatus], expected: SpanStatus) {
        let span = span()
        for status in said { span.setStatus(status) }
        span.end()
        #expect(ended?.status == expected)
    }

    // MARK: events, links, errors

    @Test func eventsStayInTheirOrder() {
        let span = span()
        span.addEvent("late", attributes: ["a": 1, "a": 2], at: 900)
        span.addEvent("early", at: 100)
        span.addEvent("now")
        span.end()
        #expect(ended?.events.map(\.name) == ["late", "early", "now"])
        #expect(ended?.events.map(\.time).prefix(2) == [900, 100])
        #expect(ended?.events.first?.attributes == ["a": 2])
        guard let ended, let now = ended.events.last?.time else { return }
        #expect((ended.start...ended.end).contains(now))
    }

    @Test func linksAreThoseOfTheBeginningAndThenThoseAdded() {
        let first = SpanContext(traceID: .random(), spanID: .random(), flags: .sampled, isRemote: true)
        let second = SpanContext(traceID: .random(), spanID: .random())
        let span = log.tracer().startSpan("work", links: [SpanLink(first)], parent: Context())
        span.addLink(second, attributes: ["a": 1])
        span.addLink(first)
        span.end()
        #expect(ended?.links == [SpanLink(first), SpanLink(second, attributes: ["a": 1]), SpanLink(first)])
    }

    @Test func aLinkToNoSpanIsKeptOnlyIfItSaysSomethingElse() {
        let state = TraceState().setting("vendor", "1")
        let withState = SpanContext(traceID: .invalid, spanID: SpanID(1), traceState: state)
        let links = [
            SpanLink(.invalid), SpanLink(.invalid, attributes: ["a": 1]), SpanLink(withState),
            SpanLink(SpanContext(traceID: .random(), spanID: .invalid)),
        ]
        log.tracer().startSpan("work", links: links, parent: Context()).end()
        #expect(ended?.links == [links[1], links[2]])
        #expect(ended?.droppedLinks == 0)
        let span = log.tracer().startSpan("later", parent: Context())
        for link in links { span.addLink(link.context, attributes: link.attributes) }
        span.end()
        #expect(log["later"]?.links == [links[1], links[2]])
    }

    @Test func anErrorIsAnEventAndNoStatus() {
        let span = span()
        span.recordError(Mishap())
        span.recordError(Mishap(), attributes: ["exception.message": "given", "exception.escaped": false])
        span.end()
        #expect(ended?.events.map(\.name) == ["exception", "exception"])
        #expect(
            ended?.events.map(\.attributes) == [
                ["exception.type": "VitalsTracingTests.Mishap", "exception.message": "the cart is empty"],
                [
                    "exception.type": "VitalsTracingTests.Mishap", "exception.message": "given",
                    "exception.escaped": false,
                ],
            ])
        #expect(ended?.status == .unset)
    }

    // MARK: end

    @Test func theFirstEndCountsAndNothingAfterIt() {
        let span = span()
        span["a"] = 1
        #expect(span.isRecording)
        span.end(at: 5000)
        let before = ended
        #expect(!span.isRecording)
        span.end(at: 9000)
        span.end()
        span["a"] = 2
        span["b"] = 3
        span["a"] = nil
        span.setAttributes(["c": 1])
        span.addEvent("late")
        span.addLink(SpanContext(traceID: .random(), spanID: .random()))
        span.setStatus(.error("late"))
        span.recordError(Mishap())
        span.updateName("late")
        #expect(log.names == ["work"])
        #expect(before?.end == 5000)
        #expect(before?.attributes == ["a": 1])
        #expect(before?.events == [])
        #expect(before?.links == [])
        #expect(before?.status == .unset)
        #expect(before?.name == "work")
    }

    @Test func ofManyThreadsOneEndsIt() async {
        let span = span()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    for step in 0..<100 {
                        span["\(number)"] = .int(step)
                        span.addEvent("event")
                    }
                    span.end()
                }
            }
        }
        #expect(log.ended.count == 1)
    }

    @Test func whatManyThreadsSayIsKept() async {
        let span = span {
            $0.limits.events = 1000
            $0.limits.attributes = 1000
        }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    for step in 0..<100 {
                        span["\(number) \(step)"] = .int(step)
                        span.addEvent("\(number)", attributes: ["step": .int(step)])
                    }
                }
            }
        }
        span.end()
        #expect(ended?.attributes.count == 800)
        for number in 0..<8 {
            let steps = ended?.events.filter { $0.name == "\(number)" }.map { $0.attributes["step"] }
            #expect(steps == (0..<100).map { .int($0) })
        }
    }

    @Test func aSpanThatHasEndedIsAParentAndLeavesItsChildrenOpen() {
        let tracer = log.tracer()
        let parent = tracer.startSpan("work", parent: Context())
        let open = tracer.startSpan("open", parent: parent.context)
        withContext(parent.context) {
            parent.end()
            #expect(Span.current.spanContext == parent.spanContext)
            #expect(open.isRecording)
            tracer.withSpan("late") { #expect($0.isRecording) }
        }
        open.end()
        #expect(log.names == ["work", "late", "open"])
        #expect(log.ended.dropFirst().allSatisfy { $0.parentID == parent.spanContext.spanID })
    }

    @Test func noSpanEndsBeforeItBeganUnlessThatIsSaid() {
        let spans = (0..<200).map { _ in span() }
        for span in spans { span.end() }
        #expect(log.ended.allSatisfy { $0.end >= $0.start && $0.duration >= .zero })
        let tracer = log.tracer()
        tracer.startSpan("backwards", parent: Context(), at: 5000).end(at: 1000)
        #expect(log["backwards"]?.end == 1000)
        #expect(log["backwards"]?.duration == .zero)
    }

    @Test func aSpanThatIsNotRecordedTakesNothing() {
        let span = log.tracer { $0.sampler = .alwaysOff }.startSpan("work", attributes: ["a": 1], parent: Context())
        span["b"] = 1
        span.addEvent("event")
        span.addLink(.invalid, attributes: ["a": 1])
        span.setStatus(.ok)
        span.recordError(Mishap())
        span.updateName("other")
        span.end()
        #expect(span["a"] == nil)
        #expect(!span.isRecording)
        #expect(log.ended.isEmpty)
    }
}
