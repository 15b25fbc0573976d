import Glibc
import Testing

@testable import storefront

@Suite struct LineReaderTests {
    /// What is heard of a text that is written and ended.
    private func lines(of text: String) -> [String] {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let bytes = Array(text.utf8)
        // The reader comes afterwards, so all of it has to fit.
        #expect(fcntl(ends[1], F_SETPIPE_SZ, 1 << 18) >= bytes.count)
        #expect(write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        var lines: [String] = []
        LineReader.read(ends[0]) { lines.append($0) }
        return lines
    }

    @Test func linesAreHeardWithoutTheirEnds() {
        let table: [(String, [String])] = [
            ("", []),
            ("a\n", ["a"]),
            ("a\n\nb", ["a", "", "b"]),
            ("über\nx\n", ["über", "x"]),
        ]
        for (text, heard) in table { #expect(lines(of: text) == heard, "\(text)") }
    }

    @Test func aLineWithoutEndIsHeardInParts() {
        let part = String(repeating: "x", count: LineReader.longestLine)
        #expect(lines(of: part + part + "y\nz\n") == [part, part, "y", "z"])
    }
}
