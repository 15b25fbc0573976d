import Testing

/// The checker that proves the other tests has to refuse what is wrong (case 98).
@Suite struct ExpositionCheckerTests {
    static let bad: [(String, Bool)] = [
        ("", true), ("# EOF", true), ("# EOF\n\n", true), ("# EOF\n# EOF\n", true), ("\n# EOF\n", true),
        ("# TYPE a gauge\na 1\n", true), ("# TYPE a gauge\na 1", false), ("# TYPE a gauge\n# EOF\n", true),
        ("a 1\n", false), ("# HELP a b\na 1\n", false), ("# TYPE a sometype\na 1\n", false),
        ("# TYPE a gauge\n# TYPE a gauge\na 1\n", false), ("# TYPE a gauge\na 1\n# HELP a b\n", false),
        ("# TYPE a gauge\n# HELP a b\na 1\n", false), ("# HELP a b\n# TYPE a gauge\na 1\n# EOF\n", true),
        ("# TYPE a gauge\na 1\na 2\n", false), ("# TYPE a gauge\nb 1\n", false),
        ("# TYPE a gauge\na{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n", false),
        ("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na{x=\"1\"} 1\n", false),
        ("# TYPE a gauge\na  1\n", false), ("# TYPE a gauge\na 1 \n", false), ("# TYPE a gauge\na 1\r\n", false),
        ("# TYPE a gauge\na{x=\"1\",} 1\n", false), ("# TYPE a gauge\na{x=\"1\"}1\n", false),
        ("# TYPE a gauge\na{x='1'} 1\n", false), ("# TYPE a gauge\na{x=\"\\t\"} 1\n", false),
        ("# TYPE a gauge\na{x=\"1\",x=\"2\"} 1\n", false), ("# TYPE a gauge\na{1=\"1\"} 1\n", false),
        ("# TYPE a gauge\na{__x=\"1\"} 1\n", false), ("# TYPE a gauge\na{x=\"\"} 1\n", false),
        ("# TYPE a.b gauge\na.b 1\n", false), ("# TYPE \"a\" gauge\na 1\n", false),
        ("# TYPE a gauge\n{\"a\"} 1\n", false), ("# TYPE \"a.b\" gauge\n{x=\"1\",\"a.b\"} 1\n", false),
        ("# TYPE a gauge\na nan\n", false), ("# TYPE a gauge\na inf\n", false), ("# TYPE a gauge\na 1.\n", false),
        ("# TYPE a gauge\na 1e5\n", false), ("# TYPE a gauge\na 0x1\n", false), ("# TYPE a gauge\na 1 5\n", false),
        ("# TYPE a counter\na 1\n# EOF\n", true), ("# TYPE a counter\na_total NaN\n# EOF\n", true),
        ("# TYPE a counter\na_total -1\n# EOF\n", true), ("# TYPE a counter\na -1\n", false),
        ("# TYPE a counter\na_total 1\n# TYPE a_total gauge\na_total{x=\"1\"} 1\n# EOF\n", true),
        ("# TYPE a counter\na_total 1\na_total{x=\"1\"} 1\na_created 5\n# EOF\n", true),
        ("# TYPE a gauge\n# UNIT a bytes\na 1\n# EOF\n", true),
        ("# TYPE a_bytes gauge\n# UNIT a_bytes byt\n# EOF\n", true),
        ("# TYPE a gauge\n# HELP a b\"c\na 1\n# EOF\n", true), ("# HELP a b\\\"c\n# TYPE a gauge\na 1\n", false),
        ("# TYPE a gauge\na 1 # {} 1\n# EOF\n", true), ("# TYPE a counter\na_total 1 # {} NaN 1e+06\n# EOF\n", true),
        ("# TYPE a counter\na 1 # {} 1\n", false), ("# TYPE a counter\na_total 1 # {}1\n# EOF\n", true),
        ("# TYPE a counter\na_total 1 # {x=\"\(String(repeating: "x", count: 128))\"} 1\n# EOF\n", true),
        ("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n", false),
        ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n", false),
        ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\n", false),
        ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\n# EOF\n", true),
        ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1.0\n", false),
        ("# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n", false),
        ("# TYPE a histogram\na_bucket{le=\"2\"} 1\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\na_count 1\n", false),
        (
            "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"1.0\"} 1\na_bucket{le=\"+Inf\"} 1\na_count 1\n",
            false
        ),
        ("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1.0\na_count 1\n# EOF\n", true),
        ("# TYPE a histogram\na_bucket{le=\"-1.0\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1.0\na_count 1\n# EOF\n", true),
        ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1 # {} 5\na_bucket{le=\"1.0\"} 1\n# EOF\n", true),
        ("# TYPE a histogram\na_bucket{le=\"1.0\"} 1 # {} 5.0\na_bucket{le=\"+Inf\"} 1\n# EOF\n", true),
        ("# TYPE a histogram\na_bucket{le=\"1.0\"} 1\na_bucket{le=\"+Inf\"} 1 # {} 0.5\n# EOF\n", true),
        ("# TYPE a info\na 1\n# EOF\n", true),
    ]

    @Test(arguments: bad)
    func refuses(_ body: String, _ isOpenMetrics: Bool) {
        #expect(throws: InvalidExposition.self) { try ExpositionChecker.check(body.utf8, isOpenMetrics: isOpenMetrics) }
    }

    static let good: [(String, Bool)] = [
        ("", false), ("# EOF\n", true), ("# HELP a \"b\" \\\\ \\n\n# TYPE a gauge\na NaN\n", false),
        ("# TYPE \"a.b\" gauge\n{\"a.b\",\"c.d\"=\"}\",e=\"\\\\\\\"\\n\"} 1e-05\n", false),
        ("# TYPE a counter\n# HELP a \\\"\na_total 1 # {x=\"1\"} 5.0 1.5\na_created 5\n# EOF\n", true),
        (
            "# TYPE a histogram\na_bucket{le=\"1.0\"} 1 # {} 1.0\na_bucket{le=\"+Inf\"} 1\na_sum 1.0\na_count 1\n# EOF\n",
            true
        ),
        ("# TYPE a info\na_info{x=\"1\"} 1\n# EOF\n", true),
    ]

    @Test(arguments: good)
    func accepts(_ body: String, _ isOpenMetrics: Bool) throws {
        _ = try ExpositionChecker.check(body.utf8, isOpenMetrics: isOpenMetrics)
    }
}
