// The works of the benchmark in OpenTelemetry's SDK for Go: its traces only. Its
// metrics were not stable yet in the version that Debian has.
package main

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"../harness_go"
)

func main() {
	harness.Main(harness.Peer{
		Who: "otel_go",
		Hammers: map[string]func() harness.Hammer{
			"span.unsampled": unsampled,
			"context.read":   contextRead,
		},
		Spans: map[string]func() harness.Spans{
			"span.sampled":      sampled,
			"span.sampled.bare": bare,
		},
	})
}

// receiver is the exporter that does nothing but count.
type receiver struct{ spans int64 }

func (r *receiver) ExportSpans(_ context.Context, spans []sdk.ReadOnlySpan) error {
	atomic.AddInt64(&r.spans, int64(len(spans)))
	return nil
}

func (r *receiver) Shutdown(context.Context) error { return nil }

func unsampled() harness.Hammer {
	tracer := sdk.NewTracerProvider(sdk.WithSampler(sdk.NeverSample())).Tracer("bench")
	return func(n int) {
		ctx := context.Background()
		for i := 0; i < n; i++ {
			_, span := tracer.Start(ctx, "checkout")
			span.End()
		}
	}
}

// exporting returns spans that end in a batch processor of the default size.
func exporting(hammer func(trace.Tracer) harness.Hammer) harness.Spans {
	received := &receiver{}
	provider := sdk.NewTracerProvider(sdk.WithSampler(sdk.AlwaysSample()), sdk.WithBatcher(received))
	return harness.Spans{
		Hammer: hammer(provider.Tracer("bench")),
		Exported: func() int64 {
			if err := provider.Shutdown(context.Background()); err != nil {
				panic(err)
			}
			return atomic.LoadInt64(&received.spans)
		},
	}
}

func sampled() harness.Spans {
	return exporting(func(tracer trace.Tracer) harness.Hammer {
		return func(n int) {
			ctx := context.Background()
			for i := 0; i < n; i++ {
				_, span := tracer.Start(ctx, "checkout", trace.WithAttributes(
					attribute.String("http.request.method", "GET"),
					attribute.String("url.path", "/orders/1"),
					attribute.Int("http.response.status_code", 200),
				))
				span.End()
			}
		}
	})
}

func bare() harness.Spans {
	return exporting(func(tracer trace.Tracer) harness.Hammer {
		return func(n int) {
			ctx := context.Background()
			for i := 0; i < n; i++ {
				_, span := tracer.Start(ctx, "checkout")
				span.End()
			}
		}
	})
}

func contextRead() harness.Hammer {
	tracer := sdk.NewTracerProvider(sdk.WithSampler(sdk.AlwaysSample())).Tracer("bench")
	ctx, _ := tracer.Start(context.Background(), "checkout")
	return func(n int) {
		for i := 0; i < n; i++ {
			if !trace.SpanContextFromContext(ctx).IsValid() {
				panic("no span is current")
			}
		}
	}
}
