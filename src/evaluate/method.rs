//! What a method of evaluation is: what it takes, what it gives and how it refuses.
//!
//! A method takes [`Data`] (named tables of parallel columns and scalars, as a case file or a result table holds them) and gives
//! [`Quantities`] (named numbers, flags, words, columns and matrices). The documentation of a method (title, formula, source,
//! parameters, when it applies) is its entry in the standard library, `stdlib/methods/`; here is only what computes.

use std::collections::BTreeMap;

use crate::text::Text;

/// One entry of a table, and one computed quantity.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    Number(f64),
    Flag(bool),
    Word(String),
    Numbers(Vec<f64>),
    Flags(Vec<bool>),
    Words(Vec<String>),
    /// Row by row.
    Matrix(Vec<Vec<f64>>),
}

/// The fields of one table: columns (parallel arrays) and scalars by name.
pub type Fields = BTreeMap<String, Field>;

/// The input of a method: named tables (`labs`, `pilot`, `options` …) and, above all of them, the parameters set by the caller.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Data {
    pub tables: BTreeMap<String, Fields>,
    /// `--set NAME=VALUE` of the command line, or the parameters a protocol gives to the method. They win over the tables.
    pub parameters: Fields,
}

/// Why a method cannot be applied to the data at hand. The text says what was found, what is needed and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inapplicable {
    /// Stable word for the kind of failure, such as `missing-column`, `too-few-laboratories`, `negative-variance`.
    pub kind: &'static str,
    pub reason: Text,
}

impl Inapplicable {
    pub fn new(kind: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Inapplicable {
        Inapplicable {
            kind,
            reason: Text::new(zh, en),
        }
    }
}

/// Results in the order in which they were computed, each under its dotted name (`reference.value`, `doe.D`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Quantities {
    pub entries: Vec<(String, Field)>,
}

impl Quantities {
    pub fn number(&mut self, name: &str, value: f64) {
        self.entries.push((name.to_owned(), Field::Number(value)));
    }

    pub fn numbers(&mut self, name: &str, values: impl Into<Vec<f64>>) {
        self.entries
            .push((name.to_owned(), Field::Numbers(values.into())));
    }

    pub fn flag(&mut self, name: &str, value: bool) {
        self.entries.push((name.to_owned(), Field::Flag(value)));
    }

    pub fn word(&mut self, name: &str, value: impl Into<String>) {
        self.entries
            .push((name.to_owned(), Field::Word(value.into())));
    }

    pub fn words(&mut self, name: &str, values: Vec<String>) {
        self.entries.push((name.to_owned(), Field::Words(values)));
    }

    pub fn matrix(&mut self, name: &str, rows: Vec<Vec<f64>>) {
        self.entries.push((name.to_owned(), Field::Matrix(rows)));
    }

    /// The quantity called `name`, if it was computed.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.entries.iter().find(|(n, _)| n == name).map(|(_, f)| f)
    }
}

impl Data {
    /// The table called `name`, or the only table when there is just one (a plain CSV).
    pub fn table(&self, name: &str) -> Option<&Fields> {
        self.tables.get(name).or_else(|| {
            if self.tables.len() == 1 {
                self.tables.values().next()
            } else {
                None
            }
        })
    }

    /// A field wherever it stands: a parameter first, then the table `options`, then any table that has it.
    pub fn find(&self, name: &str) -> Option<&Field> {
        self.parameters
            .get(name)
            .or_else(|| self.tables.get("options").and_then(|t| t.get(name)))
            .or_else(|| self.tables.values().find_map(|t| t.get(name)))
    }

    /// A scalar parameter, `None` when nobody set it; refused when what was set is not a number.
    pub fn number(&self, name: &str) -> Result<Option<f64>, Inapplicable> {
        self.scalar(name, "一个数", "a number", |field| match field {
            Field::Number(v) => Some(*v),
            _ => None,
        })
    }

    /// A scalar parameter, or `default`.
    pub fn number_or(&self, name: &str, default: f64) -> Result<f64, Inapplicable> {
        Ok(self.number(name)?.unwrap_or(default))
    }

    /// A word parameter, or `default`.
    pub fn word_or(&self, name: &str, default: &str) -> Result<String, Inapplicable> {
        let word = self.scalar(name, "一个词", "a word", |field| match field {
            Field::Word(v) => Some(v.clone()),
            _ => None,
        })?;
        Ok(word.unwrap_or_else(|| default.to_owned()))
    }

