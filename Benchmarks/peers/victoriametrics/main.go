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
		NewRegistry:   func() harness.Registry { return registry{metrics.NewSet()} },
		NewExposition: func() harness.Exposition { return exposition{metrics.NewSet()} },
		Formats:       []string{"text"},
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

// The names of series up to their first label's value.
const (
	requests      = `requests_total{method="`
	httpRequests  = harness.CounterName + `{method="`
	httpDurations = harness.HistogramName + `{method="`
)

// name builds the series name that this library looks series up by. Plain
// concatenation is one allocation, cheaper than the fmt.Sprintf of its manual.
func name(start string, key *harness.Key) string {
	return start + key.Method + `",route="` + key.Route + `",status="` + key.Status + `"}`
}

func counterLookup() harness.Hammer {
	set := metrics.NewSet()
	keys := harness.Lookups()
	return func(n int) {
		for i, k := 0, 0; i < n; i++ {
			set.GetOrCreateCounter(name(requests, &keys[k])).Inc()
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
		r.set.NewCounter(name(requests, &keys[i]))
	}
}

func (r registry) Increment(key harness.Key) { r.set.GetOrCreateCounter(name(requests, &key)).Inc() }

// Collect writes the text format: the library has no other way to read all
// series.
func (r registry) Collect() { r.set.WritePrometheus(io.Discard) }

func (r registry) Handle(key harness.Key) func() {
	return r.set.GetOrCreateCounter(name(requests, &key)).Inc
}

type exposition struct{ set *metrics.Set }

func (e exposition) AddToCounter(key harness.Key, n int) {
	e.set.NewCounter(name(httpRequests, &key)).Add(n)
}

// Observe fills this library's only histogram: it renders the buckets (vmrange)
// that are not empty, where others render one sample per bound.
func (e exposition) Observe(key harness.Key, values []float64) {
	histogram := e.set.NewHistogram(name(httpDurations, &key))
	for _, value := range values {
		histogram.Update(value)
	}
}

func (e exposition) Write(w io.Writer, _ string) error {
	e.set.WritePrometheus(w)
	return nil
}
