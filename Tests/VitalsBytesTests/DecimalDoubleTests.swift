import Glibc
import Testing
import VitalsBytes

@Suite struct DecimalDoubleTests {
    @Test(
        arguments: [
            (0, "0", "0.0"), (-0.0, "0", "0.0"), (1, "1", "1.0"), (-1, "-1", "-1.0"), (17, "17", "17.0"),
            (.nan, "NaN", "NaN"), (-.nan, "NaN", "NaN"), (.signalingNaN, "NaN", "NaN"),
            (.infinity, "+Inf", "+Inf"), (-.infinity, "-Inf", "-Inf"),
            (100_000, "100000", "100000.0"), (999_999, "999999", "999999.0"), (-999_999, "-999999", "-999999.0"),
        ] as [(Double, String, String)])
    func wholeNumbersHaveAPointOnlyInOpenMetrics(number: Double, text: String, openMetrics: String) {
        #expect(written { $0.append(number, as: .text) } == text)
        #expect(written { $0.append(number, as: .openMetrics) } == openMetrics)
    }

    @Test(
        arguments: [
            (1_000_000, "1e+06"), (-1_000_000, "-1e+06"), (1_000_001, "1.000001e+06"), (1_234_567, "1.234567e+06"),
            (123_456_789, "1.23456789e+08"), (999_999.5, "999999.5"), (1_000_000.5, "1.0000005e+06"),
            (123_456.789, "123456.789"), (99.99, "99.99"), (12.5, "12.5"), (1.5, "1.5"), (-2.75, "-2.75"),
            (0.1 + 0.2, "0.30000000000000004"), (0.3, "0.3"), (0.25, "0.25"), (0.005, "0.005"), (0.0625, "0.0625"),
            (0.001, "0.001"), (0.0001, "0.0001"), (0.00012345678901234567, "0.00012345678901234567"),
            (0.00009999, "9.999e-05"), (0.00001, "1e-05"), (-0.000015, "-1.5e-05"), (1e-9, "1e-09"), (1e-10, "1e-10"),
            (1e20, "1e+20"), (1e21, "1e+21"), (1e22, "1e+22"), (1e23, "1e+23"), (1e99, "1e+99"), (1e100, "1e+100"),
            (1e-99, "1e-99"), (1e-100, "1e-100"), (.init(bitPattern: 19), "9.4e-323"),
            (1.2345678901234568e20, "1.2345678901234568e+20"),
            (9_007_199_254_740_991, "9.007199254740991e+15"), (9_007_199_254_740_992, "9.007199254740992e+15"),
            (9_007_199_254_740_994, "9.007199254740994e+15"),
            (1_099_511_627_776, "1.099511627776e+12"), (0x1p-44, "5.684341886080802e-14"),
            (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
            (-.greatestFiniteMagnitude, "-1.7976931348623157e+308"),
            (.leastNormalMagnitude, "2.2250738585072014e-308"), (.leastNonzeroMagnitude, "5e-324"),
            (.init(bitPattern: 2), "1e-323"),
            (.leastNormalMagnitude.nextDown, "2.225073858507201e-308"), (.pi, "3.141592653589793"),
        ] as [(Double, String)])
    func fractionsAndLargeNumbersAreTheSameInBoth(number: Double, text: String) {
        #expect(written { $0.append(number, as: .text) } == text)
        #expect(written { $0.append(number, as: .openMetrics) } == text)
    }

    @Test func randomDoublesReadBackWithTheFewestDigits() {
        var random = SeededNumbers(seed: 2)
        for _ in 0..<manyOrFew(2_000_000, 40_000) { check(Double(bitPattern: random.next())) }
    }

    @Test func subnormalsReadBackWithTheFewestDigits() {
        var random = SeededNumbers(seed: 3)
        for _ in 0..<manyOrFew(100_000, 5_000) { check(Double(bitPattern: random.next() >> (12 + random.next() % 52))) }
    }

    @Test func powersAndTheirNeighboursReadBackWithTheFewestDigits() {
        for exponent in 1..<UInt64(2047) {
            let power = exponent << 52
            for bits in power - 1...power + 1 { check(Double(bitPattern: bits)) }
        }
        for exponent in -323...308 {
            let power = Double("1e\(exponent)") ?? 0
            for number in [power.nextDown, power, power.nextUp, -power] { check(number) }
        }
    }

    @Test func decimalsOfFewPlacesKeepThem() {
        for hundredths in 0..<manyOrFew(1_000_000, 20_000) { check(Double(hundredths) / 100) }
        for thousandths in 0..<manyOrFew(1_000_000, 20_000) { check(Double(thousandths * 997) / 1000) }
    }

    @Test(
        arguments: [
            (0, "0"), (1, "0.000000001"), (1_520_879_607_789_000_000, "1520879607.789"),
            (1_520_879_607_000_000_000, "1520879607"), (1_520_430_000_123_456_789, "1520430000.123456789"),
            (1_000_000_000, "1"), (1_100_000_000, "1.1"), (1_000_000_100, "1.0000001"), (1_900_000_000, "1.9"),
            (UInt64.max, "18446744073.709551615"),
        ] as [(UInt64, String)])
    func timesAreSecondsWithoutExponent(nanoseconds: UInt64, text: String) {
        #expect(written { $0.append(seconds: nanoseconds) } == text)
    }

    private func check(_ number: Double, _ location: SourceLocation = #_sourceLocation) {
        guard number.isFinite, number != 0 else { return }
        var buffer = ByteBuffer(capacity: 64)
        buffer.append(number, as: .text)
        let digits = significantDigits(buffer.bytes)
        buffer.append(0 as UInt8)
        let readBack = buffer.bytes.assumingMemoryBound(to: CChar.self).baseAddress.map { strtod($0, nil) }
        let isGood =
            readBack?.bitPattern == number.bitPattern
            && Array(number.description.utf8).withUnsafeBytes { significantDigits($0) } == digits
        // One expectation for millions of values would take longer than the values.
        if !isGood {
            Issue.record("\(number) became \(String(decoding: buffer.bytes, as: UTF8.self))", sourceLocation: location)
        }
    }

    /// The digits of a decimal as a whole number, without zeros around them.
    private func significantDigits(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var digits: UInt64 = 0
        for byte in text {
            if byte == UInt8(ascii: "e") { break }
            if byte >= UInt8(ascii: "0") { digits = digits &* 10 &+ UInt64(byte & 0xf) }
        }
        while digits > 0, digits % 10 == 0 { digits /= 10 }
        return digits
    }
}
