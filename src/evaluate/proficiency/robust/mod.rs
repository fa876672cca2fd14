//! Robust estimators of ISO 13528:2022, Annex C.

mod algorithm_a;
mod q_hampel;
mod scale;

pub use algorithm_a::{Factors, Robust, Stop, algorithm_a, algorithm_s};
pub use q_hampel::{hampel, q_hampel, q_method};
pub use scale::{QnConstants, made, niqr, qn};
