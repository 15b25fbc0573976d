import VitalsTracing

/// Attaches a context as code does that cannot wait, also where the test around it could.
func attach(_ context: Context) -> AttachedContext { context.attach() }
