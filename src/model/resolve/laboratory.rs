//! Laboratories as written: who they are, where they are and when they are closed.

use super::{Resolver, nouns};
use crate::circulation::Position;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Laboratory, Unavailable};
use crate::schema::{Entry, Value};
use crate::source::Spanned;
use crate::text::Text;
use crate::values::unit::parse_unit;

impl Resolver<'_> {
    pub(super) fn laboratory(&mut self, entry: &Entry) -> Option<Laboratory> {
        let id = entry.name("id")?.to_owned();
        Some(Laboratory {
            title: entry
                .text("title")
                .cloned()
                .unwrap_or_else(|| Text::same(&id)),
            certificate: entry.text("certificate").cloned(),
            country: entry.text("country").cloned(),
            contact: entry.text("contact").cloned(),
            address: entry.text("address").cloned(),
            code: entry.name("code").map(str::to_owned),
            unavailable: (entry.children("unavailable"))
                .filter_map(|e| self.unavailable(e))
                .collect(),
            position: entry.child("position").and_then(|e| self.position(e)),
            one_at_a_time: entry.child("one-at-a-time").is_some(),
            calendars: self.calendars(entry),
            at: Self::at(entry, "id"),
            id,
        })
    }

    fn unavailable(&mut self, entry: &Entry) -> Option<Unavailable> {
        let date = |slot: &str| match entry.one(slot).map(|a| &a.value) {
            Some(Value::Date(date)) => Some(*date),
            _ => None,
        };
        let (from, to) = (date("from")?, date("to")?);
        if from > to {
            self.report(
                Diagnostic::new(
                    Code::ValueOutOfRange,
                    entry.span,
                    Text::new(
                        "不可用时段的起止日期颠倒",
                        "the period ends before it begins",
                    ),
                )
                .with_help(Text::new("交换两个日期", "exchange the two dates")),
            );
            return None;
        }
        Some(Unavailable {
            from,
            to,
            reason: entry.text("reason").cloned().unwrap_or_default(),
            at: entry.span,
        })
    }

    /// Latitude and longitude, each given towards one side only.
    fn position(&mut self, entry: &Entry) -> Option<Position> {
        let latitude = self.degrees(entry, "north", "south", 90.0);
        let longitude = self.degrees(entry, "east", "west", 180.0);
        Some(Position {
            latitude: latitude?,
            longitude: longitude?,
        })
    }

    fn degrees(&mut self, entry: &Entry, positive: &str, negative: &str, most: f64) -> Option<f64> {
        let (slot, sign) = match (entry.one(positive), entry.one(negative)) {
            (Some(_), None) => (positive, 1.0),
            (None, Some(_)) => (negative, -1.0),
            _ if entry.poisoned => return None,
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::MissingArgument,
                        entry.span,
                        Text::new(
                            "坐标须写明一个纬度和一个经度",
                            "a position needs one latitude and one longitude",
                        ),
                    )
                    .with_help(Text::new(
                        "写成 `坐标 北纬 31.19° 东经 121.43°`",
                        "write `position north 31.19° east 121.43°`",
                    )),
                );
                return None;
            }
        };
        let degree = parse_unit("°", None).ok()?;
        let amount = entry.amount(slot)?.clone();
        let value = self.in_unit(&amount, &degree)?;
        if !(0.0..=most).contains(&value) {
            self.report(
                Diagnostic::new(
                    Code::ValueOutOfRange,
                    amount.span,
                    Text::new(
                        format!("{value}° 不在 0° 至 {most}° 之间"),
                        format!("{value}° is not between 0° and {most}°"),
                    ),
                )
                .with_help(Text::new(
                    "南纬、西经写 `南纬`、`西经`，不写负号",
                    "write `south` and `west` instead of a minus sign",
                )),
            );
            return None;
        }
        Some(sign * value)
    }

    /// The calendars that an entry names, those that exist.
    pub(super) fn calendars(&mut self, entry: &Entry) -> Vec<Spanned<String>> {
        let named = (entry.child("calendar"))
            .map(|c| Self::spanned_list(c, "calendars"))
            .unwrap_or_default();
        named
            .into_iter()
            .filter_map(|name| self.calendar(name))
            .collect()
    }

    fn calendar(&mut self, name: Spanned<String>) -> Option<Spanned<String>> {
        let full = self.library.full(&name.value, name.span.file);
        if self.library.item("calendar", &full).is_some() {
            return Some(Spanned::new(full, name.span));
        }
        let known: Vec<&str> = self
            .library
            .items("calendar")
            .map(|(path, _)| path)
            .collect();
        self.unknown(&nouns::calendar(), &full, name.span, &known);
        None
    }

    /// The participants that measure an artefact, as far as they are named.
    pub(super) fn measured_by(
        &mut self,
        entry: &Entry,
        participants: &[Laboratory],
    ) -> Vec<Spanned<String>> {
        let known: Vec<&str> = participants.iter().map(|l| l.id.as_str()).collect();
        let named = (entry.child("measured-by"))
            .map(|e| Self::spanned_list(e, "laboratories"))
            .unwrap_or_default();
        self.unique(
            &nouns::laboratory(),
            named.iter().map(|name| (name.value.as_str(), name.span)),
        );
        let mut found: Vec<Spanned<String>> = Vec::new();
        for name in named {
            let repeated = found.iter().any(|it| it.value == name.value);
            if self.require(&nouns::laboratory(), &name, &known) && !repeated {
                found.push(name);
            }
        }
        found
    }

    /// How many like specimens there are of an artefact; at least one.
    pub(super) fn specimens(&mut self, entry: &Entry) -> usize {
        let Some(entry) = entry.child("specimens") else {
            return 1;
        };
        self.at_least_one(entry, "count").unwrap_or(1)
    }

    /// A count that must not be zero.
    pub(super) fn at_least_one(&mut self, entry: &Entry, slot: &str) -> Option<usize> {
        let count = entry.count(slot)?;
        if count == 0 {
            self.report(
                Diagnostic::new(
                    Code::ValueOutOfRange,
                    Self::at(entry, slot),
                    Text::new("个数不能为 0", "the count cannot be zero"),
                )
                .with_help(Text::new("写 1 以上的个数", "write a number of at least 1")),
            );
            return None;
        }
        usize::try_from(count).ok()
    }
}
