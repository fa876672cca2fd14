//! The classical median.

use super::consensus::{Basis, Consensus, Members};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::numeric::sum::median as middle;

/// 1/Φ⁻¹(3/4) to the four decimals in use: makes the median absolute deviation a standard deviation for normal data.
pub const MAD_TO_SD: f64 = 1.4826;

/// Which formula gives the standard uncertainty of a median from MAD = med|x_i − med|.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MedianUncertainty {
    /// √(π/2)·1.4826·MAD/√n, the limit for many normal results.
    LargeSample,
    /// 1.858·MAD/√(n − 1). Source: J. W. Müller, J. Res. NIST 105 (2000) 551–555.
    Mueller,
}

/// Median of the members; robust, ignores the stated uncertainties. Needs three or more results.
///
/// The median is not linear in the results, so the weights are 0 and a degree of equivalence takes u²(y) as independent. MAD = 0
/// (more than half of the results equal) is refused, for it would claim an exact reference value.
pub fn median(labs: &Laboratories, form: MedianUncertainty) -> Result<Consensus, Inapplicable> {
    let members = Members::of(labs, 3)?;
    let n = members.len() as f64;
    let centre = middle(&members.x);
    let mad = middle(
        &members
            .x
            .iter()
            .map(|x| (x - centre).abs())
            .collect::<Vec<_>>(),
    );
    if mad == 0.0 {
        return Err(Inapplicable::new(
            "no-spread",
            "半数以上结果相同，绝对中位差为零，不能由它得到中位值的不确定度；请由各实验室声明的不确定度评定（如蒙特卡洛中位值）",
            "more than half of the results are equal, so the median absolute deviation is zero and gives no uncertainty of the median; use the stated uncertainties (Monte Carlo median)",
        ));
    }
    let u = match form {
        MedianUncertainty::LargeSample => {
            (0.5 * std::f64::consts::PI).sqrt() * MAD_TO_SD * mad / n.sqrt()
        }
        MedianUncertainty::Mueller => 1.858 * mad / (n - 1.0).sqrt(),
    };
    Ok(members.consensus(
        centre,
        u,
        &vec![0.0; members.len()],
        0.0,
        n - 1.0,
        Basis::Dispersion,
    ))
}
