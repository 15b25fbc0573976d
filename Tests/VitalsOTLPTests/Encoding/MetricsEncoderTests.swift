import Testing
import VitalsMetrics
import VitalsTesting

/// The literals are what Google's runtime makes of the same messages.
@Suite("Encoded metrics")
struct MetricsEncoderTests {
    private let shop: Attributes = ["service.name": "shop"]

    /// Two seconds, the first of which is over when something is recorded.
    private func encoded(
        _ temporality: Temporality = .cumulative, views: [View] = [], resource: Attributes, _ record: (Registry) -> Void
    ) throws -> (hex: String, points: Int) {
        let encoding = Encoding(temporality, views: views, resource: resource)
        encoding.clock.advance(by: .seconds(1))
        record(encoding.registry)
        encoding.clock.advance(by: .seconds(1))
        let (bytes, points) = try encoding.collect()
        return (bytes.hex, points)
    }

    private func literal(_ text: String) -> String { text.filter { !$0.isWhitespace } }

    @Test("A counter of integers has as_int and is monotonic")
    func integerCounter() throws {
        let (hex, points) = try encoded(resource: shop) { registry in
            let placed = registry.meter("orders").counter("placed", unit: "{order}", description: "Orders.")
            placed.add(3, ["method": "card"])
            placed.add(300, ["method": "cash", "first": true])
        }
        let expected = """
            0ab5010a180a160a0c736572766963652e6e616d6512060a0473686f701298010a080a066f7264657273128b010a0670
            6c6163656412074f72646572732e1a077b6f726465727d3a6f0a2d1100cac471fe9c97171900945fadfe9c9717310300
            0000000000003a100a066d6574686f6412060a04636172640a3a1100cac471fe9c97171900945fadfe9c9717312c0100
            00000000003a0b0a056669727374120210013a100a066d6574686f6412060a046361736810021801
            """
        #expect(hex == literal(expected))
        #expect(points == 2)
    }

    @Test("A counter of doubles has as_double, and a change says so")
    func doubleCounter() throws {
        let (hex, points) = try encoded(.delta, resource: shop) { registry in
            registry.meter("orders").counter("placed", of: Double.self).add(1.5)
        }
        let expected = """
            0a530a180a160a0c736572766963652e6e616d6512060a0473686f7012370a080a066f7264657273122b0a06706c6163
            65643a210a1b1100cac471fe9c97171900945fadfe9c971721000000000000f83f10011801
            """
        #expect(hex == literal(expected))
        #expect(points == 1)
    }

    @Test("A sum that goes down is not monotonic, and its zeros are written")
    func upDownCounter() throws {
        let (hex, points) = try encoded(resource: shop) { registry in
            let open = registry.meter("orders").upDownCounter("open")
            open.add(-2, ["k": "a"])
            open.add(0, ["k": "b"])
        }
        let expected = """
            0a80010a180a160a0c736572766963652e6e616d6512060a0473686f7012640a080a066f726465727312580a046f7065
            6e3a500a251100cac471fe9c97171900945fadfe9c971731feffffffffffffff3a080a016b12030a01610a251100cac4
            71fe9c97171900945fadfe9c97173100000000000000003a080a016b12030a01621002
            """
        #expect(hex == literal(expected))
        #expect(points == 2)
    }

    @Test("A gauge may be anything, NaN too")
    func gauge() throws {
        let (hex, points) = try encoded(resource: shop) { registry in
            let level = registry.meter("g").gauge("level", unit: .bytes)
            level.set(0, ["k": 1])
            level.set(.nan, ["k": 2])
            level.set(-.infinity, ["k": 3])
        }
        let expected = """
            0aa3010a180a160a0c736572766963652e6e616d6512060a0473686f701286010a030a0167127f0a056c6576656c1a02
            42792a720a241100cac471fe9c97171900945fadfe9c97172100000000000000003a070a016b120218010a241100cac4
            71fe9c97171900945fadfe9c971721000000000000f87f3a070a016b120218020a241100cac471fe9c97171900945fad
            fe9c971721000000000000f0ff3a070a016b12021803
            """
        #expect(hex == literal(expected))
        #expect(points == 3)
    }

    @Test("A histogram has its buckets, bounds, sum and extremes")
    func histogram() throws {
        let (hex, points) = try encoded(resource: shop) { registry in
            let time = registry.meter("h").histogram("time", unit: .seconds, buckets: [1, 10])
            for value in [0.5, 2, 11] { time.record(value, ["route": "/"]) }
        }
        let expected = """
            0aa3010a180a160a0c736572766963652e6e616d6512060a0473686f701286010a030a0168127f0a0474696d651a0173
            4a740a701100cac471fe9c97171900945fadfe9c9717210300000000000000290000000000002b403218010000000000
            0000010000000000000001000000000000003a10000000000000f03f00000000000024404a0c0a05726f75746512030a
            012f59000000000000e03f6100000000000026401002
            """
        #expect(hex == literal(expected))
        #expect(points == 1)
    }

