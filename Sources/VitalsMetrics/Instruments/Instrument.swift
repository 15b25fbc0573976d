import Synchronization

/// What instruments have in common.
public protocol Instrument: Sendable {
    /// One series of the instrument.
    associatedtype Series: InstrumentSeries
    /// The instrument, for what all instruments share.
    var _handle: _InstrumentHandle { get }
}

extension Instrument {
    /// The series with the given labels: a small value to keep and record through without a look-up.
    public func with(_ labels: Attributes) -> Series {
        let handle = _handle
        return Series(
            _instrument: _InstrumentHandle(
                instrument: handle.instrument, series: handle.instrument { $0.bind(labels) }))
    }

    /// Whether anything that is recorded is kept: false when views drop the instrument, or its registry is gone.
    public var isEnabled: Bool {
        _handle.instrument { !$0.streams.isEmpty && !$0.context.isClosed.load(ordering: .acquiring) }
    }

    /// The name the instrument was declared with.
    public var name: String {
        _handle.instrument { $0.descriptor.name }
    }

    /// Removes the series with the given labels. Recording to them again starts a new series, from zero.
    @discardableResult
    public func remove(_ labels: Attributes) -> Bool {
        _handle.instrument { core in
            core.streams.reduce(false) { removed, stream in stream.remove(labels) || removed }
        }
    }

    /// Removes the series whose labels satisfy `isRemoved`, and tells how many there were.
    @discardableResult
    public func removeAll(where isRemoved: (Attributes) -> Bool) -> Int {
        _handle.instrument { core in
            core.streams.reduce(0) { $0 + $1.removeAll(where: isRemoved) }
        }
    }
}

extension InstrumentCore {
    var handle: _InstrumentHandle {
        _InstrumentHandle(instrument: InstrumentReference(self), series: unlabelled)
    }
}
