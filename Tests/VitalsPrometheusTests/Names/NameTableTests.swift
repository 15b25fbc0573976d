import Testing
import VitalsMetrics

@testable import VitalsPrometheus

@Suite struct NameTableTests {
    private static let registry = Registry()

    private static func stream(
        _ name: String, _ kind: MetricName.Kind, unit: Unit = "", scope: String = "a", number: NumberKind = .int
    ) -> StreamIdentity {
        StreamIdentity(scope: registry.meter(scope).scope, name: name, unit: unit, kind: kind, number: number)
    }

    private static func table(
        _ strategy: TranslationStrategy = .underscoreEscapingWithSuffixes, _ escaping: EscapingScheme = .underscores
    ) -> NameTable {
        NameTable(strategy: strategy, escaping: escaping)
    }

    private static func word(_ verdict: NameTable.Verdict) -> String {
        switch verdict {
        case .first(let name): "first \(name.sample)"
        case .joins(let name): "joins \(name.sample)"
        case .refused: "refused"
        }
    }

    typealias Named = (name: String, kind: MetricName.Kind)
    static let pairs: [(Named, Named, String)] = [
        (("foo", .histogram), ("foo_count", .gauge), "refused"),
        (("foo", .histogram), ("foo.sum", .upDown), "refused"),
        (("foo", .histogram), ("foo.bucket", .gauge), "refused"),
        (("foo", .histogram), ("foo.created", .gauge), "refused"),
        (("foo", .histogram), ("foo", .gauge), "refused"),
        (("foo", .histogram), ("foo", .counter), "refused"),
        (("foo.count", .gauge), ("foo", .histogram), "refused"),
        (("foo.count", .counter), ("foo", .histogram), "refused"),
        (("foo", .counter), ("foo_total", .gauge), "refused"),
        (("foo", .counter), ("foo_created", .gauge), "refused"),
        (("foo", .counter), ("foo", .gauge), "refused"),
        (("foo.total", .gauge), ("foo", .counter), "refused"),
        (("foo", .gauge), ("foo", .counter), "refused"),
        (("foo", .histogram), ("foo.total", .gauge), "first foo_total"),
        (("foo", .counter), ("foo.count", .gauge), "first foo_count"),
        (("foo", .gauge), ("foo.count", .gauge), "first foo_count"),
        (("a.b", .gauge), ("a_b", .gauge), "joins a_b"),
        (("a.b", .gauge), ("a_b", .upDown), "joins a_b"),
        (("a.b", .counter), ("a.b.total", .counter), "joins a_b_total"),
        (("a.b", .histogram), ("a-b", .histogram), "joins a_b"),
        (("a.b", .histogram), ("a_b", .gauge), "refused"),
    ]

    @Test(arguments: pairs)
    func whoComesFirstHasTheNames(_ first: Named, _ second: Named, _ verdict: String) {
        var table = Self.table()
        #expect(Self.word(table.claim(Self.stream(first.name, first.kind)).verdict).hasPrefix("first"))
        #expect(Self.word(table.claim(Self.stream(second.name, second.kind, scope: "b")).verdict) == verdict)
    }

    @Test func aCounterWithoutSuffixHasOneNameOnly() {
        var table = Self.table(.underscoreEscapingWithoutSuffixes)
        #expect(Self.word(table.claim(Self.stream("foo", .counter)).verdict) == "first foo")
        #expect(Self.word(table.claim(Self.stream("foo.created", .gauge)).verdict) == "first foo_created")
        // OpenMetrics would have to call both families foo.
        #expect(Self.word(table.claim(Self.stream("foo.total", .counter)).verdict) == "refused")
    }

    @Test func claimingAgainChangesNothing() {
        var table = Self.table()
        let first = Self.stream("foo", .counter)
        let refused = Self.stream("foo", .gauge)
        let claim = table.claim(first)
        #expect(claim.news == nil)
        #expect(table.claim(first) == claim)
        let refusal = table.claim(refused)
        #expect(refusal.news != nil)
        #expect(table.claim(refused) == NameTable.Claim(verdict: refusal.verdict, news: nil))
    }

    @Test func theSameNameFromElsewhereJoins() {
        var table = Self.table()
        _ = table.claim(Self.stream("foo", .counter))
        #expect(Self.word(table.claim(Self.stream("foo", .counter, scope: "b")).verdict) == "joins foo_total")
        #expect(Self.word(table.claim(Self.stream("foo", .counter, number: .double)).verdict) == "joins foo_total")
        #expect(table.claim(Self.stream("foo", .counter, scope: "c")).news == nil)
    }

    @Test func aRefusalNamesBothAndSaysWhatToDo() {
        var table = Self.table()
        _ = table.claim(Self.stream("foo", .histogram, scope: "http"))
        let claim = table.claim(Self.stream("foo.count", .gauge, scope: "shop"))
        let reason = """
            the gauge "foo.count" of scope "shop" is not exposed: in Prometheus it would need the name "foo_count", \
            which the histogram "foo" of scope "http" has. Rename one of them, for example with a view.
            """
        #expect(claim == NameTable.Claim(verdict: .refused(reason: reason), news: reason))
    }

    @Test func theRefusedLeaveNothingBehind() {
        var table = Self.table()
        _ = table.claim(Self.stream("foo.count", .gauge))
        #expect(Self.word(table.claim(Self.stream("foo", .histogram)).verdict) == "refused")
        #expect(Self.word(table.claim(Self.stream("foo.sum", .gauge)).verdict) == "first foo_sum")
        #expect(Self.word(table.claim(Self.stream("foo", .gauge)).verdict) == "first foo")
    }

