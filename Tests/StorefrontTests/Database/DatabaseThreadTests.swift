import Glibc
import Testing

@testable import storefront

/// An actor on a thread of its own.
private actor Desk {
    private let thread: DatabaseThread
    private(set) var threads: Set<pthread_t> = []
    private(set) var count = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init() throws {
        thread = try DatabaseThread()
    }

    func work() {
        threads.insert(pthread_self())
        let before = count
        sched_yield()
        count = before + 1
    }
}

@Suite struct DatabaseThreadTests {
    @Test func allWorkIsDoneOneByOneOnOneThread() async throws {
        let desk = try Desk()
        await withTaskGroup { group in
            for _ in 0..<20 { group.addTask { for _ in 0..<100 { await desk.work() } } }
        }
        #expect(await desk.count == 2000)
        #expect(await desk.threads.count == 1)
    }
}
