/// Selects instruments: all criteria that are given must hold.
public struct InstrumentSelector: Sendable, ExpressibleByStringLiteral {
    /// The name, whatever its case; `*` stands for any characters, `?` for one.
    public var name: String?
    /// The kind.
    public var kind: InstrumentKind?
    /// The unit.
    public var unit: Unit?
    /// The name of the meter.
    public var meterName: String?
    /// The version of the meter.
    public var meterVersion: String?
    /// The schema URL of the meter.
    public var meterSchemaURL: String?

    /// Selects instruments for which all given criteria hold.
    public init(
        name: String? = nil, kind: InstrumentKind? = nil, unit: Unit? = nil, meterName: String? = nil,
        meterVersion: String? = nil, meterSchemaURL: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.meterName = meterName
        self.meterVersion = meterVersion
        self.meterSchemaURL = meterSchemaURL
    }

    /// Selects by name.
    public init(stringLiteral name: String) {
        self.init(name: name)
    }

    /// Whether the criteria can hold for instruments of different names.
    var mayMatchSeveral: Bool {
        guard let name else { return true }
        return Wildcard.isPattern(name)
    }

    func matches(_ instrument: InstrumentDescriptor) -> Bool {
        if let name, !Wildcard.matches(name.lowercased(), instrument.name.lowercased()) {
            return false
        }
        if let kind, kind != instrument.kind { return false }
        if let unit, unit != instrument.unit { return false }
        if let meterName, meterName != instrument.scope.name { return false }
        if let meterVersion, meterVersion != instrument.scope.version { return false }
        if let meterSchemaURL, meterSchemaURL != instrument.scope.schemaURL { return false }
        return true
    }
}