    @Test("A histogram without bounds has one bucket, a sum of zero is written, a change has no extremes")
    func oneBucket() throws {
        let (hex, points) = try encoded(.delta, resource: shop) { registry in
            let time = registry.meter("h").histogram("time", buckets: [])
            time.record(0)
            time.record(0)
        }
        let expected = """
            0a5d0a180a160a0c736572766963652e6e616d6512060a0473686f7012410a030a0168123a0a0474696d654a320a2e11
            00cac471fe9c97171900945fadfe9c9717210200000000000000290000000000000000320802000000000000001001
            """
        #expect(hex == literal(expected))
        #expect(points == 1)
    }

    @Test("An exponential histogram has its scale and buckets")
    func exponential() throws {
        let (hex, points) = try encoded(resource: shop) { registry in
            let time = registry.meter("h").histogram(
                "time", unit: .seconds, buckets: .exponential(maxSize: 8, zeroThreshold: 0.125))
            for value in [0, 0.25, 2, 4] { time.record(value, ["route": "/"]) }
        }
        let expected = """
            0a93010a180a160a0c736572766963652e6e616d6512060a0473686f7012770a030a016812700a0474696d651a017352
            650a610a0c0a05726f75746512030a012f1100cac471fe9c97171900945fadfe9c971721040000000000000029000000
            000000194039010000000000000042090805120501000001016100000000000000006900000000000010407100000000
            0000c03f1002
            """
        #expect(hex == literal(expected))
        #expect(points == 1)
    }

    @Test("Where values may be negative there are buckets for them and no sum")
    func negativeBuckets() throws {
        let (hex, points) = try encoded(
            views: [View("*", aggregation: .histogram(.exponential(maxSize: 8, maxScale: 2)))], resource: shop
        ) { registry in
            let distance = registry.meter("h").upDownCounter("d", of: Double.self)
            for value in [-2.0, -4, -4] { distance.add(value) }
            for _ in 0..<200 { distance.add(1) }
        }
        let expected = """
            0a6e0a180a160a0c736572766963652e6e616d6512060a0473686f7012520a030a0168124b0a016452460a421100cac4
            71fe9c97171900945fadfe9c971721cb000000000000003004420608011202c8014a0908061205010000000261000000
            00000010c069000000000000f03f1002
            """
        #expect(hex == literal(expected))
        #expect(points == 1)
    }

    @Test("Exemplars of integers")
    func exemplarsOfIntegers() throws {
        let (hex, points) = try encoded(views: [Self.exemplars], resource: shop) { registry in
            registry.meter("e").counter("c").add(4, ["k": "v"])
        }
        let expected = """
            0aa5010a180a160a0c736572766963652e6e616d6512060a0473686f701288010a030a01651280010a01633a7b0a7511
            00cac471fe9c97171900945fadfe9c97172a3a1105cac471fe9c9717220800f067aa0ba902b72a104bf92f3577b34da6
            a3ce929d0e0e47363104000000000000003a0a0a0475736572120218072a121106cac471fe9c971719000000000000e0
            3f3104000000000000003a080a016b12030a017610021801
            """
        #expect(hex == literal(expected))
        #expect(points == 1)
    }

    @Test("Exemplars of doubles")
    func exemplarsOfDoubles() throws {
        let (hex, points) = try encoded(views: [Self.exemplars], resource: shop) { registry in
            registry.meter("e").counter("c", of: Double.self).add(4, ["k": "v"])
        }
        let expected = """
            0aa5010a180a160a0c736572766963652e6e616d6512060a0473686f701288010a030a01651280010a01633a7b0a7511
            00cac471fe9c97171900945fadfe9c97172100000000000010402a3a1105cac471fe9c97171900000000000010402208
            00f067aa0ba902b72a104bf92f3577b34da6a3ce929d0e0e47363a0a0a0475736572120218072a121106cac471fe9c97
            1719000000000000e03f3a080a016b12030a017610021801
            """
        #expect(hex == literal(expected))
        #expect(points == 1)
    }

    @Test("Exemplars of histograms")
    func exemplarsOfHistograms() throws {
        let (hex, points) = try encoded(views: [Self.exemplars], resource: shop) { registry in
            registry.meter("e").histogram("c", buckets: [1]).record(4, ["k": "v"])
        }
        let expected = """
            0adc010a180a160a0c736572766963652e6e616d6512060a0473686f7012bf010a030a016512b7010a01634ab1010aac
            011100cac471fe9c97171900945fadfe9c97172101000000000000002900000000000010403210000000000000000001
            000000000000003a08000000000000f03f423a1105cac471fe9c9717190000000000001040220800f067aa0ba902b72a
            104bf92f3577b34da6a3ce929d0e0e47363a0a0a04757365721202180742121106cac471fe9c971719000000000000e0
            3f4a080a016b12030a01765900000000000010406100000000000010401002
            """
        #expect(hex == literal(expected))
        #expect(points == 1)
    }

