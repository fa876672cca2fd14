//! Which quantities of a certificate are the results of a comparison.
//!
//! A certificate tells what was measured by `refType` words, names and labels, not by the measurands and points of a plan; the
//! correspondence is declared, never guessed. A declaration that fits nothing, or more than one quantity, is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::{DccDocument, Quantity, Section};
use super::value::{Number, SiData, SiUncertainty, SiValue};
use crate::intake::date::dated;
use crate::intake::finding::{Findings, Place, codes, shown};
use crate::intake::table::check_row;
use crate::intake::{Cell, Finding, Kind, Row, Submission, Uncertainty};
use crate::text::Text;

/// What to take out of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DccMapping {
    /// Identifier of the laboratory in the comparison; without it the name in the certificate is given.
    pub laboratory: Option<String>,
    /// The results.
    pub results: Vec<DccResult>,
}

/// One quantity of the certificate as a measurand of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DccResult {
    /// The measurand of the plan.
    pub measurand: String,
    /// The quantity that holds the values.
    pub select: Select,
    /// The points of the plan that the values belong to.
    pub points: Points,
    /// Unit to choose where the certificate gives several (`\degreecelsius`); the first one if not told.
    pub unit: Option<String>,
}

/// The points that the values of a quantity belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Points {
    /// The points in the order of the values.
    Named(Vec<String>),
    /// The values of another quantity of the same list or result, such as `basic_calibrationValue`.
    From(Select),
}

/// Picks a quantity; everything that is told must fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Select {
    /// A `refType` word of the quantity, or of the metadata that it stands in.
    pub ref_type: Option<String>,
    /// A `refType` word of something around it, such as the result or the table.
    pub within: Option<String>,
    /// Its name in any language.
    pub name: Option<String>,
    /// The label of its value.
    pub label: Option<String>,
    /// Its XML identifier.
    pub id: Option<String>,
}

impl Select {
    fn fits(&self, quantity: &Quantity) -> bool {
        let told = |wanted: &Option<String>, fits: &dyn Fn(&str) -> bool| {
            wanted.as_deref().is_none_or(fits)
        };
        let own = |word: &str| {
            let around = if quantity.section == Section::Result {
                None
            } else {
                quantity.enclosing.last()
            };
            quantity.ref_types.iter().chain(around).any(|t| t == word)
        };
        told(&self.ref_type, &own)
            && told(&self.within, &|word| {
                quantity.enclosing.iter().any(|t| t == word)
            })
            && told(&self.name, &|name| quantity.name.contains(name))
            && told(&self.id, &|id| quantity.id.as_deref() == Some(id))
            && told(&self.label, &|label| {
                quantity
                    .data
                    .as_ref()
                    .is_some_and(|data| has_label(data, label))
            })
    }

    /// The selection in words, for messages.
    fn shown(&self) -> String {
        let parts = [
            ("refType", &self.ref_type),
            ("within", &self.within),
            ("name", &self.name),
            ("label", &self.label),
            ("id", &self.id),
        ];
        let told: Vec<String> = parts
            .iter()
            .filter_map(|(key, value)| {
                value
                    .as_ref()
                    .map(|value| format!("{key}={}", shown(value)))
            })
            .collect();
        told.join(", ")
    }
}

fn has_label(data: &SiData, label: &str) -> bool {
    data.label.as_deref() == Some(label)
        || data
            .values
            .iter()
            .any(|value| value.label.as_deref() == Some(label))
}

impl DccDocument {
    /// The submission that `mapping` takes out of the certificate, and what was found on the way. The plan digest is the first
    /// identification of the certificate that starts with `sha256:`; influence conditions become header fields.
    pub fn submission(&self, mapping: &DccMapping) -> (Submission, Vec<Finding>) {
        let mut findings = Findings::new(&self.file);
        let mut rows = Vec::new();
        for result in &mapping.results {
            rows.extend(self.rows(result, &mut findings));
        }
        if mapping.results.is_empty() {
            let mend = Text::new(
                "请在方案中说明证书中的哪些量是比对结果",
                "tell in the plan which quantities of a certificate are the results",
            );
            findings.error(
                codes::NOTHING_MAPPED,
                &Place::file(&self.file),
                Text::new(
                    "没有说明证书与比对结果的对应关系",
                    "nothing tells which quantities of the certificate are results",
                ),
                mend,
            );
        }
        let digest = self
            .identifications
            .iter()
            .map(|i| i.value.text.as_str())
            .find(|value| value.starts_with("sha256:"));
        let name = self.laboratory.text();
        let submission = Submission {
            laboratory: mapping
                .laboratory
                .clone()
                .unwrap_or_else(|| name.get(crate::text::Lang::Zh).to_string()),
            plan_digest: digest.map(str::to_string),
            file: self.file.clone(),
            rows,
            fields: self.fields(),
            budget: Vec::new(),
            correlations: Vec::new(),
            signature: self.signature,
            kind: Kind::Dcc,
        };
        (submission, findings.finish())
    }

