//! otlp.encode by messages: what is collected is copied into the objects that prost
//! makes of OTLP's definitions, and those are encoded, as the OpenTelemetry SDK for
//! Rust does it. That SDK is no Debian package. Its collecting is not done here: the
//! values lie ready in a list.

mod messages;

use messages::*;
use prost::Message;
use std::env;
use std::process::exit;
use std::time::{Duration, Instant};

const WHO: &str = "rust_prost";
const WARM_UP: Duration = Duration::from_millis(50);
const TIMED: Duration = Duration::from_millis(250);
const FEWEST_SAMPLES: usize = 3;
const HISTOGRAMS: usize = 10_000;
const OBSERVATIONS: usize = 16;
const START: u64 = 1_700_000_000_000_000_000;
const TIME: u64 = START + 10_000_000_000;
const CUMULATIVE: i32 = 2;
const LABEL_NAMES: [&str; 3] = ["method", "route", "status"];
const BOUNDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];
const STATUSES: [&str; 3] = ["200", "404", "500"];

type Labels = [String; 3];

struct Counted {
    labels: Labels,
    value: i64,
}

#[derive(Default)]
struct Observed {
    labels: Labels,
    buckets: [u64; BOUNDS.len() + 1],
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

fn labels(i: usize) -> Labels {
    [
        METHODS[i % METHODS.len()].to_string(),
        format!("/api/v1/items/{i}"),
        STATUSES[i % STATUSES.len()].to_string(),
    ]
}

/// Log-uniform in 0.001…12, the same numbers for every library.
fn values() -> [f64; 1024] {
    let mut x: u64 = 42;
    [(); 1024].map(|()| {
        x = x
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let u = (x >> 11) as f64 / (1u64 << 53) as f64;
        0.001 * 12000f64.powf(u)
    })
}

fn text(value: &str) -> Option<AnyValue> {
    let value = Some(Value::StringValue(value.to_string()));
    Some(AnyValue { value })
}

fn attributes(labels: &Labels) -> Vec<KeyValue> {
    LABEL_NAMES
        .iter()
        .zip(labels)
        .map(|(key, value)| KeyValue {
            key: key.to_string(),
            value: text(value),
        })
        .collect()
}

fn request(name: &str, description: &str, unit: &str, data: Data) -> ExportMetricsServiceRequest {
    let metric = Metric {
        name: name.to_string(),
        description: description.to_string(),
        unit: unit.to_string(),
        data: Some(data),
    };
    let scope_metrics = ScopeMetrics {
        scope: Some(InstrumentationScope {
            name: "bench".to_string(),
        }),
        metrics: vec![metric],
    };
    let service = KeyValue {
        key: "service.name".to_string(),
        value: text("bench"),
    };
    let resource_metrics = ResourceMetrics {
        resource: Some(Resource {
            attributes: vec![service],
        }),
        scope_metrics: vec![scope_metrics],
    };
    ExportMetricsServiceRequest {
        resource_metrics: vec![resource_metrics],
    }
}

fn counters(series: &[Counted]) -> ExportMetricsServiceRequest {
    let point = |series: &Counted| NumberDataPoint {
        attributes: attributes(&series.labels),
        start_time_unix_nano: START,
        time_unix_nano: TIME,
        value: Some(Number::AsInt(series.value)),
    };
    let sum = Sum {
        data_points: series.iter().map(point).collect(),
        aggregation_temporality: CUMULATIVE,
        is_monotonic: true,
    };
    request("http.requests", "HTTP requests answered.", "", Data::Sum(sum))
}

fn histograms(series: &[Observed]) -> ExportMetricsServiceRequest {
    let point = |series: &Observed| HistogramDataPoint {
        attributes: attributes(&series.labels),
        start_time_unix_nano: START,
        time_unix_nano: TIME,
        count: series.count,
        sum: Some(series.sum),
        bucket_counts: series.buckets.to_vec(),
        explicit_bounds: BOUNDS.to_vec(),
        min: Some(series.min),
        max: Some(series.max),
    };
    let histogram = Histogram {
        data_points: series.iter().map(point).collect(),
        aggregation_temporality: CUMULATIVE,
    };
    request(
        "http.request.duration",
        "Time taken to answer an HTTP request.",
        "s",
        Data::Histogram(histogram),
    )
}

/// Takes the values in turn: series `i` begins where `i - 1` ended.
fn observed(i: usize, values: &[f64; 1024]) -> Observed {
    let mut series = Observed {
        labels: labels(i),
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        ..Observed::default()
    };
    for j in 0..OBSERVATIONS {
        let value = values[(i * OBSERVATIONS + j) % values.len()];
        series.buckets[BOUNDS.partition_point(|bound| *bound < value)] += 1;
        series.count += 1;
        series.sum += value;
        series.min = series.min.min(value);
        series.max = series.max.max(value);
    }
    series
}

/// The median nanoseconds of building and encoding, and the bytes.
fn time(build: impl Fn() -> ExportMetricsServiceRequest) -> (f64, usize) {
    let mut body = Vec::new();
    let mut took = Vec::new();
    let warm = Instant::now() + WARM_UP;
    let end = warm + TIMED;
    while took.len() < FEWEST_SAMPLES || Instant::now() < end {
        body.clear();
        let began = Instant::now();
        let message = build();
        message.encode(&mut body).unwrap();
        let elapsed = began.elapsed().as_nanos();
        // Freed off the clock, as Go's garbage is.
        drop(message);
        if Instant::now() >= warm {
            took.push(elapsed);
        }
    }
    took.sort_unstable();
    (took[took.len() / 2] as f64, body.len())
}

fn main() {
    let args: Vec<String> = env::args().collect();
    let [_, work, threads] = args.as_slice() else {
        eprintln!("usage: rust_prost <work> <threads>");
        exit(2);
    };
    let size = match work.as_str() {
        "otlp.encode.10k" => 10_000,
        "otlp.encode.100k" => 100_000,
        "otlp.encode.histograms.10k" => 0,
        _ => exit(3),
    };
    let (count, (nanoseconds, bytes)) = if size > 0 {
        let series: Vec<Counted> = (0..size)
            .map(|i| Counted {
                labels: labels(i),
                value: i as i64 + 1,
            })
            .collect();
        (size, time(|| counters(&series)))
    } else {
        let values = values();
        let series: Vec<Observed> = (0..HISTOGRAMS).map(|i| observed(i, &values)).collect();
        (HISTOGRAMS, time(|| histograms(&series)))
    };
    let per_point = bytes as f64 / count as f64;
    println!(
        "{{\"work\":\"{work}\",\"who\":\"{WHO}\",\"threads\":{threads},\"ns_per_op\":{nanoseconds},\"bytes_per_point\":{per_point}}}"
    );
}
