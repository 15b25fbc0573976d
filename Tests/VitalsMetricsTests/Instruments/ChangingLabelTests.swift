import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

/// A label whose text is another one each time that it is asked for.
private struct Flip: LabelValue {
    static let asked = Atomic<Int>(0)

    var label: String {
        let turn = Flip.asked.add(1, ordering: .relaxed).newValue
        return String(repeating: "x", count: turn.isMultiple(of: 2) ? 480 : 0)
    }
}

@Suite struct ChangingLabelTests {
    /// The size is asked for first, the text afterwards: what is written must fit whatever it is.
    @Test func aLabelThatChangesBetweenTwoLooksWritesNothingOutOfPlace() {
        let reader = InMemoryReader()
        let family = reader.meter().counter("counter", by: .label("a", of: Flip.self), .string("b"))
        let swapped = reader.meter().counter("swapped", by: .string("b"), .label("a", of: Flip.self))
        for length in stride(from: 0, through: 240, by: 10) {
            for _ in 0..<4 {
                family[Flip(), String(repeating: "y", count: length)].add(1)
                swapped[String(repeating: "y", count: length), Flip()].add(1)
            }
        }
        #expect(reader.collect()["counter"]?.points.reduce(0) { $0 + ($1.int ?? 0) } == 100)
        #expect(reader.collect()["swapped"]?.points.reduce(0) { $0 + ($1.int ?? 0) } == 100)
    }
}
