import CVitals
import Synchronization

extension Stream {
    /// Writes into the calling thread's cell of a live series. False when the series is not live. What a gauge may be
    /// set to for one view and a histogram of another cannot count is left out of the histogram.
    @inline(__always)
    func write<Value: MetricNumber>(_ value: Value, to series: SeriesReference) -> Bool {
        switch aggregation {
        case .sum:
            let done: Void? = CellStore.withCell(of: series, layout: CellLayout.sum, initial: { 0 }) { cell in
                let sum = Value(_bits: cell.pointee.value.load(ordering: .relaxed))
                cell.pointee.value.store(sum._adding(value)._bits, ordering: .relaxed)
            }
            return done != nil
        case .lastValue:
            return SharedCells.set(value._bits, series)
        case .explicit(let bounds):
            guard value._isFinite else { return leaveOut(value) }
            let done: Void? = CellStore.withCell(
                of: series, layout: CellLayout.explicit, initial: { ExplicitCell.make(bounds) }
            ) { ExplicitCell.record(value, in: $0.pointee) }
            return done != nil
        case .exponential(let shape):
            guard value._isFinite else { return leaveOut(value) }
            let done: Void? = CellStore.withCell(
                of: series, layout: CellLayout.exponential, initial: { ExponentialCell.make(shape) }
            ) { ExponentialCell.record(value, in: $0.pointee) }
            return done != nil
        }
    }

    @inline(never)
    private func leaveOut<Value: MetricNumber>(_ value: Value) -> Bool {
        context.drop(
            value._double.isNaN ? .nan : .infinite, "\(instrument.name): a histogram cannot count \(value)")
        return true
    }

    /// Keeps the measurement as an exemplar if the filter takes it. `attributes` are those it was made with, where they
    /// are known; the series lacks the ones that a view dropped.
    func offerExemplar<Value: MetricNumber>(_ value: Value, to series: SeriesReference, _ attributes: Attributes?) {
        let code = context.exemplarFilter.load(ordering: .relaxed)
        guard code != ExemplarFilter.alwaysOff.code, value._isFinite else { return }
        // The program's supplier or reservoir may itself record.
        guard vitals_exemplar_enter() else { return }
        defer { vitals_exemplar_leave() }
        let span = ExemplarSource.context()
        guard code == ExemplarFilter.alwaysOn.code || span?.isSampled == true else { return }
        var dropped = Attributes()
        if let filter, let attributes {
            dropped = ExemplarStore.bounded(attributes.filter { !filter.keeps($0) })
        }
        let exemplar = Exemplar(
            value: value._double, time: context.clock.now(), attributes: dropped, context: span)
        exemplars.offer(exemplar, to: series)
    }
}
