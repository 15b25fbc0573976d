package harness

import "math"

// Values are the observations of the histogram works: log-uniform in 0.001…12
// from a fixed seed, the same numbers for every library. A power of two, so
// that cycling through them is a mask.
var Values = func() (values [1024]float64) {
	x := uint64(42)
	for i := range values {
		x = x*6364136223846793005 + 1442695040888963407
		u := float64(x>>11) / (1 << 53)
		values[i] = 0.001 * math.Pow(12000, u)
	}
	return values
}()
