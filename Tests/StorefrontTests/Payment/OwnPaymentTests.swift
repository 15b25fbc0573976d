import Testing

@testable import storefront

@Suite struct OwnPaymentTests {
    /// With what a shell does instead of the service.
    private func payment(_ script: String) throws -> OwnPayment {
        try OwnPayment(["-c", script], program: "/bin/sh")
    }

    @Test func itsPortsAreKnownAndItsEndIsSeen() async throws {
        let payment = try payment("echo early; echo ports 8081 9465; read line")
        #expect(payment.address.url == "http://localhost:8081")
        #expect(payment.metricsPort == 9465)
        try payment.checkReadiness()
        payment.terminate()
        try await eventually { payment.ending != nil }
        #expect {
            try payment.checkReadiness()
        } throws: {
            "\($0)" == "the shop's own payment service is gone: it was ended by signal 15"
        }
    }

    @Test func whyItDidNotStartIsSaid() throws {
        #expect {
            try payment("echo ports x; exit 1")
        } throws: {
            "\($0)" == "the shop's own payment service did not start: it ended with exit code 1; --payment names one "
                + "that runs already"
        }
    }
}
