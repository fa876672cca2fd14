//! Whether a condition can be met at all, and by what: the question behind every change of rules.

use super::counts::{self, Judged};
use super::points;
use super::{message, unit_shown};
use crate::condition::{Domain, Term};
use crate::text::Text;
use crate::values::unit::parse_unit;

/// Whether something meets a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met {
    Never,
    /// An outcome that meets it, as people read it.
    At(Text),
    Unknown,
}

/// Whether an outcome at a point can meet the condition; quantities are shown in `unit` unless the condition writes another.
pub fn at_a_point(term: &Term, unit: &str) -> Met {
    let unit = match parse_unit(unit, None) {
        Ok(unit) => unit_shown(&unit, &[term]),
        Err(_) => super::ShownUnit::one(),
    };
    match points::met(term, unit) {
        points::Met::Never => Met::Never,
        points::Met::At(witness) => {
            let values = message::values(&witness);
            Met::At(match message::extent(&witness) {
                None => values,
                Some(extent) => Text::new(
                    format!("{}（{}）", values.zh.trim_end(), extent.zh),
                    format!("{} ({})", values.en, extent.en),
                ),
            })
        }
        points::Met::Unknown => Met::Unknown,
    }
}

/// Whether the verdicts on a laboratory's points can fall so that the condition is met.
pub fn on_a_laboratory(term: &Term, points: usize, artefacts: usize, verdicts: &[String]) -> Met {
    let of = |domain, number| Judged {
        domain,
        number,
        verdicts: verdicts.to_vec(),
    };
    let judged = [of(Domain::Points, points), of(Domain::Artefacts, artefacts)];
    match counts::met(term, &judged) {
        Some(Some(way)) => Met::At(message::fallen(&way)),
        Some(None) => Met::Never,
        None => Met::Unknown,
    }
}
