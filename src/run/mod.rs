//! Carries a plan out on submitted results: reference value, degrees of equivalence, scores, verdicts, consequences.
//!
//! [`results`] puts what was submitted to its place in the plan, [`execute`] carries out the steps in their order, and the
//! [`outcome`] holds every number with the step that made it. Input is the plan and the results, nothing else. [`pretests`] evaluates what
//! the transfer standard has to pass before it is dispatched.

pub mod certificates;
mod coded;
mod consequences;
mod correlations;
mod execute;
pub mod monitoring;
pub mod outcome;
pub mod pretests;
pub mod results;
pub mod sealing;
mod verdicts;
pub mod why;

pub use execute::execute;
pub use outcome::Outcome;
