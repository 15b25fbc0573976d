// The works of the benchmark in client_golang.
package main

import (
	"io"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"

	"../harness_go"
)

func main() {
	harness.Main(harness.Peer{
		Who: "client_golang",
		Hammers: map[string]func() harness.Hammer{
			"counter.add":        counterAdd,
			"counter.add.double": counterAddDouble,
			"counter.add.labels": counterLookup,
			"counter.family":     counterLookup,
			"gauge.set":          gaugeSet,
			"histogram.record": func() harness.Hammer {
				return observe(prometheus.HistogramOpts{Name: "duration_seconds", Buckets: harness.Bounds})
			},
			"exponential.record": func() harness.Hammer {
				return observe(prometheus.HistogramOpts{Name: "duration_seconds", NativeHistogramBucketFactor: 1.1})
			},
		},
		NewRegistry:   newRegistry,
		NewExposition: newExposition,
		Formats:       []string{"text", "openmetrics", "protobuf"},
		Handler: func(e harness.Exposition) http.Handler {
			return promhttp.HandlerFor(e.(exposition), promhttp.HandlerOpts{})
		},
	})
}

// register puts the metric in a registry, as an application does.
func register[C prometheus.Collector](collector C) C {
	prometheus.NewRegistry().MustRegister(collector)
	return collector
}

func newCounter() prometheus.Counter {
	return register(prometheus.NewCounter(prometheus.CounterOpts{Name: "requests_total"}))
}

func counterAdd() harness.Hammer {
	counter := newCounter()
	return func(n int) {
		for i := 0; i < n; i++ {
			// Inc stays on the library's integer path.
			counter.Inc()
		}
	}
}

func counterAddDouble() harness.Hammer {
	counter := newCounter()
	return func(n int) {
		for i := 0; i < n; i++ {
			counter.Add(1.5)
		}
	}
}

func newCounterVec() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests_total"}, harness.LabelNames)
}

func counterLookup() harness.Hammer {
	vec := register(newCounterVec())
	keys := harness.Lookups()
	return func(n int) {
		for i, k := 0, 0; i < n; i++ {
			key := &keys[k]
			vec.WithLabelValues(key.Method, key.Route, key.Status).Inc()
			if k++; k == len(keys) {
				k = 0
			}
		}
	}
}

func gaugeSet() harness.Hammer {
	gauge := register(prometheus.NewGauge(prometheus.GaugeOpts{Name: "temperature"}))
	return func(n int) {
		for i := 0; i < n; i++ {
			gauge.Set(float64(i))
		}
	}
}

func observe(opts prometheus.HistogramOpts) harness.Hammer {
	histogram := register(prometheus.NewHistogram(opts))
	return func(n int) {
		for i := 0; i < n; i++ {
			histogram.Observe(harness.Values[i&(len(harness.Values)-1)])
		}
	}
}

type registry struct {
	*prometheus.Registry
	vec *prometheus.CounterVec
}

func newRegistry() harness.Registry {
	r := registry{prometheus.NewRegistry(), newCounterVec()}
	r.MustRegister(r.vec)
	return r
}

func (r registry) Create(keys []harness.Key) {
	for i := range keys {
		r.vec.WithLabelValues(keys[i].Method, keys[i].Route, keys[i].Status)
	}
}

func (r registry) Increment(key harness.Key) {
	r.vec.WithLabelValues(key.Method, key.Route, key.Status).Inc()
}

func (r registry) Collect() {
	if _, err := r.Gather(); err != nil {
		panic(err)
	}
}

func (r registry) Handle(key harness.Key) func() {
	return r.vec.WithLabelValues(key.Method, key.Route, key.Status).Inc
}

type exposition struct {
	*prometheus.Registry
	counters   *prometheus.CounterVec
	histograms *prometheus.HistogramVec
}

// newExposition registers both families: one without series is not rendered.
func newExposition() harness.Exposition {
	e := exposition{
		prometheus.NewRegistry(),
		prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: harness.CounterName, Help: harness.CounterHelp,
		}, harness.LabelNames),
		prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: harness.HistogramName, Help: harness.HistogramHelp, Buckets: harness.Bounds,
		}, harness.LabelNames),
	}
	e.MustRegister(e.counters, e.histograms)
	return e
}

func (e exposition) AddToCounter(key harness.Key, n int) {
	e.counters.WithLabelValues(key.Method, key.Route, key.Status).Add(float64(n))
}

func (e exposition) Observe(key harness.Key, values []float64) {
	histogram := e.histograms.WithLabelValues(key.Method, key.Route, key.Status)
	for _, value := range values {
		histogram.Observe(value)
	}
}

var formats = map[string]expfmt.Format{
	"text":        expfmt.FmtText,
	"openmetrics": expfmt.FmtOpenMetrics,
	"protobuf":    expfmt.FmtProtoDelim,
}

// Write does what promhttp does for a request.
func (e exposition) Write(w io.Writer, format string) error {
	families, err := e.Gather()
	if err != nil {
		return err
	}
	encoder := expfmt.NewEncoder(w, formats[format])
	for _, family := range families {
		if err := encoder.Encode(family); err != nil {
			return err
		}
	}
	if closer, ok := encoder.(expfmt.Closer); ok {
		return closer.Close()
	}
	return nil
}
