//! The table of laboratory results as every family of methods reads it.

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Field, Inapplicable};

/// Results of the laboratories, parallel columns in the order of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Laboratories {
    pub lab: Vec<String>,
    pub value: Vec<f64>,
    /// Standard uncertainties.
    pub u: Vec<f64>,
    /// Degrees of freedom, infinite when not stated.
    pub dof: Vec<f64>,
    /// Whether the result is part of the reference value.
    pub in_reference: Vec<bool>,
}

impl Laboratories {
    /// Reads `table`.
    pub fn read(data: &Data, table: &str) -> Result<Laboratories, Inapplicable> {
        let value = columns::free_column(data, table, &["value"])?;
        let n = value.len();
        let lab = columns::labels(data, table, "lab", Some(n))?;
        let u = columns::uncertainties(data, table, n)?;
        let flags = data
            .table(table)
            .and_then(|t| t.get("in_reference").or_else(|| t.get("include")));
        let in_reference = match flags {
            Some(Field::Flags(f)) if f.len() == n => f.clone(),
            _ => vec![true; n],
        };
        Ok(Laboratories {
            lab,
            value,
            u,
            dof: vec![f64::INFINITY; n],
            in_reference,
        })
    }
}
