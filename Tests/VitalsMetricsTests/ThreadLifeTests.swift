import CVitals
import Glibc
import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

/// Threads come and go, tasks hop between them, and nothing that they recorded is lost.
@Suite struct ThreadLifeTests {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        let finished = Atomic<Int>(0)

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }

        /// Runs the body on threads of its own, `width` at a time, and waits for them to end.
        func run(threads: Int, width: Int) {
            var started = 0
            while started < threads {
                let batch = min(width, threads - started)
                for _ in 0..<batch {
                    let box = Unmanaged.passRetained(self).toOpaque()
                    let failure = vitals_thread_start(
                        { pointer in
                            let work = Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue()
                            work.body()
                            work.finished.add(1, ordering: .acquiringAndReleasing)
                        }, box, "life")
                    #expect(failure == 0)
                }
                started += batch
                while finished.load(ordering: .acquiring) < started { vitals_yield() }
            }
        }
    }

    @Test func thousandsOfShortThreadsLoseNothingAndShareFewShards() {
        let reader = InMemoryReader()
        let counter = reader.meter().counter("short.lived")
        let histogram = reader.meter().histogram("short.times")
        let before = CellStore.shardCount
        Work {
            counter.add(1)
            histogram.record(1)
        }.run(threads: 4000, width: 8)
        #expect(reader.counter("short.lived") == 4000)
        #expect(reader.histogram("short.times")?.count == 4000)
        // A thread may still be on its way out when the next begins; other suites have threads of their own.
        #expect(CellStore.shardCount - before < 200)
    }

    @Test func tasksThatHopBetweenThreadsLoseNothing() async {
        let reader = InMemoryReader()
        let counter = reader.meter().counter("hops")
        let family = reader.meter().counter("family.hops", by: .string("name"), .int("number"))
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<64 {
                group.addTask {
                    for step in 0..<500 {
                        counter.add(1)
                        await Task.yield()
                        counter.add(1)
                        family["task", task % 4].add(1)
                        if step.isMultiple(of: 100) { try? await Task.sleep(for: .microseconds(50)) }
                        counter.add(1)
                    }
                }
            }
        }
        #expect(reader.counter("hops") == 96_000)
        let total = (0..<4).reduce(0.0) {
            $0 + (reader.counter("family.hops", ["name": "task", "number": .int($1)]) ?? 0)
        }
        #expect(total == 32_000)
    }

    /// What a thread records in the destructor of another library's thread-local value, after ours has run.
    @Test func recordsOfAThreadThatIsEndingAreCounted() {
        let reader = InMemoryReader()
        let last = LastWords(counter: reader.meter().counter("last.words"))
        var key = pthread_key_t()
        #expect(pthread_key_create(&key, { LastWords.speak($0) }) == 0)
        let slot = key
        Work {
            last.counter.add(1)
            pthread_setspecific(slot, Unmanaged.passRetained(last).toOpaque())
        }.run(threads: 100, width: 4)
        let end = vitals_monotonic_nanoseconds() + 5_000_000_000
        while last.spoken.load(ordering: .acquiring) < 400, vitals_monotonic_nanoseconds() < end { vitals_yield() }
        #expect(reader.counter("last.words") == 500)
        pthread_key_delete(key)
    }

    private final class LastWords: Sendable {
        let counter: Counter<Int>
        let spoken = Atomic<Int>(0)

        init(counter: Counter<Int>) {
            self.counter = counter
        }

        static func speak(_ pointer: UnsafeMutableRawPointer?) {
            guard let pointer else { return }
            let words = Unmanaged<LastWords>.fromOpaque(pointer).takeRetainedValue()
            for _ in 0..<4 {
                words.counter.add(1)
                words.spoken.add(1, ordering: .acquiringAndReleasing)
            }
        }
    }
}