    fn fields(&self) -> BTreeMap<String, Cell> {
        let told = [
            ("certificate", &self.unique_identifier),
            ("begin_date", &self.begin_date),
            ("date", &self.end_date),
            ("issue_date", &self.issue_date),
        ];
        let mut fields: BTreeMap<String, Cell> = told
            .into_iter()
            .filter_map(|(key, cell)| cell.clone().map(|cell| (key.to_string(), cell)))
            .collect();
        if let Some(signer) = self.signers.first() {
            fields.insert("signer".to_string(), signer.clone());
        }
        for quantity in self
            .quantities
            .iter()
            .filter(|q| q.section == Section::InfluenceCondition)
        {
            let value = quantity
                .data
                .as_ref()
                .and_then(|data| data.all().into_iter().next().cloned());
            let key = quantity.ref_types.first().or(quantity.enclosing.last());
            if let (
                Some(key),
                Some(SiValue {
                    number: Number::Real(value),
                    unit,
                    ..
                }),
            ) = (key, value)
            {
                fields.entry(key.clone()).or_insert_with(|| Cell {
                    text: format!("{} {}", value.text, unit.text),
                    place: value.place,
                });
            }
        }
        fields
    }

    fn rows(&self, wanted: &DccResult, findings: &mut Findings) -> Vec<Row> {
        let whole = Place::file(&self.file);
        let Some(quantity) = self.one(
            &wanted.select,
            &|q| q.section == Section::Result,
            &whole,
            findings,
        ) else {
            return Vec::new();
        };
        let Some(data) = chosen(quantity, wanted.unit.as_deref(), findings) else {
            return Vec::new();
        };
        let values = labelled(data, &wanted.select);
        let Some(points) = self.points(wanted, quantity, values.len(), findings) else {
            return Vec::new();
        };
        let rows = values.into_iter().zip(points).filter_map(|(value, point)| {
            row(
                &wanted.measurand,
                point,
                value,
                self.end_date.as_ref(),
                findings,
            )
        });
        let rows: Vec<Row> = rows.collect();
        for row in &rows {
            check_row(row, findings);
        }
        rows
    }

    /// The one quantity with a value that fits, of those that `among` lets through.
    fn one(
        &self,
        select: &Select,
        among: &dyn Fn(&Quantity) -> bool,
        place: &Place,
        findings: &mut Findings,
    ) -> Option<&Quantity> {
        let mut fitting = self
            .quantities
            .iter()
            .filter(|q| q.data.is_some() && among(q) && select.fits(q));
        let sought = select.shown();
        let Some(first) = fitting.next() else {
            findings.error(
                codes::NOTHING_MAPPED,
                place,
                Text::new(
                    format!("证书中没有符合 {sought} 的量"),
                    format!("no quantity of the certificate fits {sought}"),
                ),
                Text::new(
                    "请核对 refType、名称或标识，或更正对应关系",
                    "check refType, name and identifier, or mend the mapping",
                ),
            );
            return None;
        };
        if let Some(second) = fitting.next() {
            findings.error(
                codes::AMBIGUOUS_MAPPING,
                &second.place,
                Text::new(
                    format!(
                        "符合 {sought} 的量不止一个（第 {} 行和第 {} 行）",
                        first.place.row, second.place.row
                    ),
                    format!(
                        "more than one quantity fits {sought} (lines {} and {})",
                        first.place.row, second.place.row
                    ),
                ),
                Text::new(
                    "请加上 within、名称或标识以区分",
                    "tell them apart by `within`, name or identifier",
                ),
            );
            return None;
        }
        Some(first)
    }

