/// What a registry reports at one time: its families, by meter and then by name. A change makes a new directory, so
/// that whoever has worked something out for one can tell whether it still holds.
package final class FamilyDirectory: Sendable {
    let streams: [Stream]
    /// What each family is. Never empty names: an instrument without a legal name is not reported.
    package let families: [FamilyDescription]

    init(_ streams: [Stream]) {
        self.streams = streams
        families = streams.map { FamilyDescription($0) }
    }
}

/// What a family is, whatever it holds at the moment.
package struct FamilyDescription: Sendable {
    /// Tells families apart for as long as the process runs.
    package let id: ObjectIdentifier
    /// Who declared it.
    package let scope: InstrumentationScope
    /// Its name, as views have it.
    package let name: String
    /// Its unit.
    package let unit: Unit
    /// What it is for.
    package let description: String
    /// Which kind of instrument it comes from.
    package let kind: InstrumentKind
    /// What its rows hold.
    package let data: FamilySnapshot.Data
    /// Which numbers it records.
    package let number: NumberKind

    init(_ stream: Stream) {
        let (name, description) = stream.state.withLock { ($0.name, $0.description) }
        id = ObjectIdentifier(stream)
        scope = stream.instrument.scope
        self.name = name
        unit = stream.instrument.unit
        self.description = description ?? stream.instrument.description
        kind = stream.instrument.kind
        data = stream.data
        number = stream.instrument.number
    }
}

extension Stream {
    /// What a row of this stream holds.
    var data: FamilySnapshot.Data {
        switch aggregation {
        case .sum: .sum(isMonotonic: instrument.kind.isMonotonic)
        case .lastValue: .gauge
        case .explicit(let bounds): .histogram(bounds: bounds.values)
        case .exponential: .exponential
        }
    }
}
