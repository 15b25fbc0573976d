import Synchronization

extension Registry {
    /// The instrument with a declaration: the one that exists, or a new one. Whatever is wrong with the declaration,
    /// the caller gets an instrument that works.
    func instrument(_ descriptor: InstrumentDescriptor) -> InstrumentCore {
        if let problem = InstrumentName.problem(with: descriptor.name) {
            context.conflict("\(problem): the instrument works, but is not reported")
            return state.withLock { refused(descriptor, &$0) }
        }
        let now = context.clock.now()
        var isNew = false
        let core = state.withLock { state in
            let scope = state.scopes[descriptor.scope] ?? state.scopes.count
            let name = State.Name(scope: scope, name: descriptor.name.lowercased())
            let declared = state.instruments[name] ?? []
            if let existing = declared.first(where: { $0.descriptor.isSame(as: descriptor) }) {
                if reconcile(existing, with: descriptor) { state.directory = nil }
                return existing
            }
            guard state.count < state.limits.instruments else {
                context.conflict(
                    "\(descriptor.name): the registry has reached its limit of \(state.limits.instruments) "
                        + "instruments; this one works, but is not reported")
                return refused(descriptor, &state)
            }
            var descriptor = descriptor
            if let first = declared.first {
                descriptor = descriptor.named(first.descriptor.name)
                context.conflict(
                    "\(descriptor.name) was declared as \(first.descriptor.summary) and now as "
                        + "\(descriptor.summary): both are reported. Give one another name, in code or by a view.")
            }
            let settings = streamSettings(descriptor, state.views, state.limits)
            let streams = settings.map { Stream(instrument: descriptor, settings: $0, context: context, now: now) }
            warnOfClashes(streams, name, &state)
            let core = InstrumentCore(descriptor, context: context, streams: streams)
            state.scopes[descriptor.scope] = scope
            state.instruments[name, default: []].append(core)
            state.count += 1
            state.directory = nil
            isNew = true
            return core
        }
        if isNew { announce(core.streams) }
        return core
    }

    /// An instrument that records nowhere. One for each name, as instruments are never freed, and a program may declare
    /// one at every request; beyond a number of names they share one.
    private func refused(_ descriptor: InstrumentDescriptor, _ state: inout State) -> InstrumentCore {
        let named = State.Refused(
            name: String(descriptor.name.prefix(InstrumentName.longest)), kind: descriptor.kind,
            isDouble: descriptor.number.isDouble)
        if let existing = state.refused[named] { return existing }
        var key = named
        if state.refused.count >= Self.mostRefused { key.name = "" }
        if let existing = state.refused[key] { return existing }
        let core = InstrumentCore(descriptor, context: context, streams: [])
        state.refused[key] = core
        return core
    }

    private static let mostRefused = 1000

    /// The same instrument declared again, perhaps with other words. True if it has another description now.
    private func reconcile(_ existing: InstrumentCore, with descriptor: InstrumentDescriptor) -> Bool {
        let first = existing.descriptor
        let former = first.description
        if first.name != descriptor.name {
            context.conflict(
                "\(descriptor.name) differs from \(first.name) only in case: it is reported as \(first.name)")
        }
        if first.description != descriptor.description, !descriptor.description.isEmpty {
            if !first.description.isEmpty {
                context.conflict(
                    "\(first.name) was declared with two descriptions: the longer one is reported. Set it by a view "
                        + "to choose.")
            }
            first.words.add(descriptor.description)
        }
        if let buckets = descriptor.buckets, buckets != first.buckets {
            context.conflict("\(first.name) was declared with two sets of buckets: the first is used")
        }
        return first.description != former
    }

    /// Two streams of one meter that would be reported under one name.
    private func warnOfClashes(_ streams: [Stream], _ declared: State.Name, _ state: inout State) {
        if state.reported == nil { state.reported = Self.reportedNames(state) }
        for stream in streams {
            let name = stream.state.withLock { $0.name }
            let key = State.Name(scope: declared.scope, name: name)
            for other in (state.reported?[key] ?? []).sorted() where other != declared.name {
                let other = state.instruments[State.Name(scope: declared.scope, name: other)]?.first?.descriptor.name
                context.conflict(
                    "\(stream.instrument.name) and \(other ?? name) are both reported as \(name): "
                        + "give one another name by a view")
            }
            state.reported?[key, default: []].insert(declared.name)
        }
        let names = streams.map { stream in stream.state.withLock { $0.name } }
        if Set(names).count < names.count {
            context.conflict(
                "several views report \(streams[0].instrument.name) under one name (\(names.joined(separator: ", "))): "
                    + "give each a name of its own")
        }
    }

    private static func reportedNames(_ state: State) -> [State.Name: Set<String>] {
        var reported: [State.Name: Set<String>] = [:]
        for (declared, cores) in state.instruments {
            for stream in cores.lazy.flatMap(\.streams) {
                let key = State.Name(scope: declared.scope, name: stream.state.withLock { $0.name })
                reported[key, default: []].insert(declared.name)
            }
        }
        return reported
    }
}

extension InstrumentDescriptor {
    /// Whether both declare one instrument. Descriptions may differ: they do not identify a metric.
    func isSame(as other: InstrumentDescriptor) -> Bool {
        kind == other.kind && unit == other.unit && number == other.number
            && name.lowercased() == other.name.lowercased()
    }

    var summary: String {
        "\(number.isDouble ? "double" : "integer") \(kind)\(unit.symbol.isEmpty ? "" : " in \(unit.symbol)")"
    }

    func named(_ name: String) -> InstrumentDescriptor {
        InstrumentDescriptor(
            scope: scope, name: name, kind: kind, number: number, unit: unit, words: words,
            buckets: buckets, attributes: attributes)
    }
}

enum InstrumentName {
    static let longest = 255

    /// What is wrong with a name, or nil.
    static func problem(with name: String) -> String? {
        guard let first = name.utf8.first else { return "an instrument needs a name" }
        if name.utf8.count > longest {
            return "the name \(name.prefix(32))… has \(name.utf8.count) characters; \(longest) are allowed"
        }
        if !isLetter(first) { return "the name \(name) does not begin with a letter" }
        let isLegal = name.utf8.allSatisfy { byte in
            isLetter(byte) || (0x30...0x39).contains(byte) || "_.-/".utf8.contains(byte)
        }
        return isLegal ? nil : "the name \(name) has a character that is neither letter, digit, nor one of _.-/"
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
