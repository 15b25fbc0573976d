import Foundation
import Testing

@testable import VitalsTracing

@Suite struct ContextEnvironmentTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test(
        arguments: [
            ("traceparent", "TRACEPARENT"), ("tracestate", "TRACESTATE"), ("baggage", "BAGGAGE"), ("b3", "B3"),
            ("X-B3-TraceId", "X_B3_TRACEID"), ("a_b", "A_B"), ("a.b c", "A_B_C"), ("9lives", "_9LIVES"), ("-9", "_9"),
            ("", "_"), ("_", "_"), ("größe", "GR__E"), ("a=b", "A_B"), ("ı", "_"),
        ])
    func theNameOfAVariableFollowsThatOfTheHeader(_ header: String, _ variable: String) {
        #expect(Context.variableName(header) == variable)
    }

    @Test func variablesAreWrittenAndRead() {
        let variables = ["TRACEPARENT": Self.parent, "TRACESTATE": "k=v", "BAGGAGE": "a=b%20c"]
        let context = Context.extract(fromEnvironment: variables, into: Context())
        #expect(context.spanContext.isRemote)
        #expect(context.baggage == ["a": "b c"])
        var written = ["BAGGAGE": "old", "PATH": "/bin"]
        context.inject(intoEnvironment: &written)
        #expect(written == variables.merging(["PATH": "/bin"]) { $1 })
    }

    @Test func theCaseOfVariablesCounts() {
        #expect(
            !Context.extract(fromEnvironment: ["traceparent": Self.parent], into: Context()).spanContext.isValid)
    }

    @Test func otherPropagatorsHaveVariablesToo() {
        var variables: [String: String] = [:]
        var context = Context()
        context.spanContext = SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: .sampled)
        context.inject(intoEnvironment: &variables, by: .b3Multi)
        #expect(Set(variables.keys) == ["X_B3_TRACEID", "X_B3_SPANID", "X_B3_SAMPLED"])
        let read = Context.extract(fromEnvironment: variables, into: Context(), by: .b3)
        #expect(read.spanContext.traceID == context.spanContext.traceID)
        #expect(read.spanContext.isSampled)
    }

    @Test func theVariablesOfTheProcessAreRead() async {
        await #expect(processExitsWith: .success) {
            #expect(!Context.extractFromEnvironment().spanContext.isValid)
            setenv("TRACEPARENT", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", 1)
            setenv("BAGGAGE", "a=b", 1)
            let context = Context.extractFromEnvironment()
            #expect(context.spanContext.spanID.description == "00f067aa0ba902b7")
            #expect(context.baggage == ["a": "b"])
        }
    }
}
