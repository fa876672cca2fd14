//! How fast a protocol of two thousand lines is checked, in bytes a second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// A protocol with so many measurands that it has `lines` lines or a few more.
fn protocol(lines: usize) -> String {
    let mut measurands = String::new();
    let mut artefact = String::new();
    for index in 0..lines / 10 {
        measurands.push_str(&format!(
            "  measurand m{index} : mass {{\n    title zh \"第{index}个被测量\" en \"measurand {index}\"\n    unit mg\n    point p{index}a = 1 kg\n    \
             point p{index}b = 500 g\n    procedure \"JJG 99-2022\"\n    conditions {{ temperature 20 °C ± 1 °C; humidity 30 % .. 60 % }}\n    \
             report value, U, k, dof\n  }}\n"
        ));
        artefact.push_str(&format!("    measures m{index} at p{index}a, p{index}b\n"));
    }
    include_str!("../tests/data/base.bidui")
        .replace("    measures dm\n", &format!("    measures dm\n{artefact}"))
        .replace("  artefact W1", &format!("{measurands}  artefact W1"))
}

fn check(criterion: &mut Criterion) {
    let text = protocol(2_000);
    let compiled = bidui::compile::compile("large.bidui", &text);
    assert!(compiled.is_sound(), "the benchmark's protocol has errors");
    let mut group = criterion.benchmark_group("check");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.sample_size(20);
    group.bench_function(format!("{} lines", text.lines().count()), |b| {
        b.iter(|| bidui::compile::compile("large.bidui", &text))
    });
    group.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
