// Package harness is the half of a Go peer that does not depend on the library
// under test: the worker protocol, the timing and the input data.
package harness

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	warmUp       = 50 * time.Millisecond
	timed        = 250 * time.Millisecond
	lookupSeries = 1000
	createSeries = 100_000
	// Of the works whose operations are timed one by one.
	fewestSamples = 5
)

// LabelNames are the three labels of every labelled series.
var LabelNames = []string{"method", "route", "status"}

// Bounds are the 14 upper bounds of histogram.record.
var Bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}

// Key holds the label values of one series, in the order of LabelNames.
type Key struct{ Method, Route, Status string }

// Hammer does n operations. It contains the loop itself, so that no call
// through a closure is charged to the library.
type Hammer func(n int)

// Registry is a fresh registry with one counter family of three labels.
type Registry interface {
	// Create makes one new series per key; no series of keys exists yet.
	Create(keys []Key)
	// Increment looks up (or makes) the series of key and adds 1.
	Increment(key Key)
	// Collect takes one snapshot of all series.
	Collect()
	// Handle returns an add of 1 on the cached handle of key.
	Handle(key Key) func()
}

// Spans makes spans that a batch processor brings to an exporter.
type Spans struct {
	// Hammer begins and ends n spans.
	Hammer Hammer
	// Exported delivers what is left and returns how many spans the exporter got.
	Exported func() int64
}

// Peer describes one library. A work absent from Hammers and Spans is not
// offered, nor is a format absent from Formats, nor serving without a Handler,
// nor what needs a registry without NewRegistry.
type Peer struct {
	Who           string
	Hammers       map[string]func() Hammer
	Spans         map[string]func() Spans
	NewRegistry   func() Registry
	NewExposition func() Exposition
	Formats       []string
	// Handler returns what serves an exposition of NewExposition over HTTP.
	Handler func(Exposition) http.Handler
}

// Main runs the work named on the command line and prints its JSON line.
func Main(peer Peer) {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: worker <work> <threads>, or worker serve.100k <seconds>")
		os.Exit(2)
	}
	work := os.Args[1]
	number, err := strconv.Atoi(os.Args[2])
	if err != nil || number < 1 {
		fmt.Fprintln(os.Stderr, "threads, or seconds, must be a positive number")
		os.Exit(2)
	}
	if work == "serve.100k" && peer.Handler != nil {
		serve(peer.Handler(counters(peer, scrapeSeries)), time.Duration(number)*time.Second)
		return
	}
	figures := measure(peer, work, number)
	if figures == "" {
		os.Exit(3)
	}
	fmt.Printf("{\"work\":%q,\"who\":%q,\"threads\":%d,%s}\n", work, peer.Who, number, figures)
}

// measure returns the figures of a work as members of a JSON object; none for a
// work that is not offered.
func measure(peer Peer, work string, threads int) string {
	if hammers := peer.Hammers[work]; hammers != nil {
		took, _ := hammer(hammers(), threads)
		return figure("ns_per_op", took)
	}
	if spans := peer.Spans[work]; spans != nil {
		return export(spans(), threads)
	}
	if peer.NewRegistry == nil {
		return ""
	}
	kind, count, _ := strings.Cut(work, ".")
	size := counts[count]
	if kind == "snapshot" && size > 0 && threads <= 2 {
		return figure("ns_per_op", snapshot(peer.NewRegistry(), size, threads))
	}
	if threads != 1 {
		return ""
	}
	if work == "create.100k" {
		return figure("ns_per_op", create(peer.NewRegistry))
	}
	if kind == "memory" && size > 0 {
		return figure("mb", memory(peer.NewRegistry(), size))
	}
	if work == "memory.scrape.100k" && peer.renders("text") {
		peak, body := scrapeMemory(peer)
		return figure("mb", peak) + "," + figure("body_mb", body)
	}
	if render := rendering(peer, work); render != nil {
		return figure("ns_per_op", timeRendering(render))
	}
	return ""
}

func figure(unit string, number float64) string { return fmt.Sprintf("%q:%.4f", unit, number) }

