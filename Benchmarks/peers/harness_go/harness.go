// Package harness is the half of a Go peer that does not depend on the library
// under test: the worker protocol, the timing and the input data.
package harness

import (
	"fmt"
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

// Peer describes one library. A work absent from Hammers is not offered.
type Peer struct {
	Who         string
	Hammers     map[string]func() Hammer
	NewRegistry func() Registry
}

// Main runs the work named on the command line and prints its JSON line.
func Main(peer Peer) {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: worker <work> <threads>")
		os.Exit(2)
	}
	work := os.Args[1]
	threads, err := strconv.Atoi(os.Args[2])
	if err != nil || threads < 1 {
		fmt.Fprintln(os.Stderr, "threads must be a positive number")
		os.Exit(2)
	}

	unit, figure := "ns_per_op", 0.0
	kind, size := split(work)
	switch {
	case peer.Hammers[work] != nil:
		figure = hammer(peer.Hammers[work](), threads)
	case kind == "snapshot" && size > 0 && threads <= 2:
		figure = snapshot(peer.NewRegistry(), size, threads)
	case work == "create.100k" && threads == 1:
		figure = create(peer.NewRegistry)
	case kind == "memory" && size > 0 && threads == 1:
		unit, figure = "mb", memory(peer.NewRegistry(), size)
	default:
		os.Exit(3)
	}
	fmt.Printf("{\"work\":%q,\"who\":%q,\"threads\":%d,%q:%.4f}\n", work, peer.Who, threads, unit, figure)
}

// split turns "snapshot.10k" into ("snapshot", 10000).
func split(work string) (kind string, size int) {
	kind, count, _ := strings.Cut(work, ".")
	switch count {
	case "1k":
		size = 1_000
	case "10k":
		size = 10_000
	case "100k":
		size = 100_000
	}
	return kind, size
}

// hammer returns the wall time per operation of one thread.
func hammer(h Hammer, threads int) float64 {
	n := 1000
	took := concurrently(h, threads, n)
	for took < warmUp {
		n *= 2
		took = concurrently(h, threads, n)
	}
	n = int(float64(n) * float64(timed) / float64(took))
	took = concurrently(h, threads, n)
	return float64(took.Nanoseconds()) / float64(n)
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
	return median(func() time.Duration {
		began := time.Now()
		registry.Collect()
		return time.Since(began)
	})
}

func create(fresh func() Registry) float64 {
	keys := Keys(createSeries)
	return median(func() time.Duration {
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

// median repeats sample for the timed phase, at least five times.
func median(sample func() time.Duration) float64 {
	var took []float64
	for began := time.Now(); len(took) < 5 || time.Since(began) < timed; {
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
	resident := residentMB()
	runtime.KeepAlive(registry)
	return resident
}

func residentMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest := strings.TrimPrefix(line, "VmRSS:"); rest != line {
			kB, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				panic(err)
			}
			return float64(kB) / 1024
		}
	}
	panic("no VmRSS in /proc/self/status")
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