    /// A flag parameter, or `default`.
    pub fn flag_or(&self, name: &str, default: bool) -> Result<bool, Inapplicable> {
        let flag = self.scalar(
            name,
            "true 或 false",
            "true or false",
            |field| match field {
                Field::Flag(v) => Some(*v),
                _ => None,
            },
        )?;
        Ok(flag.unwrap_or(default))
    }

    /// What `of` makes of the field called `name`. A parameter or an option of another kind is refused, because falling back to the
    /// default would hide a slip; a column of that name in another table is not a setting and is passed over.
    fn scalar<T>(
        &self,
        name: &str,
        zh: &str,
        en: &str,
        of: impl Fn(&Field) -> Option<T>,
    ) -> Result<Option<T>, Inapplicable> {
        let found = self.find(name).and_then(of);
        let is_set = self.parameters.contains_key(name)
            || self
                .tables
                .get("options")
                .is_some_and(|options| options.contains_key(name));
        if found.is_none() && is_set {
            return Err(Inapplicable::new(
                "wrong-kind",
                format!("参数 `{name}` 应为{zh}"),
                format!("parameter `{name}` should be {en}"),
            ));
        }
        Ok(found)
    }

    /// A column of numbers of `table` (a scalar is a column of one).
    pub fn numbers(&self, table: &str, column: &str) -> Result<Vec<f64>, Inapplicable> {
        match self.table(table).and_then(|t| t.get(column)) {
            Some(Field::Numbers(v)) => Ok(v.clone()),
            Some(Field::Number(v)) => Ok(vec![*v]),
            Some(other) => Err(not_numeric(table, column, other)),
            None => Err(missing(table, column)),
        }
    }
}

/// The refusal for a column or table that the method needs and the data lack.
pub fn missing(table: &str, column: &str) -> Inapplicable {
    Inapplicable::new(
        "missing-column",
        format!("数据表 `{table}` 中缺少列 `{column}`；请补充该列"),
        format!("table `{table}` has no column `{column}`; add it"),
    )
}

/// The refusal for a column that must hold numbers and holds something else; names the first entry that is not a number.
pub fn not_numeric(table: &str, column: &str, found: &Field) -> Inapplicable {
    let words = match found {
        Field::Words(words) => words.as_slice(),
        Field::Word(word) => std::slice::from_ref(word),
        _ => &[],
    };
    let kind = "not-numeric";
    let Some((row, word)) = words
        .iter()
        .enumerate()
        .find(|(_, word)| word.trim().parse::<f64>().is_err())
    else {
        return Inapplicable::new(
            kind,
            format!("数据表 `{table}` 的列 `{column}` 应为数，每行一个（数不加引号）"),
            format!(
                "column `{column}` of table `{table}` should hold numbers, one a row (without quotation marks)"
            ),
        );
    };
    let row = row + 1;
    if word.trim_start().starts_with(['<', '＜']) {
        return Inapplicable::new(
            kind,
            format!(
                "数据表 `{table}` 的列 `{column}` 第 {row} 行为 `{word}`：低于限值的结果没有数值，此方法不能使用；请删去该行，或改用规定了处理办法的方法（算法 A 等，参数 censored）"
            ),
            format!(
                "row {row} of column `{column}` in table `{table}` is `{word}`: a result below a limit has no value that this method could use; take the row out, or use a method that treats such results (such as algorithm-a with the parameter censored)"
            ),
        );
    }
    Inapplicable::new(
        kind,
        format!(
            "数据表 `{table}` 的列 `{column}` 第 {row} 行 `{word}` 不是数；请只填数值，单位另列"
        ),
        format!(
            "row {row} of column `{column}` in table `{table}`, `{word}`, is not a number; write the number alone, the unit in a column of its own"
        ),
    )
}

/// An entry as a refusal shows it: an empty cell is read as NaN and is called what it is.
pub fn shown(entry: f64) -> Text {
    if entry.is_nan() {
        Text::new("未填", "not stated")
    } else {
        Text::new(entry.to_string(), entry.to_string())
    }
}

/// A computable method.
pub struct Method {
    /// The last part of its name in the standard library, e.g. `weighted-mean`.
    pub id: &'static str,
    pub compute: fn(&Data) -> Result<Quantities, Inapplicable>,
}
