import Glibc
import Testing
import VitalsMetrics

@testable import storefront

@Suite struct LineReaderTests {
    /// What is heard of a text that is written and ended.
    private func lines(of text: String) -> [String] {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let writer = Worker("test") { [end = ends[1]] in
            let bytes = Array(text.utf8)
            #expect(write(end, bytes, bytes.count) == bytes.count)
            close(end)
        }
        #expect(writer != nil)
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
