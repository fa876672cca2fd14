//! Tests out of entries: every name, unit and verdict found in the protocol they belong to.

use std::collections::BTreeSet;

use super::{Example, Expectation, Given};
use crate::check::Checked;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Measurand, Protocol, Resolver, nouns};
use crate::project::Library;
use crate::schema::{Document, Entry};
use crate::source::{Span, Spanned};
use crate::text::{Lang, Text, listed};

/// The tests of a document with what is wrong with them. A test whose protocol could not be resolved is left out: the findings about the
/// protocol say why.
pub fn resolve(
    document: &Document,
    protocols: &[Checked],
    library: &Library,
) -> (Vec<Example>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut examples = Vec::new();
    for entry in document.entries.iter().filter(|e| e.word() == "test") {
        let Some(index) = protocol_of(entry, document, protocols, &mut diagnostics) else {
            continue;
        };
        let Some(checked) = protocols.get(index) else {
            continue;
        };
        let resolver = Resolver {
            library,
            diagnostics: Vec::new(),
        };
        let mut reading = Reading {
            resolver,
            protocol: &checked.protocol,
        };
        let given = reading.all_given(entry);
        let expected = reading.all_expected(entry);
        diagnostics.extend(reading.resolver.diagnostics);
        examples.push(Example {
            title: entry.text("title").cloned().unwrap_or_default(),
            protocol: index,
            given,
            expected,
            at: entry.span,
        });
    }
    (examples, diagnostics)
}

/// The index of the protocol a test is about.
fn protocol_of(
    entry: &Entry,
    document: &Document,
    protocols: &[Checked],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<usize> {
    let written: Vec<&str> = document
        .entries
        .iter()
        .filter(|e| e.word() == "protocol")
        .filter_map(|e| e.name("path"))
        .collect();
    let wanted = match (entry.name("protocol"), written.as_slice()) {
        (Some(path), _) => path,
        (None, [only]) => only,
        (None, []) => {
            diagnostics.push(
                Diagnostic::new(
                    Code::TestOfNoProtocol,
                    entry.head,
                    Text::new(
                        "本文件没有方案，用例无从执行",
                        "there is no protocol in this file for the test to try",
                    ),
                )
                .with_help(Text::new(
                    "把用例写在方案所在的文件中",
                    "write the test into the file of the protocol",
                )),
            );
            return None;
        }
        (None, several) => {
            diagnostics.push(
                Diagnostic::new(
                    Code::TestOfNoProtocol,
                    entry.head,
                    Text::new(
                        format!("本文件有多份方案（{}），未写明用例针对哪一份", listed(several, Lang::Zh)),
                        format!("this file has several protocols ({}), and the test does not say which it is about", listed(several, Lang::En)),
                    ),
                )
                .with_help(Text::new(
                    "写成 `用例 \"…\" 针对 规程名称 { … }`",
                    "write `test \"…\" of PROTOCOL { … }`",
                )),
            );
            return None;
        }
    };
    let found = protocols
        .iter()
        .position(|p| p.protocol.path.value == wanted);
    if found.is_none() && !written.contains(&wanted) {
        diagnostics.push(
            Diagnostic::new(
                Code::TestOfNoProtocol,
                Resolver::at(entry, "protocol"),
                Text::new(
                    format!("本文件没有方案 `{wanted}`"),
                    format!("there is no protocol `{wanted}` in this file"),
                ),
            )
            .with_help(Text::new(
                format!("本文件的方案有：{}", listed(&written, Lang::Zh)),
                format!(
                    "the protocols of this file are {}",
                    listed(&written, Lang::En)
                ),
            )),
        );
    }
    found
}

/// The statements of one test while they are read.
pub(super) struct Reading<'a> {
    pub resolver: Resolver<'a>,
    pub protocol: &'a Protocol,
}

impl<'a> Reading<'a> {
    fn all_given(&mut self, entry: &Entry) -> Vec<Given> {
        let mut found: Vec<Given> = Vec::new();
        for given in entry.children("given").filter(|e| !e.poisoned) {
            for one in self.given(given) {
                self.add(one, &mut found);
            }
        }
        found
    }

    fn all_expected(&mut self, entry: &Entry) -> Vec<Expectation> {
        let expected: Vec<&Entry> = entry.children("expect").filter(|e| !e.poisoned).collect();
        expected
            .into_iter()
            .flat_map(|expect| self.expected(expect))
            .collect()
    }

    /// The laboratory of that name; reports one that the protocol does not know.
    pub fn laboratory(&mut self, name: &Spanned<String>) -> Option<String> {
        let known: Vec<&str> = self
            .protocol
            .laboratories()
            .map(|l| l.id.as_str())
            .collect();
        self.resolver
            .require(&nouns::laboratory(), name, &known)
            .then(|| name.value.clone())
    }

    /// The points a statement is about with their measurands: the one it names, else all.
    pub fn points(&mut self, entry: &Entry) -> Vec<(&'a Measurand, String)> {
        let protocol: &'a Protocol = self.protocol;
        let all: Vec<(&Measurand, String)> = protocol
            .measurands
            .iter()
            .flat_map(|m| m.points.iter().map(move |p| (m, p.id.clone())))
            .collect();
        let Some(name) = Resolver::spanned(entry, "point") else {
            return all;
        };
        let found: Vec<(&Measurand, String)> = all
            .iter()
            .filter(|(_, p)| *p == name.value)
            .cloned()
            .collect();
        if found.is_empty() {
            let known: BTreeSet<&str> = all.iter().map(|(_, p)| p.as_str()).collect();
            let known: Vec<&str> = known.into_iter().collect();
            self.resolver
                .unknown(&nouns::point(), &name.value, name.span, &known);
        }
        found
    }

    /// A bare number that must be greater than zero.
    pub fn positive(&mut self, entry: &Entry, slot: &str) -> Option<f64> {
        let amount = entry.amount(slot)?.clone();
        let value = self.resolver.number(&amount)?;
        self.is_positive(value, amount.span, slot).then_some(value)
    }

    pub fn is_positive(&mut self, value: f64, at: Span, name: &str) -> bool {
        let positive = value > 0.0 && value.is_finite();
        if !positive {
            self.report(
                Code::ValueOutOfRange,
                at,
                Text::new(
                    format!("`{name}` 应大于 0"),
                    format!("`{name}` must be greater than zero"),
                ),
                Text::new("改为正数", "write a positive number"),
            );
        }
        positive
    }

    pub fn report(&mut self, code: Code, at: Span, message: Text, help: Text) {
        self.resolver
            .report(Diagnostic::new(code, at, message).with_help(help));
    }
}
