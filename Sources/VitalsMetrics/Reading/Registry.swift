import CVitals
import Synchronization

/// Holds meters and their instruments, and lets any number of readers collect them.
///
/// A program has one, `Registry.shared`; a test makes its own. Instruments of a registry that is gone still work, but
/// record nowhere.
public final class Registry: Sendable {
    /// The registry of the process.
    public static let shared = Registry()

    struct State {
        var scopes: [InstrumentationScope: Int] = [:]
        /// By scope and lowercase name: what was declared under it, usually one.
        var instruments: [Name: [InstrumentCore]] = [:]
        var count = 0
        /// By scope and the name that is reported: the lowercase names of the instruments that report under it. Nil when
        /// views have changed what they report.
        var reported: [Name: Set<String>]?
        /// Streams that late views have replaced: what was recorded into them is reported by others.
        var replaced: [Stream] = []
        var directory: FamilyDirectory?
        var familyWatches: [FamilyWatch] = []
        var watches: [Watch] = []
        var readers: [MetricReader.Progress] = []
        var views: [View] = []
        var limits: Limits
        var components: [String: Int] = [:]
        var observesItself = false
        /// What somebody reports that nobody else may.
        var claims: Set<String> = []
        var selfMetrics: SelfMetrics?

        /// Instruments that record nowhere, by what they were declared as.
        var refused: [Refused: InstrumentCore] = [:]

        struct Refused: Hashable {
            var name: String
            let kind: InstrumentKind
            let isDouble: Bool
        }

        struct Name: Hashable {
            let scope: Int
            let name: String
        }
    }

    let context: RegistryContext
    let state: Locked<State>

    /// A registry of one's own.
    public convenience init(limits: Limits = Limits(), clock: MetricClock = .system) {
        self.init(limits: limits, clock: clock, hashMask: .max)
    }

    /// - Parameter hashMask: Fewer bits than all make label sets collide, which tests want.
    package init(limits: Limits, clock: MetricClock, hashMask: UInt64) {
        context = RegistryContext(clock: clock, hashMask: hashMask)
        state = Locked(State(limits: limits))
        ExemplarSource.count(.traceBased, 1)
    }

    deinit {
        context.isClosed.store(true, ordering: .releasing)
        ExemplarSource.count(exemplarFilter, -1)
        let (instruments, replaced) = state.withLock { ($0.instruments.values.flatMap { $0 }, $0.replaced) }
        for instrument in instruments { instrument.close() }
        for stream in replaced { stream.close() }
    }

    /// A meter: a group of instruments that one library or component declares.
    public func meter(
        _ name: String, version: String = "", schemaURL: String = "", attributes: Attributes = [:]
    ) -> Meter {
        if name.isEmpty {
            Diagnostics.log(.warning, "a meter was made without a name: give it the name of the library that records")
        }
        return Meter(
            registry: self,
            scope: InstrumentationScope(
                name: name, version: version, schemaURL: schemaURL, attributes: attributes))
    }

    /// Which measurements become exemplars.
    public var exemplarFilter: ExemplarFilter {
        get { ExemplarFilter(code: context.exemplarFilter.load(ordering: .relaxed)) }
        set {
            let former = context.exemplarFilter.exchange(newValue.code, ordering: .relaxed)
            ExemplarSource.count(ExemplarFilter(code: former), -1)
            ExemplarSource.count(newValue, 1)
        }
    }

    var limits: Limits { state.withLock { $0.limits } }

    func watches() -> [Watch] {
        state.withLock { state in
            state.watches.removeAll { $0.isCancelled.load(ordering: .acquiring) }
            // A copy: an array that is shared and then changed in place looks like a race to ThreadSanitizer.
            return state.watches.map(\.self)
        }
    }

    /// Registers it in the place of another of the same subject.
    func register(_ watch: Watch) {
        let isReplacing = state.withLock { state in
            let former = state.watches.filter { $0.isAnother(of: watch) && !$0.isCancelled.load(ordering: .acquiring) }
            for other in former { other.cancel() }
            if state.watches.count >= state.limits.callbacks {
                state.watches.removeAll { $0.isCancelled.load(ordering: .acquiring) }
            }
            guard state.watches.count < state.limits.callbacks else {
                context.conflict(
                    "\(watch.name): the registry has reached its limit of \(state.limits.callbacks) callbacks; this one "
                        + "is never called")
                return false
            }
            state.watches.append(watch)
            return !former.isEmpty
        }
        if isReplacing, let subject = watch.subject {
            Diagnostics.log(
                .info,
                "\(watch.name) of \(subject) is observed anew: the former callback is called no more. Two at once need "
                    + "names of their own")
        }
    }

    /// All families, by meter and then by name.
    package func directory() -> FamilyDirectory {
        state.withLock { state in
            if let directory = state.directory { return directory }
            let names = state.instruments.keys.sorted {
                $0.scope != $1.scope ? $0.scope < $1.scope : precedes($0.name, $1.name)
            }
            let directory = FamilyDirectory(
                names.flatMap { name in (state.instruments[name] ?? []).flatMap(\.streams) })
            state.directory = directory
            return directory
        }
    }

    /// Logs, once, and counts that declarations contradict each other.
    package func report(conflict message: String) {
        context.conflict(message)
    }

    /// Tells `body` of every family there is, and then of each when it is declared or changed by views.
    package func watchFamilies(_ body: @escaping @Sendable (FamilyDescription) -> Void) -> FamilyWatch {
        let watch = FamilyWatch(body)
        state.withLock { $0.familyWatches.append(watch) }
        for family in directory().families { body(family) }
        return watch
    }

    /// Not under a lock: whoever watches may declare and log.
    func announce(_ streams: [Stream]) {
        let watches = state.withLock { state in
            state.familyWatches.removeAll { $0.isCancelled.load(ordering: .acquiring) }
            return state.familyWatches.map(\.self)
        }
        guard !watches.isEmpty else { return }
        for family in streams.map({ FamilyDescription($0) }) {
            for watch in watches { watch.body(family) }
        }
    }

    /// Streams that views have replaced: a reader of changes may not have delivered all of them yet.
    func replacedStreams() -> [Stream] {
        state.withLock { $0.replaced.map(\.self) }
    }

    func attach(_ reader: MetricReader.Progress) {
        state.withLock { $0.readers.append(reader) }
        if reader.hasDelta { context.hasDeltaReaders.store(true, ordering: .releasing) }
    }

    func detach(_ reader: MetricReader.Progress) {
        state.withLock { state in
            state.readers.removeAll { $0 === reader }
            context.hasDeltaReaders.store(state.readers.contains(where: \.hasDelta), ordering: .releasing)
        }
    }

    /// Series removed before this epoch were delivered by all readers that report changes.
    func settledEpoch(otherwise epoch: UInt64) -> UInt64 {
        state.withLock { state in
            state.readers.filter(\.hasDelta).map { $0.committedEpoch.load(ordering: .acquiring) }.min() ?? epoch
        }
    }

    /// The epoch of the oldest of all readers' last collections, of which `reader` is in the middle. Who has never
    /// collected remembers nothing.
    func oldestCollection(of reader: MetricReader.Progress, now epoch: UInt64) -> UInt64 {
        state.withLock { state in
            let others = state.readers.filter { $0 !== reader }
            return others.map { $0.collectedEpoch.load(ordering: .acquiring) }.filter { $0 > 0 }.reduce(epoch, min)
        }
    }
}
