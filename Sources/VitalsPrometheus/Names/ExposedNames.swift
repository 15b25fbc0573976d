package import VitalsMetrics

/// Under which names the families of a registry are shown: settled, and clashes reported, when they are declared, so
/// that no scrape is the first to know.
final class ExposedNames: Sendable {
    private struct Stream {
        let identity: StreamIdentity
        let help: String
    }

    /// Under which name a stream is shown, and whether the metadata is its own.
    struct Exposed {
        let name: MetricName
        let isFirst: Bool
    }

    private struct State {
        var streams: [ObjectIdentifier: Stream] = [:]
        /// In the order of their declaration, which decides who comes first in a table made later.
        var order: [ObjectIdentifier] = []
        /// Those that a directory has had; others were declared after it was made, and are not gone.
        var listed: Set<ObjectIdentifier> = []
        var tables: [EscapingScheme: NameTable] = [:]
        var watch: FamilyWatch?
    }

    private let registry: Registry
    private let options: PrometheusOptions
    private let state = Locked(State())

    init(_ registry: Registry, _ options: PrometheusOptions) {
        self.registry = registry
        self.options = options
        // The scheme of whoever asks for none: whatever clashes in another one clashes here too.
        state.withLock { $0.tables[.underscores] = NameTable(strategy: options.translation, escaping: .underscores) }
        let watch = registry.watchFamilies { [weak self] family in self?.declare(family) }
        state.withLock { $0.watch = watch }
    }

    /// Hears of no further declarations.
    func stop() {
        state.withLock { $0.watch?.cancel() }
    }

    private func declare(_ family: FamilyDescription) {
        state.withLock { take(family, &$0) }
    }

    private func take(_ family: FamilyDescription, _ state: inout State) {
        let stream = Stream(identity: StreamIdentity(family), help: family.description)
        if let known = state.streams[family.id] {
            if known.identity == stream.identity { return }
            drop([family.id], &state)
        }
        state.streams[family.id] = stream
        state.order.append(family.id)
        for scheme in state.tables.keys { claim(stream, scheme, &state) }
    }

    private func drop(_ ids: Set<ObjectIdentifier>, _ state: inout State) {
        let gone = ids.compactMap { state.streams.removeValue(forKey: $0)?.identity }
        state.order.removeAll { ids.contains($0) }
        let left = Set(state.streams.values.map(\.identity))
        for identity in gone where !left.contains(identity) {
            for scheme in state.tables.keys { state.tables[scheme]?.release(identity) }
        }
    }

    @discardableResult
    private func claim(_ stream: Stream, _ scheme: EscapingScheme, _ state: inout State) -> NameTable.Verdict? {
        let claim = state.tables[scheme]?.claim(stream.identity, help: stream.help)
        if let news = claim?.news { registry.report(conflict: news) }
        return claim?.verdict
    }

    /// The name of each family of a directory in a scheme; nil for those that are not shown.
    func names(in directory: FamilyDirectory, _ scheme: EscapingScheme) -> [Exposed?] {
        state.withLock { state in
            for family in directory.families { take(family, &state) }
            let present = Set(directory.families.map(\.id))
            drop(state.listed.subtracting(present), &state)
            state.listed = present
            if state.tables[scheme] == nil {
                state.tables[scheme] = NameTable(strategy: options.translation, escaping: scheme)
            }
            // In the order of declaration, also for those who wait for a name that has become free.
            for stream in state.order.compactMap({ state.streams[$0] }) { claim(stream, scheme, &state) }
            return directory.families.map { family in
                guard let stream = state.streams[family.id] else { return nil }
                switch claim(stream, scheme, &state) {
                case .first(let name): return Exposed(name: name, isFirst: true)
                case .joins(let name): return Exposed(name: name, isFirst: false)
                case .refused, nil: return nil
                }
            }
        }
    }
}

extension StreamIdentity {
    /// What tells a family from others.
    package init(_ family: FamilyDescription) {
        let kind: MetricName.Kind =
            switch family.data {
            case .sum(isMonotonic: true): .counter
            case .sum(isMonotonic: false): .upDown
            case .gauge: .gauge
            case .histogram, .exponential: .histogram
            }
        self.init(scope: family.scope, name: family.name, unit: family.unit, kind: kind, number: family.number)
    }
}
