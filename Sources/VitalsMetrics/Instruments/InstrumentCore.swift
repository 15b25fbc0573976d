import CVitals
import Synchronization

/// An instrument: its declaration and the streams it records into.
///
/// Never freed, so that instruments and handles can be plain values that cost no reference counting; what is large is
/// let go when the registry is.
@usableFromInline
final class InstrumentCore: Sendable {
    /// The streams that views made of the instrument; replaced as a whole when views come late.
    final class Routes: Sendable {
        let streams: [Stream]
        /// Handles that lead to several streams at once, by their targets.
        let fans = Locked<[[SeriesReference]: SeriesReference]>([:])

        /// The only stream, if it keeps all attributes.
        var direct: Stream? {
            streams.count == 1 && streams[0].filter == nil ? streams[0] : nil
        }

        init(_ streams: [Stream]) {
            self.streams = streams
            _ = Unmanaged.passRetained(self)
        }
    }

    let descriptor: InstrumentDescriptor
    let context: RegistryContext
    /// The series of the empty set that the instrument's own handle was made with.
    let unlabelled: SeriesReference
    let direct = DirectRoute()
    /// One for each choice of labels: a program may declare its families at every request.
    private let families = Locked<[FamilyCore]>([])
    private let current: Atomic<UInt>

    init(_ descriptor: InstrumentDescriptor, context: RegistryContext, streams: [Stream]) {
        self.descriptor = descriptor
        self.context = context
        let routes = Routes(streams)
        current = Atomic(UInt(bitPattern: Unmanaged.passUnretained(routes).toOpaque()))
        unlabelled = descriptor.kind.isObservable ? .nowhere : Self.bind(Attributes(), routes, isUncounted: true)
        direct.lead(to: routes.direct)
        _ = Unmanaged.passRetained(self)
    }

    /// Runs `body` with the present routes, without counting references.
    @inline(__always)
    func withRoutes<Result>(_ body: (Routes) -> Result) -> Result {
        let pointer = UnsafeRawPointer(bitPattern: current.load(ordering: .acquiring)).unsafelyUnwrapped
        return Unmanaged<Routes>.fromOpaque(pointer)._withUnsafeGuaranteedRef { body($0) }
    }

    var streams: [Stream] { withRoutes { $0.streams } }

    func replaceRoutes(_ streams: [Stream]) {
        let routes = Routes(streams)
        direct.lead(to: routes.direct)
        current.store(UInt(bitPattern: Unmanaged.passUnretained(routes).toOpaque()), ordering: .releasing)
    }

    /// The family with these labels: the one that exists, or a new one.
    func family(_ names: [String], _ kinds: [UInt8]) -> FamilyCore {
        families.withLock { families in
            if let existing = families.first(where: { $0.hasLabels(names, kinds) }) { return existing }
            let family = FamilyCore(self, names, kinds)
            families.append(family)
            return family
        }
    }

    /// The handle of a set of attributes.
    func bind(_ attributes: Attributes) -> SeriesReference {
        withRoutes { Self.bind(attributes, $0, isUncounted: false) }
    }

    private static func bind(_ attributes: Attributes, _ routes: Routes, isUncounted: Bool) -> SeriesReference {
        func series(_ stream: Stream) -> SeriesReference {
            isUncounted ? stream.makeUncounted() : stream.series(attributes)
        }
        switch routes.streams.count {
        case 0: return .nowhere
        case 1: return series(routes.streams[0])
        default:
            let targets = routes.streams.map(series)
            return routes.fans.withLock { fans in
                if let known = fans[targets] { return known }
                if fans.count >= Self.mostFans { forgetStale(&fans) }
                guard fans.count < Self.mostFans, let fan = SlotTable.take() else {
                    routes.streams[0].context.conflict(
                        "\(routes.streams[0].instrument.name) has \(Self.mostFans) handles to several streams: further "
                            + "ones record into the first stream only. Keep handles, or remove series.")
                    return targets[0]
                }
                let stream = routes.streams[0]
                guard let record = SlotTable.record(fan.slot) else { return targets[0] }
                // A slot may have had labels in an earlier life.
                record.pointee.payloadWords.store(0, ordering: .relaxed)
                record.pointee.stream.store(
                    UInt(bitPattern: Unmanaged.passUnretained(stream).toOpaque()), ordering: .relaxed)
                stream.forward(fan, to: targets)
                fans[targets] = fan
                return fan
            }
        }
    }

    /// Lets go of handles to series that were removed.
    private static func forgetStale(_ fans: inout [[SeriesReference]: SeriesReference]) {
        for (targets, fan) in fans {
            let isStale = targets.contains { target in
                guard let record = SlotTable.record(target.slot) else { return true }
                return record.pointee.generation.load(ordering: .acquiring) != target.generation
            }
            if isStale {
                fans[targets] = nil
                SlotTable.give(back: fan.slot)
            }
        }
    }

    /// Lets go of the series of all streams, because the registry is gone.
    func close() {
        withRoutes { routes in
            for stream in routes.streams { stream.close() }
            routes.fans.withLock { fans in
                for fan in fans.values { SlotTable.give(back: fan.slot) }
                fans = [:]
            }
        }
    }

    /// Handles of an instrument with several streams; beyond this number a handle leads to the first stream only.
    static let mostFans = 100_000

