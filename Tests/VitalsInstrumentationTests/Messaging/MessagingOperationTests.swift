import Testing

@testable import VitalsInstrumentation

@Suite struct MessagingOperationTests {
    private let operations = MessagingOperations(
        MessagingEndpoint(system: "test", consumerGroup: nil, address: nil, port: nil))

    @Test func soManyOperationsAreKeptWhateverTheirNames() {
        let names: [MessagingOperation.Name] = [.create, .send, .receive, .process]
        let made = (0..<MessagingOperations.most / names.count).flatMap { number in
            names.map { operations[$0, "d\(number)"] }
        }
        #expect(made.count == MessagingOperations.most)
        #expect(operations[.create, "d0"] === made[0])
        #expect(operations[.process, "d0"] === made[3])
        let beyond = operations[.send, "beyond"]
        #expect(operations[.send, "beyond"] !== beyond)
        #expect(operations[.send, "beyond"].labels == beyond.labels)
        #expect(operations[.create, "d0"] === made[0])
    }

    @Test func severalTasksGetTheSameOperation() async {
        await withTaskGroup(of: [ObjectIdentifier].self) { group in
            for _ in 0..<4 {
                group.addTask { [operations] in
                    (0..<200).map { ObjectIdentifier(operations[.send, "d\($0)"]) }
                }
            }
            let first = await group.next()
            for await others in group { #expect(others == first) }
        }
    }
}
