//! The methods of evaluation with what the standard library declares of them: title, formula, source, columns, parameters.
//!
//! A method is computed by [`crate::evaluate`] and described in `stdlib/methods/`; here the two meet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::equivalence::Dependence;
use crate::evaluate::method::{Data, Method};
use crate::evaluate::register::methods;
use crate::project;
use crate::schema::Entry;
use crate::source::Span;
use crate::text::Text;

/// Columns that every table of results may carry: they are other spellings of declared ones (`U` with `k` for `u`, `include` for
/// `in_reference`), or say what a row is.
const ALWAYS_READ: [&str; 8] = [
    "lab",
    "u",
    "U",
    "k",
    "dof",
    "include",
    "in_reference",
    "unit",
];

/// What the readers of a declared column take in its place.
const OTHER_SPELLINGS: [(&str, &[&str]); 5] = [
    ("values", &["value", "code", "item"]),
    ("a", &["A"]),
    ("b", &["B"]),
    ("mean", &["n"]),
    ("s", &["sd"]),
];

/// A method and its entry in the standard library.
#[derive(Clone, Copy)]
pub struct Declared {
    /// Full name, such as `std.reference.weighted-mean`.
    pub path: &'static str,
    pub entry: &'static Entry,
    pub method: &'static Method,
}

/// Data on which methods can be tried, from `stdlib/examples/`.
#[derive(Debug, Clone)]
pub struct Example {
    pub title: Text,
    /// Where the data were published; none for made-up ones.
    pub source: Option<String>,
    /// The data as a file that `bidui compute` reads.
    pub table: &'static str,
}

/// What stands above the data in the file of an example.
#[derive(Deserialize)]
struct Heading {
    methods: Vec<String>,
    title: Title,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Title {
    zh: String,
    en: String,
}

/// By the last part of a method's name.
static EXAMPLES: LazyLock<BTreeMap<String, Example>> = LazyLock::new(|| {
    project::standard_folder("examples")
        .into_iter()
        .filter_map(|text| {
            let (_, table) = text.split_once("\n\n")?;
            let heading: Heading = toml::from_str(text).ok()?;
            let example = Example {
                title: Text::new(heading.title.zh, heading.title.en),
                source: heading.source,
                table,
            };
            Some(
                heading
                    .methods
                    .into_iter()
                    .map(move |m| (m, example.clone())),
            )
        })
        .flatten()
        .collect()
});

/// Every method that can be computed, in the order of the register; a test makes sure that each has an entry.
pub fn declared() -> Vec<Declared> {
    methods()
        .into_iter()
        .filter_map(|method| {
            project::standard()
                .items("method")
                .find(|(path, _)| last(path) == method.id)
                .map(|(path, entry)| Declared {
                    path,
                    entry,
                    method,
                })
        })
        .collect()
}

/// The method of that name; the last part of the name is enough.
pub fn find(name: &str) -> Option<Declared> {
    declared().into_iter().find(|d| d.method.id == last(name))
}

/// The name that was probably meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(k, name), k))
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.chars().count() / 4)
        .map(|(_, k)| k)
}

/// The finding for a name that no method has, written at a place of a file or on the command line; `known` are full names or the last
/// parts of them, of which the nearest is offered as it stands there.
pub fn unknown_method(name: &str, at: Option<Span>, known: &[&str]) -> Diagnostic {
    let short = last(name);
    let near = nearest(short, known.iter().map(|path| last(path)))
        .and_then(|id| known.iter().find(|path| last(path) == id));
    let message = Text::new(
        format!("标准库中没有方法 `{name}`"),
        format!("the library has no method `{name}`"),
    );
    let otherwise = Text::new(
        "用 `bidui compute --list` 查看全部方法",
        "`bidui compute --list` shows all methods",
    );
    unknown(Code::UnknownMethod, at, message, near.copied(), otherwise)
}

/// The finding for a parameter that a method does not have, written at a place of a file or on the command line.
pub fn unknown_parameter(name: &str, method: &str, at: Option<Span>, known: &[&str]) -> Diagnostic {
    let message = Text::new(
        format!("方法 `{method}` 没有参数 `{name}`"),
        format!("method `{method}` has no parameter `{name}`"),
    );
    let quoted: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
    let otherwise = if known.is_empty() {
        Text::new(
            "该方法没有参数，删除它",
            "the method has no parameters; remove it",
        )
    } else {
        Text::new(
            format!("可用的参数：{}", quoted.join("、")),
            format!("its parameters are {}", quoted.join(", ")),
        )
    };
    let near = nearest(name, known.iter().copied());
    unknown(Code::UnknownParameter, at, message, near, otherwise)
}

fn unknown(
    code: Code,
    at: Option<Span>,
    message: Text,
    near: Option<&str>,
    otherwise: Text,
) -> Diagnostic {
    let diagnostic = match at {
        Some(span) => Diagnostic::new(code, span, message),
        None => Diagnostic::general(code, message),
    };
    match (near, at) {
        (Some(near), Some(span)) => diagnostic.suggesting(span, near),
        (Some(near), None) => diagnostic.with_help(Text::new(
            format!("是否应为 `{near}`？"),
            format!("did you mean `{near}`?"),
        )),
        (None, _) => diagnostic.with_help(otherwise),
    }
}

