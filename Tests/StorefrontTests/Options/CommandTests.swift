import Testing

@testable import storefront

@Suite struct CommandTests {
    private func shop(_ change: (inout ShopOptions) -> Void = { _ in }) -> Command {
        var options = ShopOptions()
        change(&options)
        return .shop(options)
    }

    private func payment(_ change: (inout PaymentOptions) -> Void = { _ in }) -> Command {
        var options = PaymentOptions()
        change(&options)
        return .payment(options)
    }

    @Test func optionsAreUnderstood() throws {
        let table: [(String, Command)] = [
            ("", shop()),
            ("--port 0", shop { $0.port = 0 }),
            ("--port=65535", shop { $0.port = 65535 }),
            ("--host 0.0.0.0", shop { $0.host = "0.0.0.0" }),
            ("--metrics-port 9000 --port 80", shop { ($0.metricsPort, $0.port) = (9000, 80) }),
            ("--payment http://localhost:8081/", shop { $0.payment = ServiceAddress("http://localhost:8081") }),
            (
                "--payment https://pay.example.com/v1",
                shop { $0.payment = ServiceAddress("https://pay.example.com/v1") }
            ),
            ("--database :memory:", shop { $0.database = ":memory:" }),
            ("--database --odd", shop { $0.database = "--odd" }),
            ("--load 1 --seconds 20", shop { ($0.load, $0.seconds) = (1, 20) }),
            ("--load 10000", shop { $0.load = 10000 }),
            ("--telemetry off", shop { $0.hasTelemetry = false }),
            ("--telemetry off --telemetry on", shop()),
            (
                "--slow 0 --decline 1 --fail 0.5 --seed 7",
                shop { ($0.faults, $0.seed) = (Faults(slow: 0, declined: 1, failing: 0.5), 7) }
            ),
            (
                "--payment-port 1 --payment-metrics-port 2",
                shop { ($0.paymentPort, $0.paymentMetricsPort) = (1, 2) }
            ),
            ("payment", payment()),
            (
                "payment --port 1 --metrics-port 2 --attached",
                payment { ($0.port, $0.metricsPort, $0.isAttached) = (1, 2, true) }
            ),
            ("payment --host ::", payment { $0.host = "::" }),
            ("payment --slow 1 --telemetry off", payment { ($0.faults.slow, $0.hasTelemetry) = (1, false) }),
            ("--help", .help(ShopOptions.help)),
            ("--port x -h", .help(ShopOptions.help)),
            ("payment --help", .help(PaymentOptions.help)),
        ]
        for (line, command) in table {
            #expect(try Command(line.split(separator: " ").map(String.init)) == command, "\(line)")
        }
    }

    @Test func complaintsNameTheOptionAndTheValue() {
        let table: [([String], String)] = [
            (["--port", "x"], "--port needs an integer from 0 to 65535, not 'x'"),
            (["--port", "65536"], "--port needs an integer from 0 to 65535, not '65536'"),
            (["--port", "-1"], "--port needs an integer from 0 to 65535, not '-1'"),
            (
                ["--port", "99999999999999999999"],
                "--port needs an integer from 0 to 65535, not '99999999999999999999'"
            ),
            (["--port"], "--port needs a value"),
            (["--port="], "--port needs a value that is not empty"),
            (["--load", "0"], "--load needs an integer from 1 to 10000, not '0'"),
            (["--load", "10001"], "--load needs an integer from 1 to 10000, not '10001'"),
            (["--seconds", "1.5"], "--seconds needs an integer from 1 to 1000000000, not '1.5'"),
            (["--telemetry", "yes"], "--telemetry needs on or off, not 'yes'"),
            (
                ["--payment", "localhost:8081"],
                "--payment needs an address such as http://localhost:8081, not 'localhost:8081'"
            ),
            (["--payment", "http://"], "--payment needs an address such as http://localhost:8081, not 'http://'"),
            (
                ["--payment", "http://a/?b"],
                "--payment needs an address such as http://localhost:8081, not 'http://a/?b'"
            ),
            (["--payment", "http://user:secret@a"], "--payment needs an address without a name and a password"),
            (["--payment=user:secret@a"], "--payment needs an address without a name and a password"),
            (["--slow", "1.1"], "--slow needs a share from 0 to 1, not '1.1'"),
            (["--fail", "nan"], "--fail needs a share from 0 to 1, not 'nan'"),
            (["--host", ""], "--host needs a value that is not empty"),
            (["--database", ""], "--database needs a value that is not empty"),
            (["--prot", "1"], "there is no option --prot"),
            (["-p", "1"], "there is no option -p"),
            (["serve"], "'serve' is not understood: it is neither an option nor, as the first word, `payment`"),
            (["--port", "1", "2"], "'2' is not understood: it is neither an option nor, as the first word, `payment`"),
            (["payment", "--load", "5"], "there is no option --load"),
            (["payment", "--attached=yes"], "--attached takes no value, but was given 'yes'"),
            (
                ["--payment", "http://a", "--slow", "0"],
                "--slow is for a payment service that the shop starts, but --payment 'http://a' names another one: leave "
                    + "out one of them"
            ),
        ]
        for (arguments, complaint) in table {
            #expect(throws: UsageError(description: complaint), "\(arguments)") { try Command(arguments) }
        }
    }

    @Test func theHintIsTheHelpOfTheSameCommand() {
        for (line, command) in [
            ("", "storefront"), ("--nope", "storefront"), ("payment --nope", "storefront payment"),
            ("--payment x", "storefront"),
        ] {
            let hint = Command.hint(line.split(separator: " ").map(String.init))
            #expect(hint == "`\(command) --help` explains every option", "\(line)")
        }
    }

    @Test func everyOptionIsExplained() {
        for option in [
            "--port", "--host", "--metrics-port", "--payment", "--payment-port", "--payment-metrics-port", "--database",
            "--load", "--seconds", "--seed", "--telemetry", "--slow", "--decline", "--fail", "--help",
        ] {
            #expect(ShopOptions.help.contains("  \(option) "), "\(option)")
        }
        for option in [
            "--port", "--host", "--metrics-port", "--seed", "--telemetry", "--slow", "--decline", "--fail",
            "--attached", "--help",
        ] {
            #expect(PaymentOptions.help.contains("  \(option) "), "\(option)")
        }
    }

    @Test func theShopTellsItsPaymentServiceEverything() throws {
        let line = "--payment-port 1 --payment-metrics-port 2 --seed 3 --telemetry off --slow 0.25 --decline 1 --fail 0"
        guard case .shop(let shop) = try Command(line.split(separator: " ").map(String.init)) else {
            Issue.record("that is the shop")
            return
        }
        let options = PaymentOptions(of: shop)
        #expect(try Command(options.arguments) == .payment(options))
        #expect(options.port == 1 && options.metricsPort == 2 && options.isAttached && options.faults == shop.faults)
    }
}