    @Test("Exemplars of exponential histograms")
    func exemplarsOfExponentialHistograms() throws {
        let (hex, points) = try encoded(views: [Self.exemplars], resource: shop) { registry in
            registry.meter("e").histogram("c", buckets: .exponential()).record(4, ["k": "v"])
        }
        let expected = """
            0acc010a180a160a0c736572766963652e6e616d6512060a0473686f7012af010a030a016512a7010a016352a1010a9c
            010a080a016b12030a01761100cac471fe9c97171900945fadfe9c971721010000000000000029000000000000104030
            28420808feffff011201015a3a1105cac471fe9c9717190000000000001040220800f067aa0ba902b72a104bf92f3577
            b34da6a3ce929d0e0e47363a0a0a0475736572120218075a121106cac471fe9c971719000000000000e03f6100000000
            000010406900000000000010401002
            """
        #expect(hex == literal(expected))
        #expect(points == 1)
    }

    @Test("Families of one scope share it; scopes have version, attributes and schema URL")
    func scopes() throws {
        let (hex, points) = try encoded(resource: [:]) { registry in
            let first = registry.meter(
                "a", version: "1.2", schemaURL: "https://example.org/1", attributes: ["team": "core"])
            first.counter("y").add(1)
            first.counter("x").add(1)
            registry.meter("b").counter("z").add(1)
            registry.meter("a", version: "1.3").counter("x").add(1)
        }
        let expected = """
            0ae9010a001281010a180a01611203312e321a0e0a047465616d12060a04636f726512260a01783a210a1b1100cac471
            fe9c97171900945fadfe9c97173101000000000000001002180112260a01793a210a1b1100cac471fe9c97171900945f
            adfe9c9717310100000000000000100218011a1568747470733a2f2f6578616d706c652e6f72672f31122d0a030a0162
            12260a017a3a210a1b1100cac471fe9c97171900945fadfe9c97173101000000000000001002180112320a080a016112
            03312e3312260a01783a210a1b1100cac471fe9c97171900945fadfe9c971731010000000000000010021801
            """
        #expect(hex == literal(expected))
        #expect(points == 4)
    }

    @Test("Attributes of every kind, empty and zero ones too")
    func kindsOfAttributes() throws {
        let (hex, points) = try encoded(resource: ["a": .ints([1, 2]), "b": true]) { registry in
            registry.meter("a").counter("x").add(
                1,
                [
                    "b": false, "b2": true, "d": 0.0, "d2": -0.5, "i": 0, "i2": -1, "s": "", "s2": "é",
                    "zb": .bools([true, false]), "zd": .doubles([1.5, 0]), "ze": .strings([]),
                    "zi": .ints([0, -1, 300]), "zs": .strings(["a", ""]),
                ])
        }
        let expected = """
            0aa3020a1a0a0f0a0161120a2a080a0218010a0218020a070a0162120210011284020a030a016112fc010a01783af601
            0aef011100cac471fe9c97171900945fadfe9c97173101000000000000003a070a0162120210003a080a026232120210
            013a0e0a016412092100000000000000003a0f0a026432120921000000000000e0bf3a070a0169120218003a110a0269
            32120b18ffffffffffffffffff013a070a017312020a003a0a0a02733212040a02c3a93a100a027a62120a2a080a0210
            010a0210003a1e0a027a6412182a160a0921000000000000f83f0a092100000000000000003a080a027a6512022a003a
            1e0a027a6912182a160a0218000a0b18ffffffffffffffffff010a0318ac023a110a027a73120b2a090a030a01610a02
            0a0010021801
            """
        #expect(hex == literal(expected))
        #expect(points == 1)
    }

    @Test("Nothing collected is nothing written")
    func nothing() throws {
        let (hex, points) = try encoded(resource: shop) { _ in }
        #expect(hex.isEmpty)
        #expect(points == 0)
    }

    private static let exemplars = View(
        "*",
        reservoir: .custom { _ in
            let span = ExemplarContext(
                traceID: (0x4bf9_2f35_77b3_4da6, 0xa3ce_929d_0e0e_4736), spanID: 0x00f0_67aa_0ba9_02b7, flags: 1)
            let time: UInt64 = 1_700_000_001_000_000_000
            return ChosenExemplars([
                Exemplar(value: 4, time: time + 5, attributes: ["user": 7], context: span),
                Exemplar(value: 0.5, time: time + 6, attributes: [:], context: nil),
            ])
        })
}
