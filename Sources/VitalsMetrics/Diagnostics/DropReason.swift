/// Why a measurement was not taken.
package enum DropReason: Int, CaseIterable, Sendable {
    case nan
    case negative
    case infinite
    /// Not dropped, but counted in the overflow series in place of its own.
    case overflow
    /// Counted in the overflow series, because the process has too many different sets of label names.
    case shapes
    /// An observation for an instrument that its callback did not declare.
    case conflict
    /// Recorded through a handle whose series was removed.
    case removed
    /// A callback threw or ran beyond its deadline.
    case callback

    package var name: String {
        switch self {
        case .nan: "nan"
        case .negative: "negative"
        case .infinite: "infinite"
        case .overflow: "overflow"
        case .shapes: "shapes"
        case .conflict: "conflict"
        case .removed: "removed"
        case .callback: "callback"
        }
    }
}
