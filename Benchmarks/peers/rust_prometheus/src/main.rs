//! The works of the benchmark in rust-prometheus.
//!
//! exponential.record is missing: the library has no exponential histogram. Of the
//! formats it has the text; its protobuf is not built, and OpenMetrics and
//! compression it leaves to others.

mod harness;
mod render;

use harness::{Key, Registry, BOUNDS, LABEL_NAMES};
use prometheus::{
    Counter, Encoder, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec,
    Opts, Registry as Prometheus, TextEncoder,
};
use render::{Exposition, COUNTER_HELP, COUNTER_NAME, HISTOGRAM_HELP, HISTOGRAM_NAME};

fn main() {
    harness::main(
        "rust_prometheus",
        hammer,
        || Box::new(Counters::new()),
        || Box::new(Rendered::new()),
    );
}

/// Measures a work on one metric; none for a work that the library lacks.
/// Each closure has the loop inside, so that no call is charged to the library.
fn hammer(work: &str, threads: usize) -> Option<f64> {
    let registry = Prometheus::new();
    match work {
        "counter.add" => {
            let counter = IntCounter::new("requests_total", "help").unwrap();
            registry.register(Box::new(counter.clone())).unwrap();
            Some(harness::hammer(threads, |n| {
                for _ in 0..n {
                    counter.inc();
                }
            }))
        }
        "counter.add.double" => {
            let counter = Counter::new("requests_total", "help").unwrap();
            registry.register(Box::new(counter.clone())).unwrap();
            Some(harness::hammer(threads, |n| {
                for _ in 0..n {
                    counter.inc_by(1.5);
                }
            }))
        }
        "counter.add.labels" | "counter.family" => {
            let counters = Counters::new();
            let keys = harness::lookups();
            Some(harness::hammer(threads, |n| {
                let mut keys = keys.iter().cycle();
                for _ in 0..n {
                    counters.series(keys.next().unwrap()).inc();
                }
            }))
        }
        "gauge.set" => {
            let gauge = Gauge::new("temperature", "help").unwrap();
            registry.register(Box::new(gauge.clone())).unwrap();
            Some(harness::hammer(threads, |n| {
                for i in 0..n {
                    gauge.set(i as f64);
                }
            }))
        }
        "histogram.record" => {
            let opts = HistogramOpts::new("duration_seconds", "help").buckets(BOUNDS.to_vec());
            let histogram = Histogram::with_opts(opts).unwrap();
            registry.register(Box::new(histogram.clone())).unwrap();
            let values = harness::values();
            Some(harness::hammer(threads, |n| {
                for i in 0..n {
                    histogram.observe(values[i % values.len()]);
                }
            }))
        }
        _ => None,
    }
}

/// A registry with one counter family of three labels.
struct Counters {
    registry: Prometheus,
    vec: IntCounterVec,
}

impl Counters {
    fn new() -> Self {
        let registry = Prometheus::new();
        let vec = IntCounterVec::new(Opts::new("requests_total", "help"), &LABEL_NAMES).unwrap();
        registry.register(Box::new(vec.clone())).unwrap();
        Counters { registry, vec }
    }

    fn series(&self, key: &Key) -> IntCounter {
        self.vec
            .with_label_values(&[key.method, &key.route, key.status])
    }
}

impl Registry for Counters {
    fn create(&self, keys: &[Key]) {
        for key in keys {
            self.series(key);
        }
    }

    fn increment(&self, key: &Key) {
        self.series(key).inc();
    }

    fn collect(&self) -> Box<dyn std::any::Any> {
        Box::new(self.registry.gather())
    }

    fn handle(&self, key: &Key) -> Box<dyn Fn() + Send + Sync> {
        let counter = self.series(key);
        Box::new(move || counter.inc())
    }
}

/// A registry with a counter and a histogram family; one without series is not
/// rendered.
struct Rendered {
    registry: Prometheus,
    counters: IntCounterVec,
    histograms: HistogramVec,
}

impl Rendered {
    fn new() -> Self {
        let registry = Prometheus::new();
        let opts = Opts::new(COUNTER_NAME, COUNTER_HELP);
        let counters = IntCounterVec::new(opts, &LABEL_NAMES).unwrap();
        registry.register(Box::new(counters.clone())).unwrap();
        let opts = HistogramOpts::new(HISTOGRAM_NAME, HISTOGRAM_HELP).buckets(BOUNDS.to_vec());
        let histograms = HistogramVec::new(opts, &LABEL_NAMES).unwrap();
        registry.register(Box::new(histograms.clone())).unwrap();
        Rendered {
            registry,
            counters,
            histograms,
        }
    }
}

impl Exposition for Rendered {
    fn add_to_counter(&self, key: &Key, n: u64) {
        self.counters
            .with_label_values(&[key.method, &key.route, key.status])
            .inc_by(n);
    }

    fn observe(&self, key: &Key, values: &[f64]) {
        let histogram = self
            .histograms
            .with_label_values(&[key.method, &key.route, key.status]);
        for &value in values {
            histogram.observe(value);
        }
    }

    fn write(&self, body: &mut Vec<u8>) -> Box<dyn std::any::Any> {
        let families = self.registry.gather();
        TextEncoder::new().encode(&families, body).unwrap();
        Box::new(families)
    }
}
