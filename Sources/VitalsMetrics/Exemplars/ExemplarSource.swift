import CVitals
import Synchronization

/// Connects whoever traces to the exemplars of every registry in the process.
public enum ExemplarSource {
    /// Tells the span of the calling thread or task, if it is in one.
    public typealias Supplier = @Sendable () -> ExemplarContext?

    private final class Box: Sendable {
        let supplier: Supplier

        init(_ supplier: @escaping Supplier) {
            self.supplier = supplier
        }
    }

    private struct Demand {
        var alwaysOn = 0
        var traceBased = 0
        var hasSupplier = false
        var announced: Int32 = 0
    }

    private static let demand = Locked(Demand())
    /// Boxes, never freed: a record on another thread may be in one. A program installs one, and tracing another.
    private static let installed = Atomic<UInt>(0)
    private static let announced = Atomic<UInt>(0)

    /// Installs the supplier; nil takes it away. Where it knows no span, that of VitalsTracing counts, if there is one.
    public static func install(_ supplier: Supplier?) {
        installed.store(supplier.map(word) ?? 0, ordering: .releasing)
        update { $0.hasSupplier = supplier != nil }
    }

    /// Installs a supplier that is asked only while somebody is in a span: between `enter` and `leave`. The first one
    /// stays: there is one way to be in a span.
    package static func installAnnounced(_ supplier: @escaping Supplier) {
        guard announced.load(ordering: .relaxed) == 0 else { return }
        announced.store(word(supplier), ordering: .releasing)
    }

    private static func word(_ supplier: @escaping Supplier) -> UInt {
        UInt(bitPattern: Unmanaged.passRetained(Box(supplier)).toOpaque())
    }

    /// A sampled span begins to be the current one of a thread or task. Measurements take the long way until all have left.
    package static func enter() {
        vitals_exemplar_demand_add(1)
    }

    /// A span that was entered is no longer the current one there.
    package static func leave() {
        vitals_exemplar_demand_add(-1)
    }

    static func context() -> ExemplarContext? {
        ask(installed.load(ordering: .acquiring)) ?? ask(announced.load(ordering: .acquiring))
    }

    private static func ask(_ word: UInt) -> ExemplarContext? {
        guard let pointer = UnsafeRawPointer(bitPattern: word) else { return nil }
        return Unmanaged<Box>.fromOpaque(pointer)._withUnsafeGuaranteedRef { $0.supplier() }
    }

    /// A registry starts (`+1`) or stops (`-1`) to use a filter.
    static func count(_ filter: ExemplarFilter, _ change: Int) {
        update { demand in
            if filter == .alwaysOn { demand.alwaysOn += change }
            if filter == .traceBased { demand.traceBased += change }
        }
    }

    private static func update(_ change: (inout Demand) -> Void) {
        demand.withLock { demand in
            change(&demand)
            let wanted: Int32 = demand.alwaysOn > 0 || (demand.hasSupplier && demand.traceBased > 0) ? 1 : 0
            if wanted != demand.announced {
                vitals_exemplar_demand_add(wanted - demand.announced)
                demand.announced = wanted
            }
        }
    }
}
