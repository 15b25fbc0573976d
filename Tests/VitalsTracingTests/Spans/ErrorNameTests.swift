import Testing

@testable import VitalsTracing

private struct Refused: Error {}

/// What errors are called.
@Suite struct ErrorNameTests {
    enum Trouble: Error { case any }

    @Test func theNameHasTheModuleAndNoAddress() {
        struct Local: Error {}
        #expect(ErrorName.of(CancellationError()) == "Swift.CancellationError")
        #expect(ErrorName.of(Trouble.any) == "VitalsTracingTests.ErrorNameTests.Trouble")
        #expect(ErrorName.of(Refused()) == "VitalsTracingTests.Refused")
        #expect(ErrorName.of(Local()).hasSuffix("Local"))
        #expect(!ErrorName.of(Local()).contains("$"))
    }
}
