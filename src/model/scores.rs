//! The standard deviation for proficiency assessment and the criterion on the uncertainty of the assigned value, as written.

use super::{Method, Quantity};
use crate::source::{Span, Spanned};
use crate::text::Text;

/// The standard deviation for proficiency assessment σ_pt (ISO 13528:2022, clause 8).
#[derive(Debug, Clone)]
pub struct SigmaPt {
    /// Its origins as written; exactly one is right.
    pub origins: Vec<Spanned<SigmaOrigin>>,
    /// Measurand and point of everything it is for (none: all points).
    pub points: Vec<(String, String)>,
    pub floor: Option<Quantity>,
    pub ceiling: Option<Quantity>,
    pub basis: Option<Text>,
    /// Whether all of it could be read.
    pub whole: bool,
    pub at: Span,
}

/// Where σ_pt comes from.
#[derive(Debug, Clone)]
pub enum SigmaOrigin {
    /// Laid down by experts (8.2).
    Stated(Quantity),
    /// A fraction of the assigned value (8.2).
    Fraction(f64),
    /// A third of the largest permissible deviation δ_E.
    Limit(Quantity),
    /// A precision experiment: reproducibility, repeatability, replicates averaged in a result (8.5).
    Precision {
        reproducibility: Quantity,
        repeatability: Quantity,
        replicates: u64,
    },
    /// A model of the assigned value (8.4), or the standard deviation of the results (8.6).
    Method(Method),
}

/// When u(x_pt) is negligible, and what becomes of z when it is not (9.2.1).
#[derive(Debug, Clone)]
pub struct AssignedUncertainty {
    /// Negligible below this fraction of σ_pt.
    pub factor: f64,
    /// `z-prime`, `state` or `halt`.
    pub otherwise: String,
    pub at: Span,
}

impl SigmaPt {
    /// Whether it holds at a point.
    pub fn holds_at(&self, measurand: &str, point: &str) -> bool {
        self.points.is_empty()
            || self
                .points
                .iter()
                .any(|(m, p)| m == measurand && p == point)
    }
}
