extension Meter {
    /// A total of integers that only grows, asked for by `callback` at every collection.
    @discardableResult
    public func observableCounter(
        _ name: String, unit: Unit = .none, description: String = "",
        callback: (@Sendable (Observer<Int>) throws -> Void)? = nil
    ) -> ObservableCounter<Int> {
        observableCounter(name, of: Int.self, unit: unit, description: description, callback: callback)
    }

    /// A total that only grows, asked for by `callback` at every collection.
    @discardableResult
    public func observableCounter<Value: MetricNumber>(
        _ name: String, of _: Value.Type, unit: Unit = .none, description: String = "",
        callback: (@Sendable (Observer<Value>) throws -> Void)? = nil
    ) -> ObservableCounter<Value> {
        ObservableCounter(
            _reference: observe(declare(name, .observableCounter, Value._kind, unit, description), callback))
    }

    /// A total of integers, asked for by `callback` at every collection.
    @discardableResult
    public func observableUpDownCounter(
        _ name: String, unit: Unit = .none, description: String = "",
        callback: (@Sendable (Observer<Int>) throws -> Void)? = nil
    ) -> ObservableUpDownCounter<Int> {
        observableUpDownCounter(name, of: Int.self, unit: unit, description: description, callback: callback)
    }

    /// A total, asked for by `callback` at every collection.
    @discardableResult
    public func observableUpDownCounter<Value: MetricNumber>(
        _ name: String, of _: Value.Type, unit: Unit = .none, description: String = "",
        callback: (@Sendable (Observer<Value>) throws -> Void)? = nil
    ) -> ObservableUpDownCounter<Value> {
        ObservableUpDownCounter(
            _reference: observe(declare(name, .observableUpDownCounter, Value._kind, unit, description), callback))
    }

    /// A value, asked for by `callback` at every collection.
    @discardableResult
    public func observableGauge(
        _ name: String, unit: Unit = .none, description: String = "",
        callback: (@Sendable (Observer<Double>) throws -> Void)? = nil
    ) -> ObservableGauge<Double> {
        observableGauge(name, of: Double.self, unit: unit, description: description, callback: callback)
    }

    /// A value, asked for by `callback` at every collection.
    @discardableResult
    public func observableGauge<Value: MetricNumber>(
        _ name: String, of _: Value.Type, unit: Unit = .none, description: String = "",
        callback: (@Sendable (Observer<Value>) throws -> Void)? = nil
    ) -> ObservableGauge<Value> {
        ObservableGauge(
            _reference: observe(declare(name, .observableGauge, Value._kind, unit, description), callback))
    }

    /// One callback for several instruments of this meter, which are observed together.
    @discardableResult
    public func observe<each Observed: ObservableInstrument>(
        _ instruments: repeat each Observed, callback: @escaping @Sendable (BatchObserver) throws -> Void
    ) -> Watch {
        observe(repeat each instruments, of: nil, callback: callback)
    }

    /// One callback for several instruments, which takes the place of the one that told of the same subject through them.
    package func observe<each Observed: ObservableInstrument>(
        _ instruments: repeat each Observed, of subject: String?,
        callback: @escaping @Sendable (BatchObserver) throws -> Void
    ) -> Watch {
        var cores: [InstrumentCore] = []
        repeat (each instruments)._core { cores.append($0) }
        let watch = Watch(cores, of: subject) { try callback(BatchObserver(log: $0)) }
        registry.register(watch)
        return watch
    }

    private func observe<Value: MetricNumber>(
        _ core: InstrumentCore, _ callback: (@Sendable (Observer<Value>) throws -> Void)?
    ) -> _ObservableReference {
        let watch = callback.map { callback in
            Watch([core]) { try callback(Observer(log: $0, core: core)) }
        }
        if let watch { registry.register(watch) }
        return _ObservableReference(instrument: InstrumentReference(core), watch: watch)
    }
}
