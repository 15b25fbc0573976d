// The works of the benchmark in VictoriaMetrics/metrics.
//
// histogram.record is missing: this library's histogram has no bounds of the
// user's, only its own vmrange buckets (exponential.record).
package main

import (
	"io"

	"github.com/VictoriaMetrics/metrics"

	"../harness_go"
)

func main() {
	harness.Main(harness.Peer{
		Who: "victoriametrics",
		Hammers: map[string]func() harness.Hammer{
			"counter.add":        counterAdd,
			"counter.add.double": counterAddDouble,
			"counter.add.labels": counterLookup,
			"counter.family":     counterLookup,
			"gauge.set":          gaugeSet,
			"exponential.record": exponentialRecord,
		},
		NewRegistry: func() harness.Registry { return registry{metrics.NewSet()} },
	})
}

func counterAdd() harness.Hammer {
	counter := metrics.NewSet().NewCounter("requests_total")
	return func(n int) {
		for i := 0; i < n; i++ {
			counter.Inc()
		}
	}
}

func counterAddDouble() harness.Hammer {
	counter := metrics.NewSet().NewFloatCounter("requests_total")
	return func(n int) {
		for i := 0; i < n; i++ {
			counter.Add(1.5)
		}
	}
}

// name builds the series name that this library looks series up by. Plain
// concatenation is one allocation, cheaper than the fmt.Sprintf of its manual.
func name(key *harness.Key) string {
	return `requests_total{method="` + key.Method + `",route="` + key.Route + `",status="` + key.Status + `"}`
}

func counterLookup() harness.Hammer {
	set := metrics.NewSet()
	keys := harness.Lookups()
	return func(n int) {
		for i, k := 0, 0; i < n; i++ {
			set.GetOrCreateCounter(name(&keys[k])).Inc()
			if k++; k == len(keys) {
				k = 0
			}
		}
	}
}

// gaugeSet uses Counter.Set: this version's Gauge is a callback, and its manual
// names Counter as the gauge to set. (FloatCounter.Set takes a mutex.)
func gaugeSet() harness.Hammer {
	gauge := metrics.NewSet().NewCounter("temperature")
	return func(n int) {
		for i := 0; i < n; i++ {
			gauge.Set(uint64(i))
		}
	}
}

func exponentialRecord() harness.Hammer {
	histogram := metrics.NewSet().NewHistogram("duration_seconds")
	return func(n int) {
		for i := 0; i < n; i++ {
			histogram.Update(harness.Values[i&(len(harness.Values)-1)])
		}
	}
}

type registry struct{ set *metrics.Set }

// Create uses NewCounter, which the manual recommends over GetOrCreateCounter.
func (r registry) Create(keys []harness.Key) {
	for i := range keys {
		r.set.NewCounter(name(&keys[i]))
	}
}

func (r registry) Increment(key harness.Key) { r.set.GetOrCreateCounter(name(&key)).Inc() }

// Collect writes the text format: the library has no other way to read all
// series.
func (r registry) Collect() { r.set.WritePrometheus(io.Discard) }

func (r registry) Handle(key harness.Key) func() {
	return r.set.GetOrCreateCounter(name(&key)).Inc
}