/// Names of the parameters that the entry of a method declares.
pub fn parameters(entry: &Entry) -> impl Iterator<Item = &str> {
    entry.children("parameter").filter_map(|e| e.name("name"))
}

/// How a result depends on the reference value of the method with that entry, under the flags that a protocol gives it; none of a method
/// that declares nothing.
pub fn dependence(entry: &Entry, flags: &[String]) -> Option<Dependence> {
    let forms: Vec<&Entry> = entry.children("deviation").collect();
    let flagged = |e: &&&Entry| e.name("flag").is_some_and(|f| flags.iter().any(|g| g == f));
    let chosen =
        (forms.iter().find(flagged)).or_else(|| forms.iter().find(|e| e.name("flag").is_none()));
    Dependence::named(chosen?.name("form")?)
}

impl Declared {
    /// Names of the parameters, and of the scalars that the method looks for in the table `options`; with `k` where it takes
    /// uncertainties, because a `k` serves all rows of expanded ones that have none of their own.
    pub fn parameters(&self) -> Vec<&'static str> {
        let options = self
            .columns()
            .filter(|(table, _)| *table == "options")
            .map(|(_, name)| name);
        let mut names: Vec<&'static str> = parameters(self.entry).chain(options).collect();
        if self.columns().any(|(_, name)| name == "u") && !names.contains(&"k") {
            names.push("k");
        }
        names
    }

    /// Names of the quantities that the method gives, as declared.
    pub fn gives(&self) -> Vec<&'static str> {
        self.entry
            .children("gives")
            .filter_map(|e| e.name("name"))
            .collect()
    }

    /// The data on which the method can be tried; a test makes sure that every method has some.
    pub fn example(&self) -> Option<&'static Example> {
        EXAMPLES.get(self.method.id)
    }

    /// Columns of the tables of `data` that the method does not read, written `table.column`.
    ///
    /// A mistyped heading (`inreference`) would otherwise change the result without a word.
    pub fn unread(&self, data: &Data) -> Vec<String> {
        let known: BTreeSet<&str> = self
            .columns()
            .map(|(_, name)| name)
            .chain(self.parameters())
            .chain(ALWAYS_READ)
            .collect();
        let is_known = |name: &str| {
            let replicate = name.strip_prefix("replicate_");
            let numbered = replicate.is_some_and(|number| number.parse::<u32>().is_ok());
            let other_spelling = OTHER_SPELLINGS.iter();
            let of_known = |(column, spellings): &(&str, &[&str])| {
                known.contains(column) && spellings.contains(&name)
            };
            known.contains(name)
                || (numbered && known.contains("replicates"))
                || other_spelling.copied().any(|pair| of_known(&pair))
        };
        data.tables
            .iter()
            .flat_map(|(table, fields)| fields.keys().map(move |name| (table, name)))
            .filter(|(_, name)| !is_known(name))
            .map(|(table, name)| format!("{table}.{name}"))
            .collect()
    }

    fn columns(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.entry
            .children("column")
            .filter_map(|e| e.name("name"))
            .filter_map(|name| name.split_once('.'))
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::from_toml;

    #[test]
    fn columns_of_single_replicates_are_read_where_a_method_takes_replicates() {
        let table = |name: &str| {
            let text = format!("[labs]\nlab = ['A', 'B']\n{name} = [1, 2]\n");
            from_toml(&text).unwrap()
        };
        let experiment = find("precision-experiment").unwrap();
        assert!(experiment.unread(&table("replicate_2")).is_empty());
        assert_eq!(
            experiment.unread(&table("replicate_x")),
            ["labs.replicate_x"]
        );
        assert!(find("grubbs").unwrap().unread(&table("value")).is_empty());
        let mean = find("weighted-mean").unwrap();
        assert_eq!(mean.unread(&table("replicate_2")), ["labs.replicate_2"]);
    }

    #[test]
    fn what_a_refusal_tells_to_set_can_be_set() {
        let mut met = BTreeSet::new();
        for (text, kind, parameter) in [
            (
                "[data]\nvalues = [1, 2, \"<3\", 4, 9]\n",
                "censored-results",
                "censored",
            ),
            (
                "[labs]\nvalue = [1, 2, 4]\nU = [1, 1, 2]\n",
                "missing-coverage-factor",
                "k",
            ),
        ] {
            let data = from_toml(text).unwrap();
            for declared in declared() {
                let refused = (declared.method.compute)(&data).is_err_and(|r| r.kind == kind);
                if refused {
                    met.insert(kind);
                    assert!(
                        declared.parameters().contains(&parameter),
                        "{} advises {parameter} and does not declare it",
                        declared.method.id
                    );
                }
            }
        }
        assert_eq!(met.len(), 2);
    }
}
