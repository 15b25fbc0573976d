//! The rendering works: a whole exposition, gathered and encoded, into a buffer
//! that is used again.

use crate::harness::{figure, median, series_key, size_of, status_mb, values, Key, WARM_UP};
use std::any::Any;
use std::fs;
use std::time::Instant;

const SCRAPE_SERIES: usize = 100_000;
const HISTOGRAMS: usize = 10_000;
/// A rendering may take most of a second, and there are many of them.
const FEWEST_RENDERINGS: usize = 3;
const SCRAPE_RENDERINGS: usize = 5;
const OBSERVATIONS: usize = 16;

pub const COUNTER_NAME: &str = "http_requests_total";
pub const COUNTER_HELP: &str = "HTTP requests answered.";
pub const HISTOGRAM_NAME: &str = "http_request_duration_seconds";
pub const HISTOGRAM_HELP: &str = "Time taken to answer an HTTP request.";

/// A fresh registry to be rendered as text. It holds the families that it was
/// given series of.
pub trait Exposition {
    fn add_to_counter(&self, key: &Key, n: u64);
    fn observe(&self, key: &Key, values: &[f64]);
    /// Gathers and writes everything. Returns what was gathered, to be freed off
    /// the clock, as Go's garbage is.
    fn write(&self, body: &mut Vec<u8>) -> Box<dyn Any>;
}

/// Measures a work of this module; none for one that the library lacks.
pub fn measure(work: &str, fresh: fn() -> Box<dyn Exposition>) -> Option<String> {
    let exposition = fresh();
    if work == "memory.scrape.100k" {
        fill_counters(exposition.as_ref(), SCRAPE_SERIES);
        return Some(scrape_memory(exposition.as_ref()));
    }
    match work.strip_prefix("render.text.")? {
        "histograms" => fill_histograms(exposition.as_ref(), HISTOGRAMS),
        size => fill_counters(exposition.as_ref(), size_of(size)?),
    }
    Some(figure("ns_per_op", time_rendering(exposition.as_ref())))
}

fn fill_counters(exposition: &dyn Exposition, count: usize) {
    for i in 0..count {
        exposition.add_to_counter(&series_key(i), i as u64 + 1);
    }
}

/// Takes the values in turn: series `i` begins where `i - 1` ended.
fn fill_histograms(exposition: &dyn Exposition, count: usize) {
    let values = values();
    for i in 0..count {
        let first = i * OBSERVATIONS % values.len();
        exposition.observe(&series_key(i), &values[first..first + OBSERVATIONS]);
    }
}

fn time_rendering(exposition: &dyn Exposition) -> f64 {
    let mut body = Vec::new();
    let began = Instant::now();
    while began.elapsed() < WARM_UP {
        body.clear();
        exposition.write(&mut body);
    }
    median(FEWEST_RENDERINGS, || {
        body.clear();
        let began = Instant::now();
        let families = exposition.write(&mut body);
        let took = began.elapsed();
        drop(families);
        took
    })
}

/// By how much the resident memory grows, at its peak, while a process renders
/// for the first time and a few times more, and the size of what is rendered.
fn scrape_memory(exposition: &dyn Exposition) -> String {
    let mut body = Vec::new();
    forget_peak();
    let before = status_mb("VmRSS:");
    for _ in 0..SCRAPE_RENDERINGS {
        body.clear();
        exposition.write(&mut body);
    }
    let peak = status_mb("VmHWM:") - before;
    let size = body.len() as f64 / (1 << 20) as f64;
    format!("{},{}", figure("mb", peak), figure("body_mb", size))
}

/// Makes VmHWM start again from what is resident now; proc(5).
fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}
