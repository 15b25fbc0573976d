import Testing
import VitalsBytes

@testable import VitalsOTLP

/// A message in protobuf, put together by hand.
struct HandMadeMessage {
    var bytes: [UInt8] = []

    private func tag(_ field: Int, _ type: Int) -> [UInt8] { Self.varint(UInt64(field << 3 | type)) }

    static func varint(_ number: UInt64) -> [UInt8] {
        number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7F | 0x80)] + varint(number >> 7)
    }

    static func fixed(_ number: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

    func number(_ field: Int, _ number: UInt64) -> Self { Self(bytes: bytes + tag(field, 0) + Self.varint(number)) }
    func fixed(_ field: Int, _ number: UInt64) -> Self { Self(bytes: bytes + tag(field, 1) + Self.fixed(number)) }
    func double(_ field: Int, _ number: Double) -> Self { fixed(field, number.bitPattern) }

    func short(_ field: Int, _ number: UInt32) -> Self {
        Self(bytes: bytes + tag(field, 5) + Self.fixed(UInt64(number)).prefix(4))
    }

    func data(_ field: Int, _ data: [UInt8]) -> Self {
        Self(bytes: bytes + tag(field, 2) + Self.varint(UInt64(data.count)) + data)
    }

    func text(_ field: Int, _ text: String) -> Self { data(field, Array(text.utf8)) }
    func message(_ field: Int, _ body: (Self) -> Self) -> Self { data(field, body(Self()).bytes) }
}

@Suite("OTLP in JSON")
struct OTLPJSONTests {
    private func json(_ message: HandMadeMessage, _ signal: Signal = .metrics) -> String? {
        var output = ByteBuffer()
        output.append(text: "before:")
        let isWritten = message.bytes.withUnsafeBytes { OTLPJSON.append($0, signal, to: &output) }
        let text = String(decoding: output.bytes, as: UTF8.self)
        #expect(text.hasPrefix("before:"))
        #expect(isWritten || text == "before:")
        return isWritten ? String(text.dropFirst(7)) : nil
    }

    /// The text of one metric.
    private func metric(_ body: (HandMadeMessage) -> HandMadeMessage) -> String? {
        let message = HandMadeMessage().message(1) { $0.message(2) { $0.message(2, body) } }
        let start = #"{"resourceMetrics":[{"scopeMetrics":[{"metrics":["#
        return json(message).map { String($0.dropFirst(start.count).dropLast("]}]}]}".count)) }
    }