// counts are the numbers of series by their names in works.
var counts = map[string]int{"1k": 1_000, "10k": 10_000, "100k": 100_000}

// export returns the figures of a work that makes spans.
func export(spans Spans, threads int) string {
	took, ended := hammer(spans.Hammer, threads)
	return figure("ns_per_op", took) + "," + figure("delivered", float64(spans.Exported())/float64(ended))
}

// hammer returns the wall time per operation of one thread, and how many
// operations there were in all.
func hammer(h Hammer, threads int) (took float64, operations int) {
	n := 1000
	elapsed := concurrently(h, threads, n)
	operations = n * threads
	for elapsed < warmUp {
		n *= 2
		elapsed = concurrently(h, threads, n)
		operations += n * threads
	}
	n = int(float64(n) * float64(timed) / float64(elapsed))
	elapsed = concurrently(h, threads, n)
	operations += n * threads
	return float64(elapsed.Nanoseconds()) / float64(n), operations
}

func concurrently(h Hammer, threads, n int) time.Duration {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(threads)
	done.Add(threads)
	for i := 0; i < threads; i++ {
		go func() {
			runtime.LockOSThread()
			ready.Done()
			<-start
			h(n)
			done.Done()
		}()
	}
	ready.Wait()
	began := time.Now()
	close(start)
	done.Wait()
	return time.Since(began)
}

func snapshot(registry Registry, size, threads int) float64 {
	for i := 0; i < size; i++ {
		registry.Increment(SeriesKey(i))
	}
	if threads == 2 {
		var stop atomic.Bool
		defer stop.Store(true)
		add := registry.Handle(SeriesKey(0))
		go func() {
			for !stop.Load() {
				add()
			}
		}()
	}
	for began := time.Now(); time.Since(began) < warmUp; {
		registry.Collect()
	}
	return median(fewestSamples, func() time.Duration {
		began := time.Now()
		registry.Collect()
		return time.Since(began)
	})
}

func create(fresh func() Registry) float64 {
	keys := Keys(createSeries)
	return median(fewestSamples, func() time.Duration {
		registry := fresh()
		// The registry of the sample before is not this sample's garbage.
		runtime.GC()
		began := time.Now()
		registry.Create(keys)
		took := time.Since(began)
		runtime.KeepAlive(registry)
		return took
	}) / createSeries
}

// median repeats sample for the timed phase, at least so often.
func median(fewest int, sample func() time.Duration) float64 {
	var took []float64
	for began := time.Now(); len(took) < fewest || time.Since(began) < timed; {
		took = append(took, float64(sample().Nanoseconds()))
	}
	sort.Float64s(took)
	middle := len(took) / 2
	if len(took)%2 == 1 {
		return took[middle]
	}
	return (took[middle-1] + took[middle]) / 2
}

// memory makes the keys one by one, so that only the registry keeps them.
func memory(registry Registry, size int) float64 {
	for i := 0; i < size; i++ {
		registry.Increment(SeriesKey(i))
	}
	runtime.GC()
	debug.FreeOSMemory()
	resident := statusMB("VmRSS:")
	runtime.KeepAlive(registry)
	return resident
}

// statusMB reads an entry of this process's status; proc(5).
func statusMB(entry string) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest := strings.TrimPrefix(line, entry); rest != line {
			kB, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				panic(err)
			}
			return float64(kB) / 1024
		}
	}
	panic("not in /proc/self/status: " + entry)
}

var (
	methods  = [...]string{"GET", "POST", "PUT", "DELETE", "PATCH"}
	statuses = [...]string{"200", "404", "500"}
)

// SeriesKey returns the label values of series i; every i has its own route.
func SeriesKey(i int) Key {
	return Key{methods[i%len(methods)], "/api/v1/items/" + strconv.Itoa(i), statuses[i%len(statuses)]}
}

// Keys returns the label values of the first n series.
func Keys(n int) []Key {
	keys := make([]Key, n)
	for i := range keys {
		keys[i] = SeriesKey(i)
	}
	return keys
}

// Lookups returns the keys which the labelled works cycle through.
func Lookups() []Key { return Keys(lookupSeries) }