    @Test func theMetadataOfTheFirstCountsAndTheDifferenceIsToldOnce() {
        var table = Self.table(.underscoreEscapingWithoutSuffixes)
        _ = table.claim(Self.stream("foo.s", .gauge, unit: "s"), help: "One.")
        let other = Self.stream("foo_s", .gauge, unit: "ms", scope: "b")
        let claim = table.claim(other, help: "Two.")
        #expect(Self.word(claim.verdict) == "joins foo_s")
        #expect(
            claim.news == """
                the gauge "foo_s" of scope "b" is exposed as "foo_s" together with the gauge "foo.s" of scope "a", \
                whose unit is "seconds", not "milliseconds", and whose description is another one. Those of the first \
                count.
                """)
        #expect(table.claim(other, help: "Two.").news == nil)
    }

    static let helps: [(String, String, Bool)] = [
        ("One.", "One.", false), ("One.", "Two.", true), ("One.", "", false), ("", "Two.", true),
    ]

    @Test(arguments: helps)
    func aMissingDescriptionContradictsNobody(_ first: String, _ second: String, _ isNews: Bool) {
        var table = Self.table()
        _ = table.claim(Self.stream("foo", .gauge), help: first)
        #expect((table.claim(Self.stream("foo", .gauge, scope: "b"), help: second).news != nil) == isNews)
    }

    @Test func unitsWithTheSameWordDoNotDiffer() {
        var table = Self.table()
        _ = table.claim(Self.stream("foo", .counter, unit: "{request}"))
        #expect(table.claim(Self.stream("foo", .counter, unit: "1", scope: "b")).news == nil)
    }

    static let targets: [(String, MetricName.Kind, String)] = [
        ("target.info", .gauge, "refused"), ("target", .gauge, "refused"), ("target", .counter, "refused"),
        ("target", .histogram, "refused"), ("targets", .gauge, "first targets"),
        ("target.count", .gauge, "first target_count"),
    ]

    @Test(arguments: targets)
    func theNamesOfTheResourceAreTaken(_ name: String, _ kind: MetricName.Kind, _ verdict: String) {
        var table = Self.table()
        let claim = table.claim(Self.stream(name, kind))
        #expect(Self.word(claim.verdict) == verdict)
        #expect((claim.news != nil) == (verdict == "refused"))
    }

    static let resources: [(EscapingScheme, String, String)] = [
        (.allowUTF8, "target", "target_info"), (.underscores, "target", "target_info"),
        (.dots, "target_", "target__info"), (.values, "target", "target_info"),
    ]

    @Test(arguments: resources)
    func theNameOfTheResourceIsEscapedToo(_ scheme: EscapingScheme, _ family: String, _ sample: String) {
        let table = Self.table(.noTranslation, scheme)
        #expect(table.target == (family, sample))
    }

    @Test func namesMeetWhereTheSchemeMakesThemEqual() {
        let (dotted, plain) = (Self.stream("a.b", .gauge), Self.stream("a_b", .histogram))
        for scheme in [EscapingScheme.allowUTF8, .dots, .values] {
            var table = Self.table(.noTranslation, scheme)
            #expect(Self.word(table.claim(dotted).verdict).hasPrefix("first"))
            #expect(Self.word(table.claim(plain).verdict).hasPrefix("first"))
        }
        var table = Self.table(.noTranslation, .underscores)
        _ = table.claim(dotted)
        #expect(Self.word(table.claim(plain).verdict) == "refused")
    }

    @Test func aReleasedNameIsFreeForThoseWhoWereRefused() {
        var table = Self.table()
        let (gauge, histogram, other) = (
            Self.stream("foo", .gauge), Self.stream("foo", .histogram), Self.stream("foo", .counter)
        )
        _ = table.claim(gauge)
        _ = table.claim(histogram)
        _ = table.claim(other)
        table.release(gauge)
        #expect(Self.word(table.claim(histogram).verdict) == "first foo")
        #expect(Self.word(table.claim(other).verdict) == "refused")
        #expect(Self.word(table.claim(gauge).verdict) == "refused")
    }

    @Test func theNextOfAFamilyInheritsIt() {
        var table = Self.table(.underscoreEscapingWithoutSuffixes)
        let first = Self.stream("foo.seconds", .gauge, unit: "ms")
        let second = Self.stream("foo_seconds", .gauge, unit: "s")
        let third = Self.stream("foo_seconds", .gauge, unit: "s", scope: "c")
        for stream in [first, second, third] { _ = table.claim(stream) }
        table.release(first)
        guard case .first(let name) = table.claim(second).verdict else {
            Issue.record("the second should be first now")
            return
        }
        #expect(name.unit == "seconds")
        #expect(table.claim(third).verdict == .joins(name))
        #expect(table.claim(first).verdict == .joins(name))
    }

    @Test func releasingChangesNothingForOthers() {
        var table = Self.table()
        let (first, joined, refused) = (
            Self.stream("foo", .gauge), Self.stream("foo", .gauge, scope: "b"), Self.stream("foo", .counter)
        )
        for stream in [first, joined, refused] { _ = table.claim(stream) }
        table.release(Self.stream("bar", .gauge))
        table.release(refused)
        table.release(joined)
        #expect(Self.word(table.claim(first).verdict) == "first foo")
        #expect(Self.word(table.claim(Self.stream("foo", .histogram)).verdict) == "refused")
    }

    @Test func aRefusalThatStaysTheSameIsNotToldAgain() {
        var table = Self.table()
        let (other, refused) = (Self.stream("bar", .gauge), Self.stream("foo", .counter))
        for stream in [Self.stream("foo", .gauge), other, refused] { _ = table.claim(stream) }
        table.release(other)
        let claim = table.claim(refused)
        #expect(Self.word(claim.verdict) == "refused")
        #expect(claim.news == nil)
    }
}
