//! Values of the D-SI: real and complex numbers, their lists, and the uncertainties that go with them.
//!
//! A single value and a blank-separated list (`…XMLList`) have the same parts under the same names, so that one reader serves both; in a
//! list a part of one element stands for all. Both generations of names are read: `expandedUnc`, `coverageInterval` (D-SI 2.1) and
//! `measurementUncertaintyUnivariate` with `standardMU`, `expandedMU`, `coverageIntervalMU` (D-SI 2.2), the latter also as the schema of
//! 2.2.1 spells it by mistake in lists (`measurementUncertaintyUnivaraite`).

use std::sync::Arc;

use roxmltree::Node;

use super::SI_NAMESPACES;
use super::value::{Number, SiData, SiUncertainty, SiValue};
use crate::intake::finding::{Findings, Place, Severity, codes, cut, shown, visible};
use crate::intake::number::number;
use crate::intake::xml::{self, Lines};
use crate::intake::{Cell, Finding};
use crate::text::Text;

/// Reads elements of one file: knows places and collects findings.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) lines: Lines,
    pub(super) whole: Place,
    /// What is being read, for the paths in places.
    pub(super) context: String,
    pub(super) findings: Findings,
    /// How many more parts of lists are read.
    pub(super) cells_left: usize,
}

/// Most parts of all lists of one file together.
pub(super) const MOST_CELLS: usize = 50_000;
/// Longest text of an element, in characters.
const LONGEST_TEXT: usize = 200;

/// Whether an element holds a blank-separated list.
fn is_list(node: Node<'_, '_>) -> bool {
    node.tag_name().name().ends_with("XMLList")
}

/// The columns of a value or of a list of values.
#[derive(Default)]
struct Columns {
    label: Vec<Cell>,
    value: Vec<Cell>,
    real: Vec<Cell>,
    imaginary: Vec<Cell>,
    magnitude: Vec<Cell>,
    phase: Vec<Cell>,
    phase_unit: Vec<Cell>,
    unit: Vec<Cell>,
    date_time: Vec<Cell>,
}

/// The columns of an uncertainty.
#[derive(Default)]
struct UncertaintyColumns {
    expanded: Vec<Cell>,
    standard: Vec<Cell>,
    factor: Vec<Cell>,
    probability: Vec<Cell>,
    lower: Vec<Cell>,
    upper: Vec<Cell>,
    distribution: Vec<Cell>,
}

/// What a list states once for all its elements.
#[derive(Default)]
struct Shared {
    unit: Option<Cell>,
    phase_unit: Option<Cell>,
    uncertainty: Option<SiUncertainty>,
}

/// Whether `node` is an element of the D-SI that holds a quantity.
pub(super) fn is_si_data(node: Node<'_, '_>) -> bool {
    node.tag_name()
        .namespace()
        .is_some_and(|ns| SI_NAMESPACES.contains(&ns))
        && matches!(
            node.tag_name().name(),
            "real"
                | "constant"
                | "complex"
                | "realList"
                | "complexList"
                | "realListXMLList"
                | "complexListXMLList"
                | "list"
                | "hybrid"
        )
}

