/// Changes how the instruments that it selects are reported.
///
/// An instrument that several views select is reported once for each of them; one that no view selects is reported as
/// it was declared.
public struct View: Sendable {
    /// Which instruments the view is for.
    public var selector: InstrumentSelector
    /// The name to report, or nil for that of the instrument.
    public var name: String?
    /// The description to report, or nil for that of the instrument.
    public var description: String?
    /// Which attributes the series keep, or nil for all.
    public var attributes: AttributeFilter?
    /// How measurements become points.
    public var aggregation: Aggregation
    /// How many series the stream may have beside the overflow series, or nil for the registry's limit.
    public var cardinalityLimit: Int?
    /// How exemplars are chosen, or nil for what fits the aggregation.
    public var reservoir: ReservoirChoice?
    /// After how long without a measurement a series is removed, or nil for the registry's setting.
    public var idleExpiry: Duration?
    /// Whether the view only says how instruments are aggregated about which no other view does.
    package var isFallback = false

    /// A view of the selected instruments.
    public init(
        _ selector: InstrumentSelector, name: String? = nil, description: String? = nil,
        attributes: AttributeFilter? = nil, aggregation: Aggregation = .byKind, cardinalityLimit: Int? = nil,
        reservoir: ReservoirChoice? = nil, idleExpiry: Duration? = nil
    ) {
        self.selector = selector
        self.name = name
        self.description = description
        self.attributes = attributes
        self.aggregation = aggregation
        self.cardinalityLimit = cardinalityLimit
        self.reservoir = reservoir
        self.idleExpiry = idleExpiry
    }
}
