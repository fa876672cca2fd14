//! The charts of the evaluation as pictures, from plain numbers: degrees of equivalence, scores, the Youden plot, Mandel's h and k.

mod axis;
pub mod equivalence;
pub mod mandel;
pub mod methods;
mod places;
pub mod scores;
pub mod youden;