impl Reader<'_> {
    /// The place of an element.
    pub(super) fn place(&self, node: Node<'_, '_>) -> Place {
        self.place_at(node, node.range().start)
    }

    fn place_at(&self, node: Node<'_, '_>, offset: usize) -> Place {
        let (row, column) = self.lines.at(self.text, offset);
        let path = if self.context.is_empty() {
            xml::name(node)
        } else {
            Arc::from(format!("{}/{}", self.context, node.tag_name().name()))
        };
        Place {
            column_name: path,
            ..self.whole.at(row, column)
        }
    }

    /// The text of an element as a cell.
    pub(super) fn cell(&mut self, node: Node<'_, '_>) -> Cell {
        let start = node
            .first_child()
            .map_or(node.range().start, |child| child.range().start);
        let place = self.place_at(node, start);
        // A list is split before it is used; anything else may come to stand beside many values.
        let most = if is_list(node) {
            usize::MAX
        } else {
            LONGEST_TEXT
        };
        let text = cut(visible(&xml::text(node)), most, &place, &mut self.findings);
        Cell { text, place }
    }

    /// The cells of an element: the parts between blanks for a list, the whole text otherwise (a unit may hold blanks).
    fn cells(&mut self, node: Node<'_, '_>) -> Vec<Cell> {
        let whole = self.cell(node);
        if !is_list(node) {
            return vec![whole];
        }
        let found = whole.text.split_whitespace().count();
        if found > self.cells_left {
            self.findings.error(
                codes::TOO_MANY_ROWS,
                &whole.place,
                Text::new(
                    format!("文件中列表的项数超过 {MOST_CELLS}，其余没有读取"),
                    format!("the lists of the file have more than {MOST_CELLS} parts; the rest is not read"),
                ),
                Text::new("请只保留比对要求的测量点", "keep the points of the comparison alone"),
            );
        }
        let taken = found.min(self.cells_left);
        self.cells_left -= taken;
        let name = whole.place.column_name.clone();
        let numbered = |(index, part): (usize, &str)| Cell {
            text: part.chars().take(LONGEST_TEXT).collect(),
            place: Place {
                column_name: Arc::from(format!("{name}[{}]", index + 1)),
                ..whole.place.clone()
            },
        };
        whole
            .text
            .split_whitespace()
            .take(taken)
            .enumerate()
            .map(numbered)
            .collect()
    }

    /// Reads one element of the D-SI.
    pub(super) fn data(&mut self, node: Node<'_, '_>) -> SiData {
        let label = xml::child(node, "label").map(|n| self.cell(n).text);
        match node.tag_name().name() {
            "hybrid" => self.hybrid(node),
            "list" => {
                let parts = node
                    .children()
                    .filter(|n| is_si_data(*n))
                    .map(|n| self.data(n))
                    .collect();
                SiData {
                    label,
                    parts,
                    ..SiData::default()
                }
            }
            "realList" | "complexList" => SiData {
                label,
                values: self.element_list(node),
                ..SiData::default()
            },
            _ => SiData {
                label,
                values: self.values(node, &Shared::default()),
                ..SiData::default()
            },
        }
    }

    /// The first alternative, with the others beside it, after checking that they have the same number of values.
    fn hybrid(&mut self, node: Node<'_, '_>) -> SiData {
        let mut all: Vec<SiData> = node
            .children()
            .filter(|n| is_si_data(*n))
            .map(|n| self.data(n))
            .collect();
        if all.is_empty() {
            self.missing(node, "real");
            return SiData::default();
        }
        let mut first = all.remove(0);
        let wanted = first.all().len();
        if let Some(other) = all
            .iter()
            .map(|data| data.all().len())
            .find(|found| *found != wanted)
        {
            self.length(node, wanted, other);
        }
        first.alternatives = all;
        first
    }

    /// The elements of a list, with what the list states for all of them.
    fn element_list(&mut self, node: Node<'_, '_>) -> Vec<SiValue> {
        let shared = Shared {
            unit: xml::child(node, "listUnit").map(|n| self.cell(n)),
            phase_unit: xml::child(node, "listUnitPhase").map(|n| self.cell(n)),
            uncertainty: ["listUnivariateUnc", "listMeasurementUncertaintyUnivariate"]
                .iter()
                .find_map(|name| xml::child(node, name))
                .and_then(|n| self.uncertainty(n, 1).into_iter().next().flatten()),
        };
        self.tell_regions(node);
        let mut values = Vec::new();
        for element in node.children().filter(|n| is_si_data(*n)) {
            let found = if element.tag_name().name() == "hybrid" {
                self.hybrid(element).values
            } else {
                self.values(element, &shared)
            };
            values.extend(found);
        }
        if values.is_empty() {
            self.missing(node, "real");
        }
        values
    }

    /// The values of a `real`, `constant`, `complex` or a blank-separated list of them.
    fn values(&mut self, node: Node<'_, '_>, shared: &Shared) -> Vec<SiValue> {
        let columns = self.columns(node);
        let count = [&columns.value, &columns.real, &columns.magnitude]
            .iter()
            .map(|column| column.len())
            .max()
            .unwrap_or(0);
        if count == 0 {
            self.missing(node, "value");
            return Vec::new();
        }
        for column in [
            &columns.imaginary,
            &columns.phase,
            &columns.phase_unit,
            &columns.unit,
            &columns.label,
            &columns.date_time,
        ] {
            // Labels are free text, whose blanks do not separate reliably; all else has one part or one for each value.
            let label = std::ptr::eq(column, &columns.label);
            if !label && !matches!(column.len(), 0 | 1) && column.len() != count {
                self.length(node, count, column.len());
            }
        }
        if columns.unit.is_empty() && shared.unit.is_none() {
            self.missing(node, "unit");
        }
        self.tell_regions(node);
        let uncertainties = self.uncertainty(node, count);
        let no_unit = Cell {
            text: String::new(),
            place: self.place(node),
        };
        let mut values = Vec::with_capacity(count);
        for (index, uncertainty) in uncertainties.into_iter().enumerate() {
            let number = self.number(node, &columns, index, shared);
            let unit = pick(&columns.unit, index)
                .or_else(|| shared.unit.clone())
                .unwrap_or_else(|| no_unit.clone());
            let label = pick(&columns.label, index).map(|cell| cell.text);
            let uncertainty = uncertainty.or_else(|| shared.uncertainty.clone());
            values.extend(number.map(|number| SiValue {
                label,
                number,
                unit,
                uncertainty,
                date_time: pick(&columns.date_time, index),
            }));
        }
        values
    }

    fn columns(&mut self, node: Node<'_, '_>) -> Columns {
        let mut columns = Columns::default();
        for child in node.children().filter(Node::is_element) {
            let column = match part_name(child) {
                "label" => &mut columns.label,
                "value" => &mut columns.value,
                "valueReal" => &mut columns.real,
                "valueImag" => &mut columns.imaginary,
                "valueMagnitude" => &mut columns.magnitude,
                "valuePhase" => &mut columns.phase,
                "unitPhase" => &mut columns.phase_unit,
                "unit" => &mut columns.unit,
                "dateTime" => &mut columns.date_time,
                _ => continue,
            };
            *column = self.cells(child);
        }
        columns
    }

    fn number(
        &mut self,
        node: Node<'_, '_>,
        columns: &Columns,
        index: usize,
        shared: &Shared,
    ) -> Option<Number> {
        let number = if let Some(value) = pick(&columns.value, index) {
            Number::Real(value)
        } else if let (Some(real), Some(imaginary)) =
            (pick(&columns.real, index), pick(&columns.imaginary, index))
        {
            Number::Cartesian { real, imaginary }
        } else if let (Some(magnitude), Some(phase)) =
            (pick(&columns.magnitude, index), pick(&columns.phase, index))
        {
            Number::Polar {
                magnitude,
                phase,
                phase_unit: pick(&columns.phase_unit, index).or_else(|| shared.phase_unit.clone()),
            }
        } else {
            self.missing(node, "valueImag / valuePhase");
            return None;
        };
        match &number {
            Number::Real(cell) => self.check(cell),
            Number::Cartesian {
                real: a,
                imaginary: b,
            }
            | Number::Polar {
                magnitude: a,
                phase: b,
                ..
            } => {
                self.check(a);
                self.check(b);
            }
        }
        Some(number)
    }

    /// The uncertainties of `count` values; each is `None` if none is stated.
    fn uncertainty(&mut self, node: Node<'_, '_>, count: usize) -> Vec<Option<SiUncertainty>> {
        let mut columns = UncertaintyColumns::default();
        let constant = node.tag_name().name() == "constant";
        self.uncertainty_columns(node, constant, &mut columns);
        for column in [
            &columns.expanded,
            &columns.standard,
            &columns.factor,
            &columns.probability,
            &columns.lower,
            &columns.upper,
            &columns.distribution,
        ] {
            if !matches!(column.len(), 0 | 1) && column.len() != count {
                self.length(node, count, column.len());
            }
        }
        self.check_uncertainty(&columns);
        (0..count).map(|index| stated(&columns, index)).collect()
    }

    fn uncertainty_columns(
        &mut self,
        node: Node<'_, '_>,
        constant: bool,
        columns: &mut UncertaintyColumns,
    ) {
        for child in node.children().filter(Node::is_element) {
            let column = match part_name(child) {
                "expandedUnc"
                | "coverageInterval"
                | "measurementUncertaintyUnivariate"
                | "measurementUncertaintyUnivaraite"
                | "standardMU"
                | "expandedMU"
                | "coverageIntervalMU" => {
                    self.uncertainty_columns(child, constant, columns);
                    continue;
                }
                // The uncertainty of a constant is its standard deviation, that of any other quantity the expanded one.
                "uncertainty" if constant => &mut columns.standard,
                "uncertainty" | "valueExpandedMU" => &mut columns.expanded,
                "valueStandardMU" | "standardUnc" | "stdUncertainty" => &mut columns.standard,
                "coverageFactor" => &mut columns.factor,
                "coverageProbability" => &mut columns.probability,
                "intervalMin" => &mut columns.lower,
                "intervalMax" => &mut columns.upper,
                "distribution" => &mut columns.distribution,
                _ => continue,
            };
            *column = self.cells(child);
        }
    }

    fn check_uncertainty(&mut self, columns: &UncertaintyColumns) {
        for cell in columns
            .expanded
            .iter()
            .chain(&columns.standard)
            .chain(&columns.factor)
        {
            if self.check_number(cell).is_some_and(|value| value < 0.0) {
                self.findings.error(
                    codes::NOT_POSITIVE,
                    &cell.place,
                    Text::new(
                        format!("不确定度或包含因子“{}”为负", shown(&cell.text)),
                        format!(
                            "the uncertainty or coverage factor `{}` is negative",
                            shown(&cell.text)
                        ),
                    ),
                    Text::new("请更正证书", "mend the certificate"),
                );
            }
        }
        for cell in &columns.probability {
            if self
                .check_number(cell)
                .is_some_and(|p| !(0.0..=1.0).contains(&p))
            {
                self.findings.error(
                    codes::PROBABILITY,
                    &cell.place,
                    Text::new(
                        format!("包含概率“{}”应在 0 与 1 之间", shown(&cell.text)),
                        format!(
                            "the coverage probability `{}` must lie between 0 and 1",
                            shown(&cell.text)
                        ),
                    ),
                    Text::new("95 % 请写 0.95", "write 0.95 for 95 %"),
                );
            }
        }
        for cell in columns.lower.iter().chain(&columns.upper) {
            self.check(cell);
        }
    }

    fn check(&mut self, cell: &Cell) {
        self.check_number(cell);
    }

    /// The number of a cell. NaN is legal in the D-SI, so that it is a warning until somebody wants to use the value.
    fn check_number(&mut self, cell: &Cell) -> Option<f64> {
        match number(cell) {
            Ok(decimal) => decimal.parse().ok(),
            Err(finding) => {
                let severity = if finding.code == codes::NOT_FINITE.id {
                    Severity::Warning
                } else {
                    Severity::Error
                };
                self.findings.push(finding.as_severity(severity));
                None
            }
        }
    }

    /// Tells of uncertainties of several quantities together, which are not read.
    fn tell_regions(&mut self, node: Node<'_, '_>) {
        let region = node.children().find(|n| {
            let name = part_name(*n);
            name.starts_with("ellipsoidalRegion")
                || name.starts_with("rectangularRegion")
                || name.contains("Bivariate")
                || name.contains("Multivariate")
        });
        if let Some(region) = region {
            let place = self.place(region);
            self.findings.note(
                codes::NOT_READ,
                &place,
                Text::new(
                    "多元不确定度（协方差矩阵）没有读取",
                    "the multivariate uncertainty (covariance matrix) is not read",
                ),
                Text::new(
                    "需要相关性时请在结果表中另行给出",
                    "give correlations in the result form if they are needed",
                ),
            );
        }
    }

    pub(super) fn missing(&mut self, node: Node<'_, '_>, name: &str) {
        let place = self.place(node);
        let element = node.tag_name().name().to_string();
        self.findings.push(Finding::error(
            codes::MISSING_ELEMENT,
            &place,
            Text::new(
                format!("元素 {element} 中缺少 {name}，或其内容为空"),
                format!("the element {element} has no {name}, or an empty one"),
            ),
            Text::new(
                "请由出具证书的软件补上",
                "let the program that makes the certificate add it",
            ),
        ));
    }

    fn length(&mut self, node: Node<'_, '_>, wanted: usize, found: usize) {
        let place = self.place(node);
        self.findings.error(
            codes::LIST_LENGTH,
            &place,
            Text::new(
                format!("有 {wanted} 个值，另一列表却有 {found} 项"),
                format!("there are {wanted} values, but another list has {found} parts"),
            ),
            Text::new(
                "列表应有一项（代表全部）或与值一样多的项",
                "a list has one part, which stands for all, or as many as there are values",
            ),
        );
    }
}

