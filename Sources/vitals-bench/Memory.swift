import Glibc
import VitalsMetrics

/// Resident memory of this process.
func residentMegabytes(keeping _: Any) -> Double {
    residentMegabytes(field: "VmRSS:")
}

/// A size in the status of this process, in megabytes of 2²⁰ bytes.
func residentMegabytes(field: String) -> Double {
    guard let file = fopen("/proc/self/status", "r") else { return .nan }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if text.hasPrefix(field), let kilobytes = Double(text.filter(\.isNumber)) { return kilobytes / 1024 }
    }
    return .nan
}
