//! What the D-SI can state: real and complex numbers with units and uncertainties.

use crate::intake::Cell;

/// What one D-SI element holds: values, or further elements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiData {
    /// Label of the element.
    pub label: Option<String>,
    /// The values, in order.
    pub values: Vec<SiValue>,
    /// The elements of a `si:list`, in order.
    pub parts: Vec<SiData>,
    /// The same quantity in other units (`si:hybrid`); the element itself is the first.
    pub alternatives: Vec<SiData>,
}

impl SiData {
    /// All values, those of the parts included.
    pub fn all(&self) -> Vec<&SiValue> {
        self.values
            .iter()
            .chain(self.parts.iter().flat_map(SiData::all))
            .collect()
    }
}

/// One value with its unit and uncertainty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiValue {
    /// Label, if any.
    pub label: Option<String>,
    /// The number.
    pub number: Number,
    /// The unit as written; empty if missing.
    pub unit: Cell,
    /// The uncertainty, if stated.
    pub uncertainty: Option<SiUncertainty>,
    /// Date and time, if stated.
    pub date_time: Option<Cell>,
}

/// A real or complex number as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Number {
    /// A real number.
    Real(Cell),
    /// Real and imaginary part, both in the unit of the value.
    Cartesian {
        /// Real part.
        real: Cell,
        /// Imaginary part.
        imaginary: Cell,
    },
    /// Magnitude in the unit of the value, phase in a unit of its own.
    Polar {
        /// Magnitude.
        magnitude: Cell,
        /// Phase.
        phase: Cell,
        /// Unit of the phase, if stated.
        phase_unit: Option<Cell>,
    },
}

/// An uncertainty as stated, in the unit of the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiUncertainty {
    /// Expanded uncertainty with coverage factor.
    Expanded {
        /// U.
        expanded: Cell,
        /// k.
        factor: Option<Cell>,
        /// Coverage probability.
        probability: Option<Cell>,
        /// Distribution.
        distribution: Option<Cell>,
    },
    /// Standard uncertainty.
    Standard {
        /// u.
        standard: Cell,
        /// Distribution.
        distribution: Option<Cell>,
    },
    /// Standard uncertainty with a coverage interval, which need not be symmetric.
    Interval {
        /// u.
        standard: Cell,
        /// Lower end.
        lower: Option<Cell>,
        /// Upper end.
        upper: Option<Cell>,
        /// Coverage probability.
        probability: Option<Cell>,
        /// Distribution.
        distribution: Option<Cell>,
    },
}
