import Vitals

/// The shop as a process: telemetry, payment service, shop and load.
enum ShopService {
    /// Serves until it is told to end. Gives the exit code.
    static func run(_ options: ShopOptions) -> Int32 {
        do {
            try serve(options)
            return 0
        } catch {
            Console.complain("\(error)")
            return 1
        }
    }

    private static func serve(_ options: ShopOptions) throws {
        let telemetry = try ServiceTelemetry.start(
            "storefront", isOn: options.hasTelemetry, port: options.metricsPort)
        defer { telemetry.shutdown(timeout: .seconds(1)) }
        let payment = options.payment == nil ? try OwnPayment(PaymentOptions(of: options)) : nil
        defer {
            payment?.process.terminate()
            payment?.process.wait(until: Deadline(after: .seconds(1)))
        }
        let address = options.payment ?? "http://localhost:\(payment?.port ?? 0)"
        let shop = try Shop(options, payment: address, telemetry: telemetry)
        let load = try options.load.map { rate in
            try LoadGenerator("http://localhost:\(shop.endpoint.port)", rate: rate, seed: options.seed)
        }
        try telemetry.endpoint?.addReadinessCheck("shop") {}

        Console.say("shop        http://localhost:\(shop.endpoint.port)/api/users/1")
        Console.say(telemetry)
        Console.say("payment     \(address)/payments")
        if let payment { Console.say("            http://localhost:\(payment.metricsPort)/metrics") }
        if let rate = options.load { Console.say("load        \(rate) requests a second") }
        Console.say(options.seconds.map { "ends after \($0) s" } ?? "ends with Ctrl-C")

        let loading = load.map { load in Task { await load.run() } }
        _ = EndSignals.wait(.seconds(options.seconds ?? 1_000_000_000))

        load?.stop()
        shop.shutdown(until: Deadline(after: .seconds(3)))
        load?.shutdown()
        if let loading { _ = block(until: Deadline(after: .milliseconds(200))) { await loading.value } }
        report(shop.tally, load)
    }

    private static func report(_ tally: Tally, _ load: LoadGenerator?) {
        if let load {
            let result = load.result
            Console.say(
                "load        answered=\(result.answered) failed=\(result.failed) unanswered=\(result.unanswered) "
                    + "skipped=\(result.skipped)")
        }
        Console.say(
            "served      requests=\(tally.requests.value) orders=\(tally.orders.value) "
                + "processed=\(tally.processed.value) dropped=\(tally.dropped.value) "
                + "deduplicated=\(tally.deduplicated.value)")
    }
}
