import CVitals
import Glibc
import Testing

@testable import VitalsOTLP

@Suite("Idle OTLP over HTTP", .timeLimit(.minutes(2)))
struct HTTPIdleTests {
    /// The text of a small file.
    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    /// How often the transport's threads were given a processor, as the system counts.
    static func wakeUps() -> [String] {
        guard let folder = opendir("/proc/self/task") else { return [] }
        defer { closedir(folder) }
        var counts: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard text("/proc/self/task/\(name)/comm") == "vitals-http\n" else { continue }
            let lines = text("/proc/self/task/\(name)/status").split(separator: "\n")
            counts += lines.filter { $0.hasPrefix("voluntary_ctxt_switches") }.map { String($0) }
        }
        return counts
    }

    // In a process of its own, as there other tests have such threads too.
    @Test("The thread sleeps while there is nothing to send, and ends with the transport")
    func sleeps() async {
        await #expect(processExitsWith: .success) {
            let server = ScriptedHTTPServer { $1.answer(200) }
            #expect(HTTPIdleTests.wakeUps().isEmpty)
            let transport = try HTTPTransport(HTTPSending.configuration(server.url))
            #expect(HTTPIdleTests.wakeUps().isEmpty)
            let answer = await HTTPSending.send(transport)
            #expect(answer.response != nil)
            vitals_sleep(200_000_000)
            let before = HTTPIdleTests.wakeUps()
            vitals_sleep(1_500_000_000)
            #expect(before.count == 1)
            #expect(HTTPIdleTests.wakeUps() == before)
            transport.shutdown()
            vitals_sleep(100_000_000)
            #expect(HTTPIdleTests.wakeUps().isEmpty)
        }
    }
}