    @Test("A whole request, with resource, scope and every kind of attribute")
    func wholeRequest() {
        let message = HandMadeMessage().message(1) { metrics in
            metrics.message(1) { resource in
                resource
                    .message(1) { $0.text(1, "s").message(2) { $0.text(1, "a\"\\\n\u{1}é😀") } }
                    .message(1) { $0.text(1, "b").message(2) { $0.number(2, 1) } }
                    .message(1) { $0.text(1, "i").message(2) { $0.number(3, UInt64(bitPattern: -5)) } }
                    .message(1) { $0.text(1, "d").message(2) { $0.double(4, 0.1) } }
                    .message(1) { $0.text(1, "l").message(2) { $0.message(5) { $0.message(1) { $0.number(2, 0) } } } }
                    .message(1) {
                        $0.text(1, "m").message(2) {
                            $0.message(6) { $0.message(1) { $0.text(1, "k").message(2) { $0 } } }
                        }
                    }
                    .message(1) { $0.text(1, "y").message(2) { $0.data(7, [0xFB, 0xFF]) } }
                    .number(2, 3)
            }
            .message(2) { $0.message(1) { $0.text(1, "scope").text(2, "1.0") }.text(3, "url") }
            .text(3, "schema")
        }
        #expect(
            json(message) == #"""
                {"resourceMetrics":[{"resource":{"attributes":[\#
                {"key":"s","value":{"stringValue":"a\"\\\u000a\u0001é😀"}},\#
                {"key":"b","value":{"boolValue":true}},\#
                {"key":"i","value":{"intValue":"-5"}},\#
                {"key":"d","value":{"doubleValue":0.1}},\#
                {"key":"l","value":{"arrayValue":{"values":[{"boolValue":false}]}}},\#
                {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{}}]}}},\#
                {"key":"y","value":{"bytesValue":"+/8="}}],"droppedAttributesCount":3},\#
                "scopeMetrics":[{"scope":{"name":"scope","version":"1.0"},"schemaUrl":"url"}],"schemaUrl":"schema"}]}
                """#)
    }

    @Test("A sum and its exemplar")
    func sum() {
        let text = metric {
            $0.text(1, "n").text(2, "d").text(3, "u").message(7) {
                $0.message(1) {
                    $0.message(7) { $0.text(1, "k").message(2) { $0.text(1, "v") } }.fixed(2, 1).fixed(3, .max)
                        .fixed(6, UInt64(bitPattern: -7)).message(5) {
                            $0.fixed(2, 9).double(3, 2.5).data(4, [1, 2, 3, 4, 5, 6, 7, 0xFF])
                                .data(5, [UInt8](repeating: 0xAB, count: 16))
                        }
                        .number(8, 1)
                }
                .number(2, 2).number(3, 1)
            }
        }
        #expect(
            text == #"""
                {"name":"n","description":"d","unit":"u","sum":{"dataPoints":[\#
                {"attributes":[{"key":"k","value":{"stringValue":"v"}}],"startTimeUnixNano":"1",\#
                "timeUnixNano":"18446744073709551615","asInt":"-7","exemplars":[{"timeUnixNano":"9","asDouble":2.5,\#
                "spanId":"01020304050607ff","traceId":"abababababababababababababababab"}],"flags":1}],\#
                "aggregationTemporality":2,"isMonotonic":true}}
                """#)
    }

    @Test(
        "A gauge with each kind of double",
        arguments: [
            (0, "0"), (-0.0, "-0.0"), (17, "17"), (1e300, "1e+300"), (.leastNonzeroMagnitude, "5e-324"), (0.1, "0.1"),
            (.nan, #""NaN""#), (.infinity, #""Infinity""#), (-.infinity, #""-Infinity""#),
        ] as [(Double, String)])
    func gauge(_ value: Double, _ text: String) {
        #expect(
            metric { $0.message(5) { $0.message(1) { $0.double(4, value) } } }
                == #"{"gauge":{"dataPoints":[{"asDouble":\#(text)}]}}"#)
    }

    @Test("A histogram, its numbers packed or one by one", arguments: [true, false])
    func histogram(_ isPacked: Bool) {
        let text = metric {
            $0.message(9) {
                $0.message(1) { point in
                    let point = point.fixed(4, 3).double(5, 0)
                    let counted =
                        isPacked
                        ? point.data(6, HandMadeMessage.fixed(1) + HandMadeMessage.fixed(2))
                            .data(7, HandMadeMessage.fixed(Double(0.5).bitPattern))
                        : point.fixed(6, 1).double(7, 0.5).fixed(6, 2)
                    return counted.double(11, 0).double(12, -1)
                }.number(2, 1)
            }
        }
        #expect(
            text == #"""
                {"histogram":{"dataPoints":[{"count":"3","sum":0,"bucketCounts":["1","2"],"explicitBounds":[0.5],\#
                "min":0,"max":-1}],"aggregationTemporality":1}}
                """#)
    }

    @Test("An exponential histogram")
    func exponential() {
        let text = metric {
            $0.message(10) {
                $0.message(1) {
                    $0.fixed(4, 300).number(6, 39).fixed(7, 0)
                        .message(8) { $0.number(1, 3).data(2, [1, 0xAC, 0x02, 0]) }.message(9) { $0.data(2, []) }
                        .double(14, 0.25)
                }
            }
        }
        #expect(
            text == #"""
                {"exponentialHistogram":{"dataPoints":[{"count":"300","scale":-20,"zeroCount":"0",\#
                "positive":{"offset":-2,"bucketCounts":["1","300","0"]},"negative":{"bucketCounts":[]},\#
                "zeroThreshold":0.25}]}}
                """#)
    }

    @Test("A summary")
    func summary() {
        #expect(
            metric { $0.message(11) { $0.message(1) { $0.message(6) { $0.double(1, 0.5).double(2, 3) } } } }
                == #"{"summary":{"dataPoints":[{"quantileValues":[{"quantile":0.5,"value":3}]}]}}"#)
    }

    @Test("Spans")
    func spans() {
        let id: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7]
        let message = HandMadeMessage().message(1) {
            $0.message(2) {
                $0.message(2) {
                    $0.data(1, id + id).data(2, id).text(3, "a=b").data(4, []).short(16, 0x101).text(5, "GET").number(
                        6, 2
                    )
                    .fixed(7, 1).fixed(8, 2).message(11) { $0.fixed(1, 5).text(2, "e") }
                    .message(13) { $0.data(1, id + id).data(2, id).short(6, 1) }.message(15) {
                        $0.text(2, "m").number(3, 2)
                    }
                }
            }
        }
        #expect(
            json(message, .traces) == #"""
                {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"00010203040506070001020304050607",\#
                "spanId":"0001020304050607","traceState":"a=b","parentSpanId":"","flags":257,"name":"GET","kind":2,\#
                "startTimeUnixNano":"1","endTimeUnixNano":"2","events":[{"timeUnixNano":"5","name":"e"}],\#
                "links":[{"traceId":"00010203040506070001020304050607","spanId":"0001020304050607","flags":1}],\#
                "status":{"message":"m","code":2}}]}]}]}
                """#)
    }

    @Test("Parts of a repeated field form one array, wherever they stand; of other fields the last one counts")
    func scattered() {
        let message = HandMadeMessage().message(1) { $0.text(3, "a") }.number(99, 1).short(1, 5).message(1) {
            $0.text(3, "b").text(3, "c").number(3, 1)
        }
        #expect(json(message) == #"{"resourceMetrics":[{"schemaUrl":"a"},{"schemaUrl":"c"}]}"#)
    }

    @Test("An empty request is an empty object")
    func empty() {
        #expect(json(HandMadeMessage()) == "{}")
    }

    @Test("Text that is no UTF-8 is repaired")
    func repairs() {
        let message = HandMadeMessage().message(1) { $0.data(3, [0x61, 0xFF, 0x62]) }
        #expect(json(message) == "{\"resourceMetrics\":[{\"schemaUrl\":\"a\u{FFFD}b\"}]}")
    }

    @Test("What is malformed, and what is nested without end, is refused")
    func refuses() {
        #expect(json(HandMadeMessage(bytes: [0x0A, 0x05, 0x00])) == nil)
        #expect(json(HandMadeMessage().data(1, [0xFF])) == nil)
        // Seven bytes in the place of a number of eight, and a number without an end.
        #expect(metric { $0.message(9) { $0.message(1) { $0.data(6, [1, 2, 3, 4, 5, 6, 7]) } } } == nil)
        #expect(metric { $0.message(10) { $0.message(1) { $0.message(8) { $0.data(2, [0x80]) } } } } == nil)
        func nested(_ depth: Int) -> HandMadeMessage {
            var value = HandMadeMessage().number(2, 1)
            for _ in 0..<depth {
                let inner = value.bytes
                value = HandMadeMessage().message(5) { $0.data(1, inner) }
            }
            let inner = value.bytes
            return HandMadeMessage().message(1) { $0.message(1) { $0.message(1) { $0.data(2, inner) } } }
        }
        #expect(json(nested(40))?.hasSuffix("}") == true)
        #expect(json(nested(60)) == nil)
    }
}
