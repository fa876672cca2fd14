//! Linking of a regional or bilateral comparison to the key comparison that defines the reference value.

pub mod link;
mod method;

pub use method::METHODS;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::case_check::check;

    #[test]
    fn two_linking_laboratories_agree_with_their_reference_case() {
        check("circ-link-rmo-two-linking-labs", &METHODS[0]);
    }
}
