package harness

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

const (
	scrapeSeries     = 100_000
	renderHistograms = 10_000
	// A rendering may take most of a second, and there are many of them.
	fewestRenderings = 3
	scrapeRenderings = 5
	observations     = 16
)

// Names and descriptions of what the rendering works render.
const (
	CounterName   = "http_requests_total"
	CounterHelp   = "HTTP requests answered."
	HistogramName = "http_request_duration_seconds"
	HistogramHelp = "Time taken to answer an HTTP request."
)

// Exposition is a fresh registry to be rendered. It holds the families that it
// was given series of.
type Exposition interface {
	AddToCounter(key Key, n int)
	Observe(key Key, values []float64)
	// Write gathers and writes everything in a format of Peer.Formats.
	Write(w io.Writer, format string) error
}

// rendering returns a function that renders all series of a render work into a
// buffer which it empties first; nil if the peer lacks the format.
func rendering(peer Peer, work string) func() *bytes.Buffer {
	parts := strings.SplitN(work, ".", 3)
	if peer.NewExposition == nil || len(parts) != 3 || parts[0] != "render" {
		return nil
	}
	format, compressed := parts[1], parts[1] == "gzip"
	if compressed {
		format = "text"
	}
	if !peer.renders(format) {
		return nil
	}
	exposition := filled(peer, parts[2])
	if exposition == nil {
		return nil
	}
	if compressed {
		return renderCompressed(exposition, format)
	}
	return renderPlain(exposition, format)
}

func (peer Peer) renders(format string) bool {
	for _, offered := range peer.Formats {
		if offered == format {
			return true
		}
	}
	return false
}

// filled returns an exposition of the size named in a render work.
func filled(peer Peer, size string) Exposition {
	if size == "histograms" {
		return histograms(peer, renderHistograms)
	}
	if count := counts[size]; count > 0 {
		return counters(peer, count)
	}
	return nil
}

func counters(peer Peer, count int) Exposition {
	exposition := peer.NewExposition()
	for i := 0; i < count; i++ {
		exposition.AddToCounter(SeriesKey(i), i+1)
	}
	return exposition
}

// histograms takes the values in turn: series i begins where i-1 ended.
func histograms(peer Peer, count int) Exposition {
	exposition := peer.NewExposition()
	for i := 0; i < count; i++ {
		first := i * observations % len(Values)
		exposition.Observe(SeriesKey(i), Values[first:first+observations])
	}
	return exposition
}

func renderPlain(exposition Exposition, format string) func() *bytes.Buffer {
	var body bytes.Buffer
	return func() *bytes.Buffer {
		body.Reset()
		write(exposition, &body, format)
		return &body
	}
}

// renderCompressed compresses as promhttp does: a writer of the default level,
// kept from one scrape to the next.
func renderCompressed(exposition Exposition, format string) func() *bytes.Buffer {
	var body bytes.Buffer
	compressor := gzip.NewWriter(nil)
	return func() *bytes.Buffer {
		body.Reset()
		compressor.Reset(&body)
		write(exposition, compressor, format)
		if err := compressor.Close(); err != nil {
			panic(err)
		}
		return &body
	}
}

func write(exposition Exposition, w io.Writer, format string) {
	if err := exposition.Write(w, format); err != nil {
		panic(err)
	}
}

func timeRendering(render func() *bytes.Buffer) float64 {
	for began := time.Now(); time.Since(began) < warmUp; {
		render()
	}
	return median(fewestRenderings, func() time.Duration {
		began := time.Now()
		render()
		return time.Since(began)
	})
}

// scrapeMemory returns by how much the resident memory grows, at its peak,
// while a process renders for the first time and a few times more, and the size
// of what is rendered.
func scrapeMemory(peer Peer) (peak, body float64) {
	exposition := counters(peer, scrapeSeries)
	render := renderPlain(exposition, "text")
	runtime.GC()
	debug.FreeOSMemory()
	forgetPeak()
	before := statusMB("VmRSS:")
	size := 0
	for i := 0; i < scrapeRenderings; i++ {
		size = render().Len()
	}
	return statusMB("VmHWM:") - before, float64(size) / (1 << 20)
}

// forgetPeak makes VmHWM start again from what is resident now; proc(5).
func forgetPeak() {
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		panic(err)
	}
}
