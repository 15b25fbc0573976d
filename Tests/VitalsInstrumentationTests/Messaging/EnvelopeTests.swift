import Testing
import VitalsTracing

@testable import VitalsInstrumentation

@Suite struct EnvelopeTests {
    private static let parent = "00-0000000000000001000000000000000a-000000000000000b-01"

    static let contexts: [(headers: [(String, String)], span: UInt64, baggage: Baggage)] = [
        ([], 0, [:]),
        ([("traceparent", parent)], 0xB, [:]),
        ([("TraceParent", parent), ("Baggage", "tenant=acme")], 0xB, ["tenant": "acme"]),
        ([("traceparent", "nonsense"), ("baggage", "tenant=acme")], 0, ["tenant": "acme"]),
        ([("traceparent", parent), ("traceparent", parent)], 0, [:]),
        ([("b3", "000000000000000a-000000000000000b-1")], 0, [:]),
    ]

    @Test(arguments: contexts)
    func itsContextIsWhatItsHeadersSay(_ row: (headers: [(String, String)], span: UInt64, baggage: Baggage)) {
        let context = Envelope(id: "1", destination: "orders", headers: row.headers).context
        #expect(context.spanContext.spanID.value == row.span)
        #expect(context.baggage == row.baggage)
    }
}
