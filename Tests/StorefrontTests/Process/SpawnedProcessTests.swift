import Glibc
import Testing
import VitalsMetrics

@testable import storefront

@Suite struct SpawnedProcessTests {
    private final class Heard: Sendable {
        private let all = Locked<[String]>([])
        var lines: [String] { all.withLock { $0 } }

        func add(_ line: String) { all.withLock { $0.append(line) } }
    }

    private let heard = Heard()

    private func shell(_ script: String) throws -> SpawnedProcess {
        let heard = heard
        return try SpawnedProcess(["-c", script], program: "/bin/sh") { line, descriptor in
            heard.add("\(descriptor) \(line)")
        }
    }

    @Test func allThatItWritesIsHeard() async throws {
        let process = try shell("echo one; echo two >&2; echo three")
        try await eventually { heard.lines.count == 3 }
        #expect(heard.lines.sorted() == ["1 one", "1 three", "2 two"])
        try await eventually { process.ending == "it ended with exit code 0" }
    }

    @Test func itsEndingIsKnown() async throws {
        for (script, ending) in [
            ("exit 3", "it ended with exit code 3"), ("kill -9 $$", "it was ended by signal 9"),
        ] {
            let process = try shell(script)
            try await eventually { process.ending != nil }
            #expect(process.ending == ending)
        }
    }

    @Test func itsInputIsOpenWhileSomebodyHasIt() async throws {
        var process: SpawnedProcess? = try shell("echo begun; read line; echo over")
        try await eventually { heard.lines == ["1 begun"] }
        #expect(process?.ending == nil)
        process = nil
        try await eventually { heard.lines == ["1 begun", "1 over"] }
    }

    @Test(arguments: ["trap '' TERM; echo begun; while :; do sleep 1; done", "echo begun; kill -STOP $$"])
    func whatDoesNotEndIsEndedByForce(_ script: String) async throws {
        let process = try shell(script)
        try await eventually { heard.lines == ["1 begun"] }
        await onThread { process.end(until: Deadline(after: .milliseconds(100))) }
        #expect(process.ending == "it was ended by signal 9")
    }

    @Test func itsLastWordsAreHeard() async throws {
        let process = try shell("trap 'echo last; exit' TERM; echo begun; while :; do sleep 0.01; done")
        try await eventually { heard.lines == ["1 begun"] }
        await onThread { process.end(until: Deadline(after: .seconds(20))) }
        #expect(heard.lines == ["1 begun", "1 last"])
    }

    @Test func whatCannotBeStartedIsNamed() {
        #expect {
            try SpawnedProcess(["payment"], program: "/nowhere") { _, _ in }
        } throws: {
            "\($0)" == "'storefront payment' cannot be started: No such file or directory"
        }
    }
}