    fn points(
        &self,
        wanted: &DccResult,
        quantity: &Quantity,
        count: usize,
        findings: &mut Findings,
    ) -> Option<Vec<Option<Cell>>> {
        let points: Vec<Option<Cell>> = match &wanted.points {
            Points::Named(names) => names
                .iter()
                .map(|name| {
                    Some(Cell {
                        text: name.clone(),
                        place: quantity.place.clone(),
                    })
                })
                .collect(),
            Points::From(select) => {
                let beside = |other: &Quantity| {
                    other.result == quantity.result && other.list == quantity.list
                };
                let source = self.one(select, &beside, &quantity.place, findings)?;
                let data = chosen(source, wanted.unit.as_deref(), &mut Findings::new(""))
                    .or(source.data.as_ref())?;
                data.all()
                    .iter()
                    .map(|value| {
                        if let Number::Real(cell) = &value.number {
                            Some(cell.clone())
                        } else {
                            None
                        }
                    })
                    .collect()
            }
        };
        if points.len() == count {
            return Some(points);
        }
        let found = points.len();
        findings.error(
            codes::LIST_LENGTH,
            &quantity.place,
            Text::new(
                format!("有 {count} 个值，测量点却有 {found} 个"),
                format!("there are {count} values for {found} points"),
            ),
            Text::new(
                "每个测量点应有一个值；请核对证书与方案",
                "each point needs one value; compare certificate and plan",
            ),
        );
        None
    }
}

/// The values with the label that was asked for, or all of them.
fn labelled<'a>(data: &'a SiData, select: &Select) -> Vec<&'a SiValue> {
    let all = data.all();
    let Some(label) = select
        .label
        .as_deref()
        .filter(|label| data.label.as_deref() != Some(*label))
    else {
        return all;
    };
    all.into_iter()
        .filter(|value| value.label.as_deref() == Some(label))
        .collect()
}

/// The form of the quantity in the unit that was asked for, or the first one.
fn chosen<'a>(
    quantity: &'a Quantity,
    unit: Option<&str>,
    findings: &mut Findings,
) -> Option<&'a SiData> {
    let first = quantity.data.as_ref()?;
    let Some(unit) = unit else { return Some(first) };
    let all: Vec<&SiData> = std::iter::once(first).chain(&first.alternatives).collect();
    let unit_of = |data: &SiData| {
        data.all()
            .first()
            .map(|value| value.unit.text.clone())
            .unwrap_or_default()
    };
    let found = all.iter().find(|data| unit_of(data) == unit).copied();
    if found.is_none() {
        let units: Vec<String> = all.iter().map(|data| unit_of(data)).collect();
        let units = units.join(", ");
        findings.error(
            codes::NOTHING_MAPPED,
            &quantity.place,
            Text::new(
                format!("没有以 {unit} 给出的值，证书中的单位是 {units}"),
                format!("there is no value in {unit}; the certificate gives {units}"),
            ),
            Text::new("请更正对应关系中的单位", "mend the unit in the mapping"),
        );
    }
    found
}

fn row(
    measurand: &str,
    point: Option<Cell>,
    value: &SiValue,
    date: Option<&Cell>,
    findings: &mut Findings,
) -> Option<Row> {
    let (Number::Real(number), Some(point)) = (&value.number, point) else {
        findings.error(
            codes::NOT_READ,
            &value.unit.place,
            Text::new(
                "该量是复数，不能作为一个实数结果",
                "the quantity is complex and cannot be one real result",
            ),
            Text::new(
                "请把实部和虚部（或模和相位）作为两个量给出",
                "give real and imaginary part, or magnitude and phase, as two quantities",
            ),
        );
        return None;
    };
    let uncertainty = match value.uncertainty.clone() {
        Some(SiUncertainty::Expanded {
            expanded, factor, ..
        }) => Uncertainty {
            expanded: Some(expanded),
            factor,
            standard: None,
        },
        Some(
            SiUncertainty::Standard { standard, .. } | SiUncertainty::Interval { standard, .. },
        ) => Uncertainty {
            standard: Some(standard),
            ..Uncertainty::default()
        },
        None => Uncertainty::default(),
    };
    let date = value
        .date_time
        .as_ref()
        .or(date)
        .map(|cell| dated(cell.clone(), findings));
    Some(Row {
        measurand: Cell {
            text: measurand.to_string(),
            place: Place {
                column_name: Arc::from(""),
                ..number.place.clone()
            },
        },
        point,
        item: None,
        value: number.clone(),
        unit: value.unit.clone(),
        uncertainty,
        dof: None,
        date,
        remark: None,
        repeats: Vec::new(),
    })
}
