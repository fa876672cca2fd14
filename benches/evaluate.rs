//! How long the statistics take: largest consistent subset, hierarchical Bayes, Monte Carlo median, and a batch of comparisons.
//!
//! The subset's group ends with the exponent of growth, the slope of ln(time) over ln(n) by least squares.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

use bidui::evaluate::bayes::{Effects, Priors, hierarchical};
use bidui::evaluate::consistency::chi_squared;
use bidui::evaluate::equivalence::{Rule, unilateral};
use bidui::evaluate::laboratories::Laboratories;
use bidui::evaluate::reference::{largest_consistent_subset, weighted_mean};
use bidui::evaluate::sampling::{Joint, Plan, sampled_median};
use bidui::numeric::stream::Stream;

/// Results about 10 with stated uncertainties between 0.5 and 1.5 and a real scatter of `spread` times what is stated.
fn results(n: usize, spread: f64, seed: u64) -> Laboratories {
    let mut stream = Stream::new(seed, 0);
    let u: Vec<f64> = (0..n).map(|_| 0.5 + stream.uniform()).collect();
    let value: Vec<f64> = u
        .iter()
        .map(|u| 10.0 + spread * u * stream.normal())
        .collect();
    let mut labs = Laboratories::new(&value, &u).expect("the benchmark's results are complete");
    for (i, dof) in labs.dof.iter_mut().enumerate() {
        *dof = [4.0, 60.0, 9.0, f64::INFINITY, 18.0][i % 5];
    }
    labs
}

fn subset(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("largest consistent subset");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(5));
    let mut points = Vec::new();
    for n in [20, 30, 100, 500, 1000] {
        let labs = results(n, 1.5, n as u64);
        group.bench_with_input(BenchmarkId::from_parameter(n), &labs, |b, labs| {
            b.iter(|| largest_consistent_subset(black_box(labs), 0.05))
        });
        let start = Instant::now();
        let _ = black_box(largest_consistent_subset(&labs, 0.05));
        points.push(((n as f64).ln(), start.elapsed().as_secs_f64().ln()));
    }
    group.finish();
    println!("growth: time ~ n^{:.2}", slope(&points[1..]));
}

fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = points
        .iter()
        .fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let (above, below) = points.iter().fold((0.0, 0.0), |(a, b), p| {
        (a + (p.0 - x) * (p.1 - y), b + (p.0 - x) * (p.0 - x))
    });
    above / below
}

fn bayes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hierarchical Bayes");
    group.sample_size(10);
    for (name, effects) in [("Gauss", Effects::Gauss), ("Laplace", Effects::Laplace)] {
        for n in [10, 30, 100] {
            let labs = results(n, 2.0, 7 + n as u64);
            let priors = Priors::weakly_informative(&labs);
            group.bench_with_input(BenchmarkId::new(name, n), &labs, |b, labs| {
                b.iter(|| hierarchical(black_box(labs), effects, priors))
            });
        }
    }
    group.finish();
}

fn median(criterion: &mut Criterion) {
    const DRAWS: usize = 10_000_000;
    let labs = results(20, 1.0, 3);
    let joint = Joint::new(&labs.value, &labs.u, &labs.in_reference, None)
        .expect("independent results need no factor");
    let plan = Plan {
        seed: 1,
        draws: DRAWS,
        tolerance: None,
        most: DRAWS,
    };
    let mut group = criterion.benchmark_group("Monte Carlo median, 20 laboratories");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(DRAWS as u64));
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool of threads can be made");
        group.bench_function(format!("{threads} threads"), |b| {
            b.iter(|| pool.install(|| sampled_median(black_box(&joint), plan)))
        });
    }
    group.finish();
}

fn batch(criterion: &mut Criterion) {
    const COMPARISONS: usize = 10_000;
    let all: Vec<Laboratories> = (0..COMPARISONS)
        .map(|i| results(12, 1.0, i as u64))
        .collect();
    let mut group = criterion.benchmark_group("batch");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(COMPARISONS as u64));
    group.bench_function("weighted mean, test and degrees of equivalence", |b| {
        b.iter(|| {
            all.iter()
                .filter_map(|labs| {
                    let mean = weighted_mean(labs).ok()?;
                    let test = chi_squared(labs, &mean, 0.05).ok()?;
                    let doe = unilateral(labs, &mean, Rule::Stated).ok()?;
                    Some(test.observed + doe.d[0])
                })
                .sum::<f64>()
        })
    });
    group.finish();
}

criterion_group!(benches, subset, bayes, median, batch);
criterion_main!(benches);
