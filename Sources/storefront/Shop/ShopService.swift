import Vitals

/// The shop as a process: telemetry, payment service, shop and load.
enum ShopService {
    /// What the end may take, and how much of that is kept for the last export.
    private static let endTime = Duration.seconds(4)
    private static let exportTime = Duration.seconds(1)

    /// Serves until it is told to end. Gives the exit code.
    static func run(_ options: ShopOptions) -> Int32 {
        do {
            try serve(options)
            return 0
        } catch is ToldToEnd {
            return 0
        } catch {
            Console.complain("\(error)")
            return 1
        }
    }

    private static func serve(_ options: ShopOptions) throws {
        let telemetry = try ServiceTelemetry.start(
            "storefront", isOn: options.hasTelemetry, port: options.metricsPort)
        var own: OwnPayment?
        var end: Deadline?
        defer { finish(telemetry, own, until: end ?? Deadline(after: exportTime)) }
        let meter = telemetry.meter("storefront", version: Version.current)
        let tracer = telemetry.tracer("storefront", version: Version.current)

        let payment: ServiceAddress
        if let address = options.payment {
            payment = address
        } else {
            let started = try OwnPayment(PaymentOptions(of: options))
            (own, payment) = (started, started.address)
        }
        let database = try EndSignals.wait { try Shop.openDatabase(options, meter: meter, tracer: tracer) }
        let shop = try Shop(options, database: database, payment: payment, meter: meter, tracer: tracer)
        for endpoint in [shop.endpoint, telemetry.endpoint] {
            try endpoint?.addReadinessCheck("shop", shop.checkReadiness)
            if let own { try endpoint?.addReadinessCheck("payment", own.checkReadiness) }
        }
        let address = ServiceAddress(host: options.host, port: shop.endpoint.port)
        let load = try options.load.map { rate in
            try LoadGenerator(address.url, rate: rate, seed: options.seed)
        }
        announce(options, address, telemetry, payment, own)

        let loading = Task { await load?.run() }
        wait(.seconds(options.seconds ?? 1_000_000_000), own)

        let deadline = Deadline(after: endTime)
        end = deadline
        let work = deadline.earlier(by: exportTime)
        load?.stop()
        shop.close()
        // Both end side by side: the payment service has exports of its own to deliver.
        own?.terminate()
        let drained = work.earlier(by: .milliseconds(200))
        switch block(until: drained, { await shop.drain(until: drained) }) {
        case true: break
        case false: Console.complain("not all events could be sent: the outbox keeps the others for the next start")
        case nil:
            Console.complain(
                "error: not all events were processed in time: the buyers in windows that were not stored are lost; "
                    + "no order is, and the outbox keeps the events that were not sent")
        }
        load?.shutdown()
        _ = block(until: work) { await loading.value }
        report(shop.tally, load?.result)
    }

    /// Until the service is told to end, or `duration` is over.
    private static func wait(_ duration: Duration, _ own: OwnPayment?) {
        let deadline = Deadline(after: duration)
        var isPaymentThere = own != nil
        while !EndSignals.wait(min(.seconds(1), deadline.left)), !deadline.isOver {
            guard isPaymentThere, let ending = own?.ending else { continue }
            isPaymentThere = false
            Console.complain("the shop's own payment service is gone, and nobody can pay: \(ending)")
        }
    }

    /// Ends what the shop uses, side by side.
    private static func finish(_ telemetry: Telemetry, _ own: OwnPayment?, until deadline: Deadline) {
        own?.terminate()
        telemetry.shutdown(timeout: deadline.left)
        own?.end(until: deadline)
    }

    private static func announce(
        _ options: ShopOptions, _ shop: ServiceAddress, _ telemetry: Telemetry, _ payment: ServiceAddress,
        _ own: OwnPayment?
    ) {
        Console.say("shop        \(shop.url)/api/users/1")
        Console.say(telemetry)
        Console.say("payment     \(payment.url)/payments")
        if let own, own.metricsPort > 0 {
            Console.say("  metrics   http://localhost:\(own.metricsPort)/metrics")
        }
        if let rate = options.load { Console.say("load        \(rate) requests a second") }
        Console.say(options.seconds.map { "ends after \($0) s" } ?? "ends with Ctrl-C")
    }

    private static func report(_ tally: Tally, _ load: LoadGenerator.Result?) {
        if let load {
            Console.say(
                "load        answered=\(load.answered) failed=\(load.failed) unanswered=\(load.unanswered) "
                    + "skipped=\(load.skipped)")
        }
        Console.say(
            "served      requests=\(tally.requests.value) orders=\(tally.orders.value) "
                + "processed=\(tally.processed.value) dropped=\(tally.dropped.value) "
                + "deduplicated=\(tally.deduplicated.value)")
    }
}
