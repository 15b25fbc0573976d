import Foundation
import VitalsMetrics

final class Box: Sendable {
    let series: Counter<Int>.Series

    init(_ series: Counter<Int>.Series) {
        self.series = series
    }
}

/// Resident memory of this process.
func residentMegabytes(keeping _: Any) -> Double {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
        let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Double($0) })
    else { return .nan }
    return kilobytes / 1024
}