    /// Records with labels: looks the series up in every stream.
    ///
    /// The effect lets the compiler keep the array of a dictionary literal on the caller's stack. It holds as long as
    /// nothing below stores `attributes` itself; an exemplar keeps an array of its own.
    // swift-format-ignore
    @specialized(where Value == Int)
    @specialized(where Value == Double)
    @usableFromInline
    @_effects(notEscaping attributes.value**)
    func record<Value: MetricNumber>(_ value: Value, _ attributes: Attributes) {
        guard isAcceptable(value) else { return }
        // Not `self.direct` in the closure, which would count a reference to self.
        let direct = direct
        if !vitals_exemplars_wanted(),
            let series = SeriesKey.with(attributes, { direct.find($0) }), FastDoor.write(value, series)
        {
            return
        }
        for stream in streams { record(value, attributes, in: stream) }
    }

    @inline(__always)
    private func record<Value: MetricNumber>(_ value: Value, _ attributes: Attributes, in stream: Stream) {
        var series = stream.series(attributes)
        for _ in 0..<3 {
            if stream.write(value, to: series) {
                if vitals_exemplars_wanted() { stream.offerExemplar(value, to: series, attributes) }
                return
            }
            guard isGone(series) else { break }
            // Somebody removed the series after it was found.
            series = stream.series(attributes)
        }
        deliver(value, to: series, attributes, depth: 1)
    }

    private func isGone(_ series: SeriesReference) -> Bool {
        guard series != .nowhere, let record = SlotTable.record(series.slot) else { return false }
        return record.pointee.generation.load(ordering: .acquiring) != series.generation
            || record.pointee.state.load(ordering: .acquiring) == SeriesState.departing
    }

    /// Records through a handle when the fast door is closed: the thread's first touch, a forwarded, removed or
    /// unacceptable measurement.
    @specialized(where Value == Int)
    @specialized(where Value == Double)
    @usableFromInline
    @inline(never)
    func recordSlowly<Value: MetricNumber>(_ value: Value, to series: SeriesReference) {
        guard isAcceptable(value) else { return }
        deliver(value, to: series, nil, depth: 0)
    }

    /// The same without an exemplar.
    @inline(never)
    func recordSlowlyAndQuietly(_ value: Int, to series: SeriesReference) {
        let isOffering = vitals_exemplar_enter()
        defer { if isOffering { vitals_exemplar_leave() } }
        recordSlowly(value, to: series)
    }

    /// Offers a measurement that took the fast door.
    @specialized(where Value == Int)
    @specialized(where Value == Double)
    @usableFromInline
    @inline(never)
    func offerExemplar<Value: MetricNumber>(_ value: Value, to series: SeriesReference) {
        withStream(of: series) { $0.offerExemplar(value, to: series, nil) }
    }

    @specialized(where Value == Int)
    @specialized(where Value == Double)
    private func deliver<Value: MetricNumber>(
        _ value: Value, to series: SeriesReference, _ attributes: Attributes?, depth: Int
    ) {
        guard depth < 6, let record = SlotTable.record(series.slot), series != .nowhere,
            record.pointee.generation.load(ordering: .acquiring) == series.generation
        else { return stale(value, series, depth) }
        switch record.pointee.state.load(ordering: .acquiring) {
        case SeriesState.reserved:
            withStream(of: series) { $0.begin(series, value._bits) }
            deliver(value, to: series, attributes, depth: depth + 1)
        case SeriesState.live:
            let written = withStream(of: series) { stream in
                guard stream.write(value, to: series) else { return false }
                if vitals_exemplars_wanted() { stream.offerExemplar(value, to: series, attributes) }
                return true
            }
            if written != true { deliver(value, to: series, attributes, depth: depth + 1) }
        case SeriesState.forwarded where depth == 0 && series == unlabelled:
            // What the handle was forwarded to may have been removed: the instrument itself stays usable.
            self.record(value, Attributes())
        case SeriesState.forwarded:
            let targets = UnsafeRawPointer(bitPattern: record.pointee.targets.load(ordering: .acquiring))
            guard let targets else { return }
            Unmanaged<ForwardTargets>.fromOpaque(targets)._withUnsafeGuaranteedRef { targets in
                // Targets are always younger than what leads to them, so a chain of views ends however long it is.
                for target in targets.series { deliver(value, to: target, attributes, depth: 1) }
            }
        default:
            stale(value, series, depth)
        }
    }

    /// The series is gone. The instrument itself stays usable: its own handle finds the series of the empty set anew.
    private func stale<Value: MetricNumber>(_ value: Value, _ series: SeriesReference, _ depth: Int) {
        if series == .nowhere || context.isClosed.load(ordering: .acquiring) || streams.isEmpty { return }
        if series == unlabelled, depth == 0 {
            return record(value, Attributes())
        }
        context.drop(.removed, "\(descriptor.name): a handle was used after its series was removed")
    }

    private func withStream<Result>(of series: SeriesReference, _ body: (Stream) -> Result) -> Result? {
        guard let record = SlotTable.record(series.slot),
            let pointer = UnsafeRawPointer(bitPattern: record.pointee.stream.load(ordering: .relaxed))
        else { return nil }
        return Unmanaged<Stream>.fromOpaque(pointer)._withUnsafeGuaranteedRef { body($0) }
    }

    /// Refuses what no aggregation can hold, before anything has changed.
    private func isAcceptable<Value: MetricNumber>(_ value: Value) -> Bool {
        // A last value may be NaN or infinite; a distribution has no bucket for either.
        if descriptor.kind.isGauge, value._isFinite || !streams.allSatisfy(\.aggregation.isHistogram) { return true }
        if !value._isFinite {
            let isNaN = value._double.isNaN
            context.drop(isNaN ? .nan : .infinite, "\(descriptor.name): \(value) was recorded and is not counted")
            return false
        }
        if descriptor.kind == .counter, value < 0 {
            context.drop(
                .negative,
                "\(descriptor.name): \(value) was added to a counter, which only grows; use an up-down counter")
            return false
        }
        return true
    }
}
