import Synchronization
import VitalsMetrics

extension Sampler {
    /// Records a share of all traces, from 0 to 1. It decides by the id of the trace, so services with the same share
    /// decide alike, and what a smaller share records a larger one records too.
    ///
    /// It does not look at the parent: as `.parentBased(root: .ratio(0.1))` it decides on traces that begin here.
    public static func ratio(_ share: Double) -> Sampler {
        let valid = share.isNaN ? 1 : min(max(share, 0), 1)
        if valid != share {
            Diagnostics.log(.warning, "a sampler's ratio of \(share) is not from 0 to 1: \(valid) counts")
        }
        let description = "TraceIdRatioBased{\(decimals(valid))}"
        if valid == 0 || valid == 1 { return .constant(valid == 1, description) }
        let bound = UInt64(valid * 0x1p63)
        let warning = ParentWarning()
        return Sampler(description) { request in
            if request.parent.hasSpan { warning.log(description) }
            return SamplingResult(request.traceID.low >> 1 < bound ? .recordAndSample : .drop)
        }
    }

    /// At least six decimals, and as many as tell the share from every other.
    private static func decimals(_ share: Double) -> String {
        // `0.25`, or `2.5e-05`.
        let parts = "\(share)".split(separator: "e-")
        var text = String(parts[0])
        if parts.count == 2, let exponent = Int(parts[1]) {
            text = "0." + String(repeating: "0", count: exponent - 1) + text.filter { $0 != "." }
        }
        return text + String(repeating: "0", count: max(0, 8 - text.utf8.count))
    }
}

/// Says once that a sampler decides on spans with a parent by their trace alone.
private final class ParentWarning: Sendable {
    private let isLogged = Atomic(false)

    func log(_ sampler: String) {
        guard !isLogged.load(ordering: .relaxed), !isLogged.exchange(true, ordering: .relaxed) else { return }
        Diagnostics.log(
            .warning,
            "\(sampler) decides on spans that have a parent, whatever was decided on that: traces may have holes; make it "
                + "the root of a parent-based sampler: .parentBased(root: .ratio(…))")
    }
}
