import Synchronization
import VitalsMetrics

/// What the queue of one processor adds to those of its name: a gauge would only tell of the one that was set last, and
/// what was received would not be accounted for. It is taken back when nobody holds this.
final class QueueShare: Sendable {
    private let size: UpDownCounter<Int>.Series
    private let capacity: UpDownCounter<Int>.Series?
    private let room: Int
    private let waiting = Atomic(0)

    init(_ meter: Meter, _ labels: Attributes, capacity room: Int?) {
        size =
            meter.upDownCounter(
                "processor.queue.size", unit: "{event}", description: "Events that wait."
            ).with(labels)
        self.room = room ?? 0
        capacity = room.map { _ in
            meter.upDownCounter(
                "processor.queue.capacity", unit: "{event}", description: "Events that may wait."
            ).with(labels)
        }
        capacity?.add(self.room)
    }

    deinit {
        set(0)
        capacity?.add(0 &- room)
    }

    func set(_ count: Int) {
        size.add(count &- waiting.exchange(count, ordering: .relaxed))
    }
}
