//! The half of the peer that does not depend on the library under test: the
//! worker protocol, the timing and the input data.

use crate::render::{self, Exposition};
use std::any::Any;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Barrier;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

pub const WARM_UP: Duration = Duration::from_millis(50);
pub const TIMED: Duration = Duration::from_millis(250);
/// Of the works whose operations are timed one by one.
const FEWEST_SAMPLES: usize = 5;
const LOOKUP_SERIES: usize = 1000;
const CREATE_SERIES: usize = 100_000;

pub const LABEL_NAMES: [&str; 3] = ["method", "route", "status"];
pub const BOUNDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];
const STATUSES: [&str; 3] = ["200", "404", "500"];

/// The label values of one series, in the order of `LABEL_NAMES`.
pub struct Key {
    pub method: &'static str,
    pub route: String,
    pub status: &'static str,
}

/// The label values of series `i`; every `i` has its own route.
pub fn series_key(i: usize) -> Key {
    Key {
        method: METHODS[i % METHODS.len()],
        route: format!("/api/v1/items/{i}"),
        status: STATUSES[i % STATUSES.len()],
    }
}

/// The keys which the labelled works cycle through.
pub fn lookups() -> Vec<Key> {
    (0..LOOKUP_SERIES).map(series_key).collect()
}

/// The observations of the histogram works: log-uniform in 0.001…12 from a
/// fixed seed, the same numbers for every library. A power of two, so that
/// cycling through them is a mask.
pub fn values() -> [f64; 1024] {
    let mut x: u64 = 42;
    [(); 1024].map(|()| {
        x = x
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let u = (x >> 11) as f64 / (1u64 << 53) as f64;
        0.001 * 12000f64.powf(u)
    })
}

/// A fresh registry with one counter family of three labels.
pub trait Registry: Sync {
    /// Makes one new series per key.
    fn create(&self, keys: &[Key]);
    /// Looks up (or makes) the series of `key` and adds 1.
    fn increment(&self, key: &Key);
    /// Takes one snapshot of all series.
    fn collect(&self) -> Box<dyn Any>;
    /// An add of 1 on the cached handle of `key`.
    fn handle(&self, key: &Key) -> Box<dyn Fn() + Send + Sync>;
}

/// Runs the work named on the command line and prints its JSON line.
pub fn main(
    who: &str,
    hammer: fn(&str, usize) -> Option<f64>,
    fresh: fn() -> Box<dyn Registry>,
    fresh_exposition: fn() -> Box<dyn Exposition>,
) {
    let args: Vec<String> = env::args().skip(1).collect();
    let (work, threads) = match args.as_slice() {
        [work, threads] => (work.as_str(), threads.parse().unwrap_or(0)),
        _ => ("", 0),
    };
    if threads < 1 {
        eprintln!("usage: worker <work> <threads>");
        exit(2);
    }

    let (kind, count) = work.split_once('.').unwrap_or((work, ""));
    let figures = match (kind, size_of(count)) {
        ("snapshot", Some(size)) if threads <= 2 => Some(figure(
            "ns_per_op",
            snapshot(fresh().as_ref(), size, threads),
        )),
        ("create", Some(CREATE_SERIES)) if threads == 1 => Some(figure("ns_per_op", create(fresh))),
        ("memory", Some(size)) if threads == 1 => {
            Some(figure("mb", memory(fresh().as_ref(), size)))
        }
        ("render" | "memory", _) if threads == 1 => render::measure(work, fresh_exposition),
        _ => hammer(work, threads).map(|nanoseconds| figure("ns_per_op", nanoseconds)),
    };
    match figures {
        Some(figures) => {
            println!("{{\"work\":\"{work}\",\"who\":\"{who}\",\"threads\":{threads},{figures}}}")
        }
        None => exit(3),
    }
}

/// One member of the JSON object that is printed.
pub fn figure(unit: &str, number: f64) -> String {
    format!("\"{unit}\":{number:.4}")
}

/// The number of series by its name in a work.
pub fn size_of(count: &str) -> Option<usize> {
    match count {
        "1k" => Some(1_000),
        "10k" => Some(10_000),
        "100k" => Some(100_000),
        _ => None,
    }
}

/// The wall time per operation of one thread; `ops(n)` does n operations.
pub fn hammer(threads: usize, ops: impl Fn(usize) + Sync) -> f64 {
    let mut n = 1000;
    let mut took = concurrently(threads, n, &ops);
    while took < WARM_UP {
        n *= 2;
        took = concurrently(threads, n, &ops);
    }
    let n = (n as f64 * TIMED.as_secs_f64() / took.as_secs_f64()) as usize;
    concurrently(threads, n, &ops).as_nanos() as f64 / n as f64
}

fn concurrently(threads: usize, n: usize, ops: &(impl Fn(usize) + Sync)) -> Duration {
    let ready = Barrier::new(threads + 1);
    let start = Barrier::new(threads + 1);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    ready.wait();
                    start.wait();
                    ops(n);
                })
            })
            .collect();
        ready.wait();
        // Before the last arrival at the second barrier, so never too late.
        let began = Instant::now();
        start.wait();
        for worker in workers {
            worker.join().unwrap();
        }
        began.elapsed()
    })
}

fn snapshot(registry: &dyn Registry, size: usize, threads: usize) -> f64 {
    for i in 0..size {
        registry.increment(&series_key(i));
    }
    let add = registry.handle(&series_key(0));
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        if threads == 2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    add();
                }
            });
        }
        let began = Instant::now();
        while began.elapsed() < WARM_UP {
            registry.collect();
        }
        let figure = median(FEWEST_SAMPLES, || {
            let began = Instant::now();
            let families = registry.collect();
            let took = began.elapsed();
            // Freed off the clock, as Go's garbage is.
            drop(families);
            took
        });
        stop.store(true, Ordering::Relaxed);
        figure
    })
}

fn create(fresh: fn() -> Box<dyn Registry>) -> f64 {
    let keys: Vec<Key> = (0..CREATE_SERIES).map(series_key).collect();
    median(FEWEST_SAMPLES, || {
        let registry = fresh();
        let began = Instant::now();
        registry.create(&keys);
        began.elapsed()
    }) / CREATE_SERIES as f64
}

/// Repeats `sample` for the timed phase, at least so often.
pub fn median(fewest: usize, mut sample: impl FnMut() -> Duration) -> f64 {
    let mut took: Vec<u128> = Vec::new();
    let began = Instant::now();
    while took.len() < fewest || began.elapsed() < TIMED {
        took.push(sample().as_nanos());
    }
    took.sort_unstable();
    let middle = took.len() / 2;
    if took.len() % 2 == 1 {
        took[middle] as f64
    } else {
        (took[middle - 1] + took[middle]) as f64 / 2.0
    }
}

/// Makes the keys one by one, so that only the registry keeps them.
fn memory(registry: &dyn Registry, size: usize) -> f64 {
    for i in 0..size {
        registry.increment(&series_key(i));
    }
    status_mb("VmRSS:")
}

/// An entry of this process's status; proc(5).
pub fn status_mb(entry: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let kb = status
        .lines()
        .find_map(|line| line.strip_prefix(entry))
        .and_then(|rest| rest.trim().strip_suffix("kB"))
        .expect("not in /proc/self/status");
    kb.trim().parse::<f64>().unwrap() / 1024.0
}
