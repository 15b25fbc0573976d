import Glibc
import Testing

@testable import VitalsInstrumentation

struct DescriptorCounterTests {
    @Test func onlyNumbersAreDescriptors() throws {
        // Numbers that the descriptor of the folder does not have.
        let root = try MadeUpRoot([
            "/proc/self/fd/70001": "", "/proc/self/fd/70002": "", "/proc/self/fd/x": "", "/proc/self/fd/-1": "",
            "/proc/self/fd/99999999999999999999": "",
        ])
        var counter = DescriptorCounter(files: root.files)
        #expect(counter.count() == 2)
        #expect(counter.count() == 2)
    }

    @Test func whatCannotBeCountedIsAbsent() throws {
        var counter = DescriptorCounter(files: try MadeUpRoot().files)
        #expect(counter.count() == nil)
    }

    @Test func theFolderItIsCountedWithDoesNotCount() throws {
        let root = try MadeUpRoot(["/proc/self/fd/70001": ""])
        // The folder gets the lowest number that is free.
        let next = dup(STDIN_FILENO)
        close(next)
        for number in 0...(next + 64) { try root.write("/proc/self/fd/\(number)", []) }
        var counter = DescriptorCounter(files: root.files)
        #expect(counter.count() == UInt64(next) + 65)
    }
}
