import Glibc

// A shop that people would recognise, to see what telemetry tells of a service.

EndSignals.block()
do {
    switch try Command(CommandLine.arguments.dropFirst()) {
    case .help(let text):
        Console.say(text)
        exit(0)
    case .shop(let options): exit(ShopService.run(options))
    case .payment(let options): exit(PaymentService.run(options))
    }
} catch {
    Console.complain("\(error)\n\(Command.hint(CommandLine.arguments.dropFirst()))")
    exit(64)
}
