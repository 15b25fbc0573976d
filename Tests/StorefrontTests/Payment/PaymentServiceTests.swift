import Glibc
import Testing

@testable import storefront

@Suite struct PaymentServiceTests {
    @Test func anInputIsClosedWhenItsOtherEndIs() {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        #expect(!PaymentService.isClosed(ends[0]))
        #expect(write(ends[1], "x", 1) == 1)
        #expect(!PaymentService.isClosed(ends[0]))
        #expect(!PaymentService.isClosed(ends[0]))
        close(ends[1])
        #expect(PaymentService.isClosed(ends[0]))
        close(ends[0])
    }

    @Test func anInputThatNobodyWritesIsClosed() {
        let nothing = open("/dev/null", O_RDONLY)
        #expect(PaymentService.isClosed(nothing))
        close(nothing)
    }
}
