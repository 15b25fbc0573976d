import VitalsMetrics

/// What a span takes, within its limits.
extension SpanRecord {
    func set(_ key: String, _ value: AttributeValue?) {
        let limits = pipeline.limits
        let value = value.map { limits.cut($0) }
        update { Self.set(key, value, &$0, limits) }
    }

    func set(_ pairs: Pairs) {
        let limits = pipeline.limits
        let pairs = limits.valueLength == nil ? pairs : pairs.map { ($0.0, limits.cut($0.1)) }
        update { state in
            // Room for all of them at once, and not one growth after the other.
            state.attributes.reserveCapacity(min(limits.attributes, state.attributes.count + pairs.count))
            for (key, value) in pairs { Self.set(key, value, &state, limits) }
        }
    }

    private static func set(_ key: String, _ value: AttributeValue?, _ state: inout State, _ limits: SpanLimits) {
        let place = state.attributes.firstIndex { $0.0 == key }
        switch (place, value) {
        case (let place?, let value?): state.attributes[place].1 = value
        case (let place?, nil): state.attributes.remove(at: place)
        case (nil, let value?): append((key, value), &state, limits)
        case (nil, nil): break
        }
    }

    private static func append(_ pair: (String, AttributeValue), _ state: inout State, _ limits: SpanLimits) {
        guard !pair.0.isEmpty else { return }
        guard state.attributes.count < limits.attributes else {
            state.droppedAttributes &+= 1
            return
        }
        // Room for a few at once: an array that begins with one element grows three times before it has eight.
        if state.attributes.capacity == 0 { state.attributes.reserveCapacity(min(8, limits.attributes)) }
        state.attributes.append(pair)
    }

    func add(_ name: String, _ attributes: Attributes, at time: UInt64?) {
        let limits = pipeline.limits
        let (kept, dropped) = limits.bounded(attributes, to: limits.attributesPerEvent)
        let event = SpanEvent(name: name, time: time ?? now(), attributes: kept, droppedAttributes: dropped)
        update { state in
            guard state.events?.count ?? 0 < limits.events else {
                state.droppedEvents &+= 1
                return
            }
            var events = state.events.take() ?? []
            events.append(event)
            state.events = events
            if dropped > 0 { state.hasDroppedInside = true }
        }
    }

    func add(_ link: SpanLink) {
        // One that names no span is kept if it says something else.
        guard link.context.isValid || !link.attributes.isEmpty || !link.context.traceState.isEmpty else { return }
        let limits = pipeline.limits
        let (kept, dropped) = limits.bounded(link.attributes, to: limits.attributesPerLink)
        let link = SpanLink(link.context, kept, droppedAttributes: dropped)
        update { state in
            guard state.links?.count ?? 0 < limits.links else {
                state.droppedLinks &+= 1
                return
            }
            var links = state.links.take() ?? []
            links.append(link)
            state.links = links
            if dropped > 0 { state.hasDroppedInside = true }
        }
    }
}

extension SpanLimits {
    /// The attributes that a span begins with.
    @inline(__always)
    func begin(with attributes: Attributes, dropped: inout UInt32) -> SpanRecord.Pairs {
        let pairs = attributes.given
        if pairs.isEmpty { return pairs }
        if valueLength == nil, pairs.count <= self.attributes, Self.isPlain(pairs) { return pairs }
        let (kept, count) = bounded(attributes, to: self.attributes)
        dropped = UInt32(clamping: count)
        return kept.given
    }

    /// Whether no key is empty or comes twice.
    private static func isPlain(_ pairs: SpanRecord.Pairs) -> Bool {
        guard pairs.count <= 16 else { return false }
        for index in pairs.indices {
            if pairs[index].0.isEmpty { return false }
            // Most keys differ in length, which is known without a look at the bytes.
            let length = pairs[index].0.utf8.count
            for other in 0..<index where pairs[other].0.utf8.count == length && pairs[other].0 == pairs[index].0 {
                return false
            }
        }
        return true
    }

    /// As many attributes as there may be, each once, and how many there were beyond.
    func bounded(_ attributes: Attributes, to limit: Int) -> (kept: Attributes, dropped: Int) {
        let given = attributes.given
        guard !given.isEmpty else { return (attributes, 0) }
        var kept: SpanRecord.Pairs = []
        kept.reserveCapacity(max(0, min(given.count, limit)))
        var places: [String: Int] = [:]
        var beyond: Set<String> = []
        for (key, value) in given where !key.isEmpty {
            if let place = places[key] {
                kept[place].1 = cut(value)
            } else if kept.count < limit {
                places[key] = kept.count
                kept.append((key, cut(value)))
            } else {
                beyond.insert(key)
            }
        }
        return (Attributes(given: kept), beyond.count)
    }

    /// A value whose texts are not longer than they may be.
    func cut(_ value: AttributeValue) -> AttributeValue {
        guard let valueLength else { return value }
        return switch value {
        case .string(let text): .string(Self.cut(text, valueLength))
        case .strings(let texts): .strings(texts.map { Self.cut($0, valueLength) })
        default: value
        }
    }

    private static func cut(_ text: String, _ length: Int) -> String {
        // No text has more characters than bytes.
        guard text.utf8.count > length else { return text }
        return String(text.unicodeScalars.prefix(max(0, length)))
    }
}
