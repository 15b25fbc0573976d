import CVitals
import Synchronization
import Vitals

/// Four threads that count, and what they counted.
final class Load: Sendable {
    private static let threads = 4
    private static let names = ["red", "green", "blue"]

    private let counter: CounterFamily<Int, String>
    private let sizes: Histogram<Double>
    private let meter: Meter
    private let total = Atomic(0)
    private let working = Atomic(0)
    private let isRecording = Atomic(false)

    init(_ meter: Meter) {
        self.meter = meter
        counter = meter.counter("load.items", by: .string("colour"))
        sizes = meter.histogram("load.sizes", buckets: .explicit([1, 2]))
    }

    /// Lets each thread add `count`; gives the total so far.
    func add(each count: Int) -> Int {
        run { load in
            for index in 0..<count { load.addOne(index) }
            load.total.add(count, ordering: .relaxed)
        }
        wait()
        return total.load(ordering: .acquiring)
    }

    /// Lets the threads add in bursts until told to stop.
    func start() {
        isRecording.store(true, ordering: .releasing)
        run { load in
            var count = 0
            while load.isRecording.load(ordering: .acquiring) {
                for _ in 0..<50 {
                    load.addOne(count)
                    count += 1
                }
                vitals_sleep(2_000_000)
            }
            load.total.add(count, ordering: .relaxed)
        }
    }

    /// Stops the threads; gives the total so far.
    func stop() -> Int {
        isRecording.store(false, ordering: .releasing)
        wait()
        return total.load(ordering: .acquiring)
    }

    /// Gives each of so many series its number, so that messages become long.
    func addSeries(_ count: Int) {
        for index in 0..<count {
            // Below the limit of an instrument.
            meter.counter("many.\(index / 1000)").add(index, ["index": .int(index)])
        }
    }

    private func addOne(_ index: Int) {
        counter[Self.names[index % 3]].add(1)
        // Exact however they are summed.
        sizes.record(Double(index % 4))
    }

    private func wait() {
        while working.load(ordering: .acquiring) > 0 { vitals_sleep(1_000_000) }
    }

    private func run(_ body: @escaping @Sendable (Load) -> Void) {
        for index in 0..<Self.threads {
            working.add(1, ordering: .relaxed)
            let work = Work { [self] in
                body(self)
                working.subtract(1, ordering: .releasing)
            }
            let context = Unmanaged.passRetained(work).toOpaque()
            let error = vitals_thread_start(
                { Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body() }, context, "load \(index)")
            if error != 0 {
                Unmanaged<Work>.fromOpaque(context).release()
                working.subtract(1, ordering: .releasing)
            }
        }
    }
}

/// What a thread does.
private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}
