import Glibc
import Vitals

// A shop that people would recognise, to see what telemetry tells of a service.
exit(0)
