import Testing
import VitalsBytes

@Suite struct DecimalIntegerTests {
    @Test(
        arguments: [
            (0, "0"), (1, "1"), (9, "9"), (10, "10"), (42, "42"), (99, "99"), (100, "100"), (101, "101"), (999, "999"),
            (1000, "1000"), (99_999_999, "99999999"), (100_000_000, "100000000"), (100_000_001, "100000001"),
            (12_345_678_901, "12345678901"), (9_999_999_999_999_999, "9999999999999999"),
            (10_000_000_000_000_000, "10000000000000000"), (10_000_000_000_000_001, "10000000000000001"),
            (UInt64.max - 1, "18446744073709551614"), (UInt64.max, "18446744073709551615"),
        ] as [(UInt64, String)])
    func writesWholeNumbers(number: UInt64, text: String) {
        #expect(written { $0.append(decimal: number) } == text)
    }

    @Test(
        arguments: [
            (0, "0"), (-1, "-1"), (-10, "-10"), (7, "7"), (Int64.max, "9223372036854775807"),
            (Int64.min, "-9223372036854775808"),
        ] as [(Int64, String)])
    func writesSigns(number: Int64, text: String) {
        #expect(written { $0.append(decimal: number) } == text)
    }

    @Test func agreesWithTheStandardLibraryAtEveryLength() {
        var power: UInt64 = 1
        for _ in 0..<20 {
            for number in [power - 1, power, power + 1, power &* 9, power &* 7 + 5] {
                #expect(written { $0.append(decimal: number) } == number.description)
            }
            power &*= 10
        }
        var random = SeededNumbers(seed: 1)
        for _ in 0..<manyOrFew(1_000_000, 50_000) {
            let number = random.next() >> (random.next() % 64)
            #expect(written { $0.append(decimal: number) } == number.description)
        }
    }

    /// The division by reciprocals is exact in all lanes for all that they may hold.
    @Test func everyGroupOfFourDigitsIsRight() {
        var buffer = ByteBuffer()
        for low in 0..<UInt64(10_000) {
            let number = (9999 - low) * 10_000 + low
            buffer.clear()
            buffer.append(decimal: number)
            #expect(buffer.bytes.elementsEqual(number.description.utf8))
        }
    }

    @Test func numbersFollowOneAnother() {
        let text = written {
            for number in [1, 22, 333, 12_345_678_901_234_567] as [UInt64] {
                $0.append(decimal: number)
                $0.append(" ")
            }
        }
        #expect(text == "1 22 333 12345678901234567 ")
    }
}
