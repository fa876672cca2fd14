//! Tables for a direct computation: no text may crash the readers or bring a method down.
#![no_main]

use std::sync::LazyLock;

use bidui::evaluate::table::{from_csv, from_toml};
use bidui::library::{Declared, declared};
use libfuzzer_sys::fuzz_target;

/// The methods in closed form; sampling and quadrature take too long for one input.
static QUICK: LazyLock<Vec<Declared>> = LazyLock::new(|| {
    let slow = |d: &Declared| ["std.bayes.", "std.sampling.", "std.decision-tree."].iter().any(|p| d.path.starts_with(p));
    declared().into_iter().filter(|d| !slow(d)).collect()
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let method = QUICK[usize::from(*choice) % QUICK.len()].method;
    for table in [from_csv(text).ok(), from_toml(text).ok()].into_iter().flatten() {
        let _outcome = (method.compute)(&table);
    }
});
