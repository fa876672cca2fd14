//! How the time to plan a circulation grows with the number of laboratories.

use std::hint::black_box;

use bidui::circulation::{Artefact, Calendars, Journey, Laboratory, Pattern, plan};
use bidui::values::calendar::Calendar;
use bidui::values::date::{Duration, PeriodKind};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use jiff::civil::date;

fn period(amount: u32, kind: PeriodKind) -> Duration {
    Duration { amount, kind }
}

/// Ten artefacts in petals of five, each beginning elsewhere; every laboratory takes one artefact at a time.
fn journey(laboratories: usize) -> Journey {
    let ids: Vec<String> = (0..laboratories).map(|it| format!("L{it:04}")).collect();
    let artefacts = (0..10)
        .map(|number| {
            let mut order = ids.clone();
            order.rotate_left(number * laboratories / 10);
            Artefact::new(
                format!("A{number}"),
                Pattern::Petal { by: 5, order },
                ids.clone(),
            )
        })
        .collect();
    let mut all = vec![Laboratory::new("NIM")];
    all.extend(ids.iter().map(|it| Laboratory {
        one_at_a_time: true,
        ..Laboratory::new(it.as_str())
    }));
    let stay = period(5, PeriodKind::WorkingDay);
    let transit = period(2, PeriodKind::Day);
    Journey {
        laboratories: all,
        artefacts,
        calendar: Some("cn".to_owned()),
        pilot_stay: Some(period(3, PeriodKind::WorkingDay)),
        working_days_only: true,
        limit: Some(period(18, PeriodKind::Month)),
        stability: Some(period(60, PeriodKind::Day)),
        ..Journey::new("bench", "NIM", date(2026, 1, 12), stay, transit)
    }
}

fn planning(criterion: &mut Criterion) {
    let calendars: Calendars = [("cn".to_owned(), Calendar::weekends_only())].into();
    let mut group = criterion.benchmark_group("plan ten artefacts");
    group.sample_size(10);
    for laboratories in [100, 200, 400, 700, 1000] {
        let journey = journey(laboratories);
        group.bench_with_input(
            BenchmarkId::from_parameter(laboratories),
            &journey,
            |bencher, journey| {
                bencher.iter(|| plan(black_box(journey), &calendars));
            },
        );
    }
    group.finish();
}

criterion_group!(benches, planning);
criterion_main!(benches);
