//! Results of more than one number: functions over points, complex quantities, right or wrong answers, software.

pub mod complex;
pub mod consensus;
pub mod counting;
pub mod digits;
pub mod joint;
pub mod points;
pub mod reference;

use crate::evaluate::method::Method;

/// The methods of this family.
pub const METHODS: &[Method] = &[
    points::MULTI_POINT,
    complex::COMPLEX,
    counting::PROPORTION,
    counting::MCNEMAR,
    digits::DIGITS,
];
