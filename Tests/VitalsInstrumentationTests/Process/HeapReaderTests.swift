import Synchronization
import Testing
import VitalsMetrics

@testable import VitalsInstrumentation

struct HeapReaderTests {
    @Test func mallocIsAskedWhileItAnswersQuickly() {
        var heap = HeapReader()
        heap.ask = { (7, 9) }
        heap.clock = { 1 }
        for _ in 0..<3 {
            let sizes = heap.read()
            #expect((sizes?.used, sizes?.reserved) == (7, 9))
        }
    }

    @Test func whoTookTooLongOnceIsNotAskedAgain() {
        let questions = Locked(0)
        let seconds = Locked(0.0)
        var heap = HeapReader()
        heap.ask = {
            questions.withLock { $0 += 1 }
            seconds.withLock { $0 += HeapReader.longest * 1.5 }
            return (7, 9)
        }
        heap.clock = { seconds.withLock(\.self) }
        #expect(heap.read()?.used == 7)
        #expect(heap.read() == nil)
        #expect(questions.withLock(\.self) == 1)
    }

    @Test(arguments: [nil, (used: 0, reserved: 0)] as [HeapReader.Sizes?])
    func aProgramWithAnotherMallocHasNoSizes(sizes: HeapReader.Sizes?) {
        var heap = HeapReader()
        heap.ask = { sizes }
        #expect(heap.read() == nil)
    }
}
