//! How it is proven that the transfer standard is fit to travel: stability, transport, homogeneity.

use jiff::civil::Date;

use super::{Action, Condition, Method, Period, Protocol, Quantity, Range};
use crate::source::{Span, Spanned};
use crate::text::Text;
use crate::values::unit::Unit;

/// Values for points; an empty list of points means all of them.
pub type Bounds = Vec<(Quantity, Vec<String>)>;

/// The value for a point, in the measurand's unit.
pub fn bound_at(bounds: &[(Quantity, Vec<String>)], point: &str, unit: &Unit) -> Option<f64> {
    let holds = |at: &[String]| at.is_empty() || at.iter().any(|p| p == point);
    let (quantity, _) = bounds.iter().find(|(_, at)| holds(at))?;
    let converted = quantity.value.convert_interval_to(unit).ok()?;
    Some(converted.value())
}

impl Protocol {
    /// Every value that is stated for points by their names alone.
    pub(super) fn bounds_mut(&mut self) -> impl Iterator<Item = &mut (Quantity, Vec<String>)> {
        let stability = self.stability.as_mut();
        let transport = self.transport.as_mut();
        let homogeneity = self.homogeneity.as_mut();
        stability
            .into_iter()
            .flat_map(|s| s.repeatability.iter_mut().chain(&mut s.u))
            .chain(transport.into_iter().flat_map(|t| &mut t.u))
            .chain(homogeneity.into_iter().flat_map(|h| &mut h.u))
            .chain(&mut self.evaluation.expected.values)
    }
}

/// When tests before dispatch are completed, and where their record is kept if they were evaluated elsewhere.
#[derive(Debug, Clone)]
pub struct Done {
    pub on: Spanned<Date>,
    pub record: Option<Text>,
}

/// The uncertainty that the reference value is expected to have.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    pub values: Bounds,
    /// Whether they are expanded (k = 2) and not standard uncertainties.
    pub expanded: bool,
}

impl Expected {
    /// The expanded uncertainty (k = 2) for a point, in the measurand's unit.
    pub fn at(&self, point: &str, unit: &Unit) -> Option<f64> {
        let value = bound_at(&self.values, point, unit)?;
        Some(if self.expanded { value } else { 2.0 * value })
    }
}

/// How stability is proven.
#[derive(Debug, Clone)]
pub struct Stability {
    pub before: Option<(u64, Period)>,
    pub during: bool,
    pub test: Option<Method>,
    pub limit: Option<Condition>,
    pub otherwise: Option<Action>,
    /// Repeatability of the pilot's measurement of the transfer standard (standard deviation).
    pub repeatability: Bounds,
    /// Standard uncertainty by instability.
    pub u: Bounds,
    pub done: Option<Done>,
    pub at: Span,
}

/// How the transfer standard bears transport.
#[derive(Debug, Clone)]
pub struct Transport {
    pub test: Option<Method>,
    pub limit: Option<Condition>,
    pub otherwise: Option<Action>,
    pub monitored: Vec<(String, Range)>,
    pub carrier: Option<Text>,
    /// Standard uncertainty by transport.
    pub u: Bounds,
    pub done: Option<Done>,
    pub at: Span,
}

/// How it is proven that the units sent out are alike.
#[derive(Debug, Clone)]
pub struct Homogeneity {
    /// Units drawn and replicates on each.
    pub units: Option<(u64, u64)>,
    pub test: Option<Method>,
    pub limit: Option<Condition>,
    pub otherwise: Option<Action>,
    /// Standard uncertainty between units.
    pub u: Bounds,
    pub done: Option<Done>,
    pub at: Span,
}
