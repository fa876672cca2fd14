//! The key comparison to which a comparison is linked.

use crate::evaluate::linking::link::LinkWeights;
use crate::evaluate::linking::published::LinkingResult;
use crate::source::Span;
use crate::text::Text;

/// The link as written, quantities in the unit of the measurand.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its identifier in the key comparison database, such as `CCM.M-K4`.
    pub comparison: String,
    pub title: Option<Text>,
    /// Where the figures were published.
    pub source: Option<Text>,
    pub weights: LinkWeights,
    pub published: Vec<Published>,
    pub references: Vec<KeyReference>,
    /// Whether every line could be read.
    pub whole: bool,
    pub at: Span,
}

/// A measurand and one of its points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub measurand: String,
    pub point: String,
}

/// What was published of a linking laboratory at a point.
#[derive(Debug, Clone)]
pub struct Published {
    pub place: Place,
    pub result: LinkingResult,
    pub at: Span,
}

/// The standard uncertainty of the key comparison reference value at a point.
#[derive(Debug, Clone)]
pub struct KeyReference {
    pub place: Place,
    pub u: f64,
    pub at: Span,
}

impl Link {
    /// What was published at a point.
    pub fn at_point<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a Published> {
        self.published.iter().filter(move |p| p.place == *place)
    }

    /// The uncertainty of the key comparison reference value at a point.
    pub fn reference(&self, place: &Place) -> Option<&KeyReference> {
        self.references.iter().find(|r| r.place == *place)
    }
}
