import Glibc
import Synchronization
import VitalsMetrics
import VitalsTesting

@testable import VitalsEndpoint

/// A body of bytes, which counts those that are alive.
final class TestBody: ScrapeResponse.Body, Sendable {
    static let alive = Atomic<Int>(0)
    private let start: UInt
    private let count: Int

    init(_ text: [UInt8]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(text.count, 1), alignment: 1)
        memory.copyBytes(from: text)
        start = UInt(bitPattern: memory.baseAddress)
        count = text.count
        Self.alive.add(1, ordering: .relaxed)
    }

    deinit {
        UnsafeMutableRawPointer(bitPattern: start)?.deallocate()
        Self.alive.subtract(1, ordering: .relaxed)
    }

    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: start), count: count)
    }
}

func response(_ text: String) -> ScrapeResponse {
    ScrapeResponse(
        contentType: "text/plain; version=0.0.4", contentEncoding: nil, format: "text",
        body: TestBody(Array(text.utf8)))
}

/// An endpoint that a test talks to.
final class Serving {
    let endpoint: Endpoint
    let reader = InMemoryReader()
    var port: Int { endpoint.port }

    init(
        page: String? = nil, start: Bool = true, _ configure: (inout EndpointConfiguration) -> Void = { _ in },
        render: @escaping ScrapeRenderer = { request, _ in response("names=\(request.names)\n") }
    ) throws {
        var configuration = EndpointConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configure(&configuration)
        endpoint = try Endpoint(
            configuration, meter: reader.meter(), page: page.map { (Array($0.utf8), "default-src 'none'") },
            render: render)
        if start { try endpoint.start() }
    }

    deinit {
        endpoint.shutdown(timeout: .zero)
    }

    func count(_ name: String, _ labels: Attributes) -> Int {
        Int(reader.counter(name, labels) ?? 0)
    }

    func rejected(_ reason: String) -> Int {
        count("vitals.endpoint.rejected", ["reason": .string(reason)])
    }
}

/// How many descriptors the process has open.
func openDescriptors() -> Int {
    guard let folder = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
}

func contents(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
}

func write(_ text: String, to path: String) {
    guard let file = fopen(path, "w") else { return }
    fputs(text, file)
    fclose(file)
}

/// A folder that is there for the length of a test.
final class Folder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/vitals-endpoint-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    deinit {
        guard path != "/tmp", let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink("\(path)/\(name)")
        }
        closedir(folder)
        rmdir(path)
    }
}
