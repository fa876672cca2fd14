//! How the transfer standard is proven fit to travel: stability, transport, homogeneity.

use super::Resolver;
use super::conditions::Offered;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Bounds, Condition, Done, Homogeneity, Range, Stability, Transport};
use crate::schema::{Entry, Value, table};
use crate::source::{Span, Spanned};
use crate::text::Text;
use crate::values::unit::{Dimension, Library as Units};

impl Resolver<'_> {
    pub(super) fn stability(&mut self, entry: &Entry, measured: Dimension) -> Stability {
        let offered = Offered::from([
            ("drift", measured),
            ("u_drift", measured),
            ("change", measured),
            ("U_ref", measured),
            ("u_ref", measured),
            ("U_rep", measured),
            ("u_rep", measured),
            ("sigma", measured),
            ("t", Dimension::ONE),
        ]);
        let before = entry
            .child("before")
            .and_then(|e| Some((e.count("count")?, self.period(e, "span")?)));
        Stability {
            before,
            during: entry.child("during").is_some(),
            test: self.method_of(entry, "test"),
            limit: self.limit(entry, &offered),
            otherwise: Self::action(entry, "otherwise"),
            repeatability: self.bounds(entry, "repeatability", measured),
            u: self.bounds(entry, "u", measured),
            done: Self::done(entry),
            at: entry.head,
        }
    }

    pub(super) fn transport(&mut self, entry: &Entry, measured: Dimension) -> Transport {
        let offered = Offered::from([
            ("change", measured),
            ("U_rep", measured),
            ("u_rep", measured),
            ("U_ref", measured),
            ("u_ref", measured),
        ]);
        let monitored = entry
            .child("monitor")
            .map(|e| e.all("limits").cloned().collect::<Vec<_>>())
            .unwrap_or_default()
            .into_iter()
            .filter_map(|argument| match argument.value {
                Value::Labelled(name, value) => self
                    .monitored(&name, &value, argument.span)
                    .map(|range| (name, range)),
                _ => None,
            })
            .collect();
        Transport {
            test: self.method_of(entry, "test"),
            limit: self.limit(entry, &offered),
            otherwise: Self::action(entry, "otherwise"),
            monitored,
            carrier: entry.child("carrier").and_then(|e| e.text("text")).cloned(),
            u: self.bounds(entry, "u", measured),
            done: Self::done(entry),
            at: entry.head,
        }
    }

    pub(super) fn homogeneity(&mut self, entry: &Entry, measured: Dimension) -> Homogeneity {
        let offered = Offered::from([
            ("s_bb", measured),
            ("u_bb", measured),
            ("s_r", measured),
            ("mean", measured),
            ("sigma", measured),
            ("U_ref", measured),
            ("u_ref", measured),
            ("F", Dimension::ONE),
            ("F_critical", Dimension::ONE),
        ]);
        let units = entry
            .child("units")
            .and_then(|e| Some((e.count("count")?, e.count("replicates")?)));
        Homogeneity {
            units,
            test: self.method_of(entry, "test"),
            limit: self.limit(entry, &offered),
            otherwise: Self::action(entry, "otherwise"),
            u: self.bounds(entry, "u", measured),
            done: Self::done(entry),
            at: entry.head,
        }
    }

    fn limit(&mut self, entry: &Entry, offered: &Offered) -> Option<Condition> {
        match entry
            .child("limit")
            .and_then(|e| e.one("criterion"))
            .map(|a| &a.value)
        {
            Some(Value::Condition(expression)) => self.condition(expression, offered, &[]),
            _ => None,
        }
    }

    /// The values of a statement, each for the points that it names.
    pub(super) fn bounds(&mut self, entry: &Entry, word: &str, measured: Dimension) -> Bounds {
        let Some(entry) = entry.child(word) else {
            return Vec::new();
        };
        let mut values = Vec::new();
        for argument in entry.all("values") {
            let Value::Bound(amount, at) = &argument.value else {
                continue;
            };
            if let Some(quantity) = self.quantity(amount, Some(&measured)) {
                values.push((quantity, at.iter().map(|(name, _)| name.clone()).collect()));
            }
        }
        values
    }

    fn done(entry: &Entry) -> Option<Done> {
        let entry = entry.child("done")?;
        let Some(Value::Date(on)) = entry.one("date").map(|a| &a.value) else {
            return None;
        };
        Some(Done {
            on: Spanned::new(*on, entry.span),
            record: entry.text("record").cloned(),
        })
    }

    /// The limit of a monitored quantity; the `g` of a shock is the acceleration, not the gram.
    fn monitored(&mut self, name: &str, value: &Value, at: Span) -> Option<Range> {
        let kind = table::monitored_kind(name);
        let expected = Units::standard().ok().and_then(|u| u.dimension_named(kind));
        match self.range(value, expected.as_ref())? {
            Range::Word(_) => {
                self.report(
                    Diagnostic::new(
                        Code::WrongArgument,
                        at,
                        Text::new(
                            "监测的限值应为数值或范围",
                            "the limit of what is monitored is a value or a range",
                        ),
                    )
                    .with_help(Text::new(
                        "写成 `温度 5 °C .. 35 °C`，或以单个数值为上限：`冲击 20 g`",
                        "write `temperature 5 °C .. 35 °C`, or a single value for the most allowed: `shock 20 g`",
                    )),
                );
                None
            }
            range => Some(range),
        }
    }
}
