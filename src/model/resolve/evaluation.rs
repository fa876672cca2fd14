//! How the protocol evaluates: methods of the library, the reference value, scores.

use super::{Resolver, nouns};
use crate::diagnostic::{Code, Diagnostic};
use crate::library;
use crate::model::{Certified, Evaluation, Expected, Laboratory, Measurand, Method, Reference};
use crate::schema::{Entry, MethodCall, Value};
use crate::source::{Span, Spanned};
use crate::text::Text;
use crate::values::unit::Dimension;

/// Parameters that are probabilities in every method.
const PROBABILITIES: [&str; 4] = ["alpha", "significance", "confidence", "p"];

impl Resolver<'_> {
    pub(super) fn method_of(&mut self, entry: &Entry, word: &str) -> Option<Method> {
        match entry
            .child(word)
            .and_then(|e| e.one("method"))
            .map(|a| &a.value)
        {
            Some(Value::Method(call)) => {
                let call = call.clone();
                self.method(&call)
            }
            _ => None,
        }
    }

    /// The method of the library that a call names, its parameters checked against the method's own.
    pub(super) fn method(&mut self, call: &MethodCall) -> Option<Method> {
        let full = self.library.full(&call.path, call.span.file);
        let short = full.rsplit('.').next().unwrap_or(&full);
        // A regime offers methods under its own name: `kc.weighted-mean` is the weighted mean of the library.
        let offered = full
            .rsplit_once('.')
            .and_then(|(module, _)| self.library.item("policy", module))
            .map(|regime| {
                regime
                    .children("offers")
                    .flat_map(|e| Self::spanned_list(e, "methods"))
                    .map(|m| m.value)
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default();
        let found = self.library.items("method").find(|(path, _)| {
            let same_word = path.rsplit('.').next() == Some(short);
            *path == full
                || (same_word && (!full.contains('.') || offered.iter().any(|m| m == path)))
        });
        let Some((path, entry)) = found else {
            if self.library.is_known(&call.path, call.span.file) {
                let known: Vec<&str> = self.library.items("method").map(|(p, _)| p).collect();
                let finding = library::unknown_method(&call.path, Some(call.span), &known);
                self.report(finding);
            }
            return None;
        };
        let declared: Vec<&str> = library::parameters(entry).collect();
        let path = path.to_owned();
        let mut parameters = Vec::new();
        for (name, number, at) in &call.parameters {
            // A bare number is the method's first parameter.
            let name = if name == "level" {
                declared.first().copied().unwrap_or("level")
            } else {
                name.as_str()
            };
            if !declared.contains(&name) {
                self.report(library::unknown_parameter(
                    name,
                    &path,
                    Some(*at),
                    &declared,
                ));
                continue;
            }
            if let Ok(value) = number.replace('_', "").parse::<f64>() {
                if PROBABILITIES.contains(&name) && !(0.0 < value && value < 1.0) {
                    self.no_probability(name, value, *at);
                }
                parameters.push((name.to_owned(), value));
            }
        }
        let flags: Vec<String> = call.flags.iter().map(|(flag, _)| flag.clone()).collect();
        let dependence = library::dependence(entry, &flags);
        parameters.sort_by(|a, b| a.0.cmp(&b.0));
        Some(Method {
            path,
            parameters,
            flags,
            dependence,
            at: call.span,
        })
    }

    fn no_probability(&mut self, name: &str, value: f64, at: Span) {
        let mut finding = Diagnostic::new(
            Code::ValueOutOfRange,
            at,
            Text::new(
                format!("`{name}` 是概率，应在 0 与 1 之间，这里是 {value}"),
                format!("`{name}` is a probability between 0 and 1, but is {value} here"),
            ),
        );
        finding = if 1.0 < value && value < 100.0 {
            let meant = value / 100.0;
            finding.suggesting(at, &meant.to_string())
        } else {
            finding.with_help(Text::new(
                "如 `0.05`、`0.95`",
                "write `0.05` or `0.95`, for one",
            ))
        };
        self.report(finding);
    }

    pub(super) fn evaluation(
        &mut self,
        entry: &Entry,
        measurands: &[Measurand],
        laboratories: &[&Laboratory],
        measured: Dimension,
    ) -> Option<Evaluation> {
        let labs: Vec<&str> = laboratories.iter().map(|l| l.id.as_str()).collect();
        let outliers = self.method_of(entry, "outliers");
        let precision = self.method_of(entry, "precision");
        let correlations = entry
            .children("covariance")
            .filter_map(|e| {
                let (first, second) = (Self::spanned(e, "first")?, Self::spanned(e, "second")?);
                let both = [&first, &second]
                    .into_iter()
                    .filter(|name| self.require(&nouns::laboratory(), name, &labs))
                    .count()
                    == 2;
                let r = e.amount("r").cloned().and_then(|a| self.number(&a))?;
                if r.abs() > 1.0 {
                    self.report(
                        Diagnostic::new(
                            Code::ValueOutOfRange,
                            Self::at(e, "r"),
                            Text::new(
                                "相关系数应在 −1 与 1 之间",
                                "a correlation coefficient lies between −1 and 1",
                            ),
                        )
                        .with_help(Text::new("核对相关系数", "check the coefficient")),
                    );
                    return None;
                }
                both.then_some((first.value, second.value, r, e.span))
            })
            .collect();
        let reference = entry
            .child("reference")
            .and_then(|e| self.reference(e, measurands, &labs));
        let scores = entry
            .children("score")
            .filter_map(|e| self.score(e))
            .collect();
        let sigma_pt = entry
            .children("sigma-pt")
            .map(|e| self.sigma_pt(e, measurands))
            .collect();
        let assigned_uncertainty = entry
            .child("assigned-uncertainty")
            .and_then(|e| self.assigned_uncertainty(e));
        let link = entry
            .child("link")
            .and_then(|e| self.link(e, measurands, &labs));
        let joint = entry
            .child("jointly")
            .and_then(|e| self.joint(e, measurands));
        let check = entry
            .child("check")
            .and_then(|e| match e.one("method").map(|a| &a.value) {
                Some(Value::Method(call)) => {
                    let call = call.clone();
                    Some((self.method(&call)?, e.count("draws"), e.count("seed")))
                }
                _ => None,
            });
        let list = |word: &str, slot: &'static str| -> Vec<(String, crate::source::Span)> {
            entry
                .child(word)
                .filter(|e| !e.poisoned)
                .map(|e| {
                    Self::spanned_list(e, slot)
                        .into_iter()
                        .map(|s| (s.value, s.span))
                        .collect()
                })
                .unwrap_or_default()
        };
        Some(Evaluation {
            outliers,
            precision,
            uncorrelated: entry
                .child("correlation")
                .filter(|e| e.name("state") == Some("uncorrelated"))
                .map(|e| e.span),
            correlations,
            covariance_written: entry.child("covariance").is_some(),
            include: list("include", "items"),
            expected: Expected {
                values: self.bounds(entry, "expected", measured),
                expanded: entry.child("expected").and_then(|e| e.name("of")) == Some("U_ref"),
            },
            drift: Self::action(entry, "drift"),
            link_whole: link.is_some() || entry.child("link").is_none(),
            link,
            joint,
            equivalence: list("equivalence", "kinds"),
            scores,
            sigma_pt,
            assigned_uncertainty,
            check,
            at: entry.head,
            reference: reference?,
        })
    }

    fn reference(
        &mut self,
        entry: &Entry,
        measurands: &[Measurand],
        labs: &[&str],
    ) -> Option<Reference> {
        let method = match entry.one("method").map(|a| &a.value) {
            Some(Value::Method(call)) => {
                let call = call.clone();
                self.method(&call)
            }
            _ => None,
        };
        let consistency = self.method_of(entry, "consistency");
        let otherwise = self.method_of(entry, "otherwise");
        let checked = |resolver: &mut Self, child: &Entry| -> Vec<Spanned<String>> {
            Self::spanned_list(child, "laboratories")
                .into_iter()
                .filter(|l| resolver.require(&nouns::laboratory(), l, labs))
                .collect()
        };
        let only = entry
            .child("only")
            .map(|e| (checked(self, e), e.text("reason").cloned()));
        let without = entry
            .children("without")
            .map(|e| {
                (
                    checked(self, e),
                    e.text("reason").cloned().unwrap_or_default(),
                )
            })
            .collect();
        let certified: Vec<Certified> = entry
            .children("certified")
            .filter_map(|e| self.certified(e, measurands))
            .collect();
        let correlations = (entry.children("correlation"))
            .filter_map(|e| self.point_correlation(e, measurands))
            .collect();
        let certified_whole = certified.len() == entry.children("certified").count();
        Some(Reference {
            method: method?,
            consistency,
            otherwise,
            certified,
            certified_whole,
            only,
            without,
            correlations,
            at: entry.span,
        })
    }

    fn certified(&mut self, entry: &Entry, measurands: &[Measurand]) -> Option<Certified> {
        let (measurand, point) = match Self::spanned(entry, "point") {
            Some(name) => self.point_named(&name, measurands)?,
            None => (measurands.first()?, measurands.first()?.points.first()?),
        };
        let unit = measurand.unit.clone();
        let value = self.in_unit(&entry.amount("value")?.clone(), &unit)?;
        let expanded = self.in_unit(&entry.amount("U")?.clone(), &unit)?;
        let k = match entry.amount("k").cloned() {
            Some(k) => self.number(&k)?,
            None => 2.0,
        };
        Some(Certified {
            measurand: measurand.id.clone(),
            point: point.id.clone(),
            value,
            u: expanded / k,
            at: entry.span,
        })
    }
}
