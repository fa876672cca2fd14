//! What every estimator of a reference value gives, and the scaled view of the results it is computed from.

use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::numeric::sum::{median, sum};

/// Where the standard uncertainty of a reference value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Propagated from the uncertainties the laboratories state.
    Stated,
    /// Taken from the scatter of the results.
    Dispersion,
    /// Given from outside (pilot, certified reference material, gravimetric value).
    Given,
}

/// A reference value. `weights` has one entry per laboratory, 0 for those outside; all are 0 where the reference value is not a
/// linear function of the results (a median) or does not come from them.
#[derive(Debug, Clone, PartialEq)]
pub struct Consensus {
    pub value: f64,
    /// Standard uncertainty of `value`.
    pub u: f64,
    pub weights: Vec<f64>,
    /// Standard deviation between laboratories beyond the stated uncertainties ("dark uncertainty"); 0 for fixed effects.
    pub tau: f64,
    /// Degrees of freedom of `u`.
    pub dof: f64,
    pub basis: Basis,
    /// What rounding of `value` lost; differences keep their digits by it.
    rest: f64,
}

impl Consensus {
    /// A reference value given from outside for `n` laboratories; `u` may be 0 but not negative.
    pub fn given(value: f64, u: f64, dof: f64, n: usize) -> Result<Consensus, Inapplicable> {
        if !value.is_finite() || !u.is_finite() || u < 0.0 || dof.is_nan() || dof <= 0.0 {
            return Err(Inapplicable::new(
                "invalid-reference",
                format!(
                    "给定的参考值 {value}（u = {u}，自由度 {dof}）无效；值须有限，u 不得为负，自由度须大于零"
                ),
                format!(
                    "the given reference value {value} (u = {u}, {dof} degrees of freedom) is not usable; it must be finite, u not negative, dof positive"
                ),
            ));
        }
        Ok(Consensus {
            value,
            u,
            weights: vec![0.0; n],
            tau: 0.0,
            dof,
            basis: Basis::Given,
            rest: 0.0,
        })
    }

    /// The weighted sum `offset` + `shift` of results, which were centred on `offset`; `weights` sum to one.
    pub fn shifted(offset: f64, shift: f64, u: f64, weights: Vec<f64>) -> Consensus {
        let value = offset + shift;
        Consensus {
            value,
            rest: (offset - value) + shift,
            u,
            weights,
            tau: 0.0,
            dof: f64::INFINITY,
            basis: Basis::Stated,
        }
    }

    /// `x` minus the reference value, free of the rounding of the reference value itself.
    pub fn difference(&self, x: f64) -> f64 {
        (x - self.value) - self.rest
    }

    /// The same reference value with another standard uncertainty.
    pub fn with_u(self, u: f64) -> Consensus {
        Consensus { u, ..self }
    }

    /// Whether the reference value is a weighted sum of the results.
    pub fn is_linear(&self) -> bool {
        self.weights.iter().any(|w| *w != 0.0)
    }
}

/// The results in the reference value, centred at their median and divided by a power of two near the median uncertainty, in an
/// order that depends on the numbers only. So neither the row order, nor an offset, nor the unit changes what is computed.
#[derive(Debug, Clone)]
pub(crate) struct Members {
    /// Row of each member in the table of laboratories.
    pub index: Vec<usize>,
    /// Centred and scaled values.
    pub x: Vec<f64>,
    /// Scaled standard uncertainties (NaN when the table has none).
    pub u: Vec<f64>,
    pub dof: Vec<f64>,
    pub centre: f64,
    pub scale: f64,
    /// Number of laboratories in the whole table.
    total: usize,
}

impl Members {
    /// The members, at least `need` of them.
    pub fn of(labs: &Laboratories, need: usize) -> Result<Members, Inapplicable> {
        let mut index: Vec<usize> = (0..labs.len()).filter(|i| labs.in_reference[*i]).collect();
        if index.len() < need {
            return Err(too_few(index.len(), need));
        }
        index.sort_by(|a, b| {
            labs.value[*a]
                .total_cmp(&labs.value[*b])
                .then(labs.u[*a].total_cmp(&labs.u[*b]))
        });
        let pick = |column: &[f64]| index.iter().map(|i| column[*i]).collect::<Vec<f64>>();
        let (x, u, dof) = (pick(&labs.value), pick(&labs.u), pick(&labs.dof));
        let centre = median(&x);
        let scale = power_of_two(if labs.has_uncertainties() {
            median(&u)
        } else {
            spread(&x)
        });
        let members = Members {
            x: x.iter().map(|v| (v - centre) / scale).collect(),
            u: u.iter().map(|v| v / scale).collect(),
            total: labs.len(),
            index,
            dof,
            centre,
            scale,
        };
        members.check_range(labs.has_uncertainties())?;
        Ok(members)
    }

    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Squares and reciprocals of squares must stay within the range of the numbers.
    fn check_range(&self, uncertain: bool) -> Result<(), Inapplicable> {
        let good = |v: &f64| v.abs() < 1e70;
        let ok = self.centre.is_finite()
            && self.x.iter().all(good)
            && (!uncertain || self.u.iter().all(|u| good(u) && *u > 1e-70))
            && self.scale.is_finite();
        if ok {
            return Ok(());
        }
        Err(Inapplicable::new(
            "out-of-range",
            "各结果或各不确定度的量级相差过大，无法可靠计算；请检查单位与小数点",
            "the values or the uncertainties differ by too many orders of magnitude to be computed with; check units and decimal signs",
        ))
    }

    /// A member column put back into the rows of the laboratories, 0 elsewhere.
    pub fn spread(&self, column: &[f64]) -> Vec<f64> {
        let mut rows = vec![0.0; self.total];
        for (row, value) in self.index.iter().zip(column) {
            rows[*row] = *value;
        }
        rows
    }

    /// The consensus from scaled `y`, `u`, `tau` and the weights of the members.
    pub fn consensus(
        &self,
        y: f64,
        u: f64,
        weights: &[f64],
        tau: f64,
        dof: f64,
        basis: Basis,
    ) -> Consensus {
        let shift = y * self.scale;
        let value = self.centre + shift;
        Consensus {
            value,
            rest: (self.centre - value) + shift,
            u: u * self.scale,
            weights: self.spread(weights),
            tau: tau * self.scale,
            dof,
            basis,
        }
    }
}

/// The refusal for a table with too few results in the reference value.
pub(crate) fn too_few(have: usize, need: usize) -> Inapplicable {
    Inapplicable::new(
        "too-few-laboratories",
        format!(
            "参与参考值的结果只有 {have} 个，此方法至少需要 {need} 个；请增加实验室或改用其他方法"
        ),
        format!(
            "results in the reference value: {have}; this method needs {need} or more: add laboratories or use another method"
        ),
    )
}

fn spread(x: &[f64]) -> f64 {
    let centre = median(x);
    sum(x.iter().map(|v| (v - centre).abs())) / x.len() as f64
}

/// The power of two next below `magnitude`; 1 where there is no magnitude. Dividing by it rounds nothing.
fn power_of_two(magnitude: f64) -> f64 {
    if magnitude > 0.0 && magnitude.is_finite() {
        magnitude.log2().floor().exp2()
    } else {
        1.0
    }
}