/// An element's name without the ending of lists.
fn part_name<'a>(node: Node<'a, '_>) -> &'a str {
    let name = node.tag_name().name();
    name.strip_suffix("XMLList").unwrap_or(name)
}

/// The cell for the value at `index`: its own, or the one that stands for all.
fn pick(column: &[Cell], index: usize) -> Option<Cell> {
    match column {
        [one] => Some(one.clone()),
        all => all.get(index).cloned(),
    }
}

/// The uncertainty of the value at `index`.
fn stated(columns: &UncertaintyColumns, index: usize) -> Option<SiUncertainty> {
    let at = |column: &[Cell]| pick(column, index);
    let (probability, distribution) = (at(&columns.probability), at(&columns.distribution));
    if let Some(expanded) = at(&columns.expanded) {
        return Some(SiUncertainty::Expanded {
            expanded,
            factor: at(&columns.factor),
            probability,
            distribution,
        });
    }
    let standard = at(&columns.standard)?;
    let (lower, upper) = (at(&columns.lower), at(&columns.upper));
    if lower.is_some() || upper.is_some() {
        return Some(SiUncertainty::Interval {
            standard,
            lower,
            upper,
            probability,
            distribution,
        });
    }
    Some(SiUncertainty::Standard {
        standard,
        distribution,
    })
}
