//! Policies: what they require, and what they fill in where a protocol is silent.

use super::conditions::{Offer, Offered};
use super::{Resolver, nouns};
use crate::condition::Term;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::facts::{Case, FACTS, FactKind};
use crate::model::policy::{
    Allowance, AppliedDefault, Consent, Exemption, Ground, Record, Regulation, Requirement,
};
use crate::model::{Condition, Protocol};
use crate::schema::{Entry, Value};
use crate::source::{Span, Spanned};
use crate::text::Text;
use crate::values::unit::Dimension;

impl Resolver<'_> {
    /// Brings the regime to bear on a protocol: its requirements and allowances are read, its defaults filled in.
    pub(super) fn regime(&mut self, entry: &Entry, protocol: &mut Protocol) {
        let chain = self.chain(protocol.policy.as_ref());
        if let Some((_, first)) = chain.first() {
            protocol.policy_title = (first.child("title"))
                .and_then(|e| e.text("text"))
                .cloned()
                .unwrap_or_default();
        }
        for (name, policy) in &chain {
            if let Some(sanctions) = policy.child("sanctions") {
                let consequences = self.consequences(sanctions);
                protocol.policy_sanctions.extend(consequences);
            }
            self.requirements(name, policy, protocol);
            words(policy, protocol);
            lists(policy, protocol);
        }
        let defaults: Vec<WrittenDefault> = (chain.iter())
            .flat_map(|(name, policy)| self.written_defaults(name, policy))
            .collect();
        presences(entry, protocol, &defaults);
        for default in defaults {
            self.fill_in(entry, protocol, default);
        }
        default_of_the_language(entry, protocol);
        self.vocabulary_is_there(protocol);
    }

    /// The vocabulary that is ordered must be one that the policy has.
    fn vocabulary_is_there(&mut self, protocol: &Protocol) {
        let Some(ordered) = &protocol.vocabulary else {
            return;
        };
        let known: Vec<&str> = (protocol.regime.vocabularies.keys())
            .map(String::as_str)
            .collect();
        if !known.contains(&ordered.value.as_str()) {
            let name = &ordered.value;
            let help = if known.is_empty() {
                Text::new(
                    "该制度没有规定用语；删去本句，结论即按语言本身的名称书写",
                    "the policy lays no vocabulary down; leave the statement out and verdicts go by their names in the language",
                )
            } else {
                let known = known.join(", ");
                Text::new(
                    format!("制度中有：{known}"),
                    format!("the policy has {known}"),
                )
            };
            self.report(
                Diagnostic::new(
                    Code::UnknownName,
                    ordered.span,
                    Text::new(
                        format!("所选制度中没有 `{name}` 这套用语"),
                        format!("the policy has no vocabulary `{name}`"),
                    ),
                )
                .with_help(help),
            );
        }
    }

    /// The policy and those it extends, each once, the nearest first.
    fn chain(&mut self, policy: Option<&Spanned<String>>) -> Vec<(String, Entry)> {
        let mut chain: Vec<(String, Entry)> = Vec::new();
        let mut waiting: Vec<Spanned<String>> = policy.cloned().into_iter().collect();
        while !waiting.is_empty() {
            let name = waiting.remove(0);
            if chain.iter().any(|(known, _)| *known == name.value) {
                continue;
            }
            let Some(found) = self.library.item("policy", &name.value).cloned() else {
                let known: Vec<&str> = self.library.items("policy").map(|(path, _)| path).collect();
                self.unknown(&nouns::policy(), &name.value, name.span, &known);
                continue;
            };
            if let Some(extends) = found.child("extends") {
                let full = |name: Spanned<String>| {
                    Spanned::new(self.library.full(&name.value, name.span.file), name.span)
                };
                let extended = Self::spanned_list(extends, "policies");
                waiting.extend(extended.into_iter().map(full));
            }
            chain.push((name.value, found));
        }
        chain
    }

    fn requirements(&mut self, name: &str, policy: &Entry, protocol: &mut Protocol) {
        for rule in policy.children("require").filter(|e| !e.poisoned) {
            let Some(condition) = self.over_facts(rule, "condition") else {
                continue;
            };
            let Some(ground) = ground(rule) else { continue };
            let text = |word: &str| rule.child(word).and_then(|e| e.text("text")).cloned();
            let severity = rule.child("severity").and_then(|e| e.name("severity"));
            let requirement = Requirement {
                policy: name.to_owned(),
                rule: rule.name("rule").unwrap_or_default().to_owned(),
                condition,
                scope: self.over_facts(rule, "scope"),
                otherwise: text("otherwise").unwrap_or_default(),
                mend: text("mend"),
                ground,
                warning: severity == Some("warning"),
                at: rule.head,
            };
            protocol.regime.requirements.push(requirement);
        }
        for entry in policy.children("allows").filter(|e| !e.poisoned) {
            let (Some(scope), Some(ground)) = (self.over_facts(entry, "scope"), ground(entry))
            else {
                continue;
            };
            protocol.regime.allowances.push(Allowance {
                policy: name.to_owned(),
                measures: (Self::spanned_list(entry, "measures").into_iter())
                    .map(|m| m.value)
                    .collect(),
                scope,
                ground,
                at: entry.head,
            });
        }
    }

    /// A condition over the facts of protocols.
    fn over_facts(&mut self, entry: &Entry, slot: &str) -> Option<Condition> {
        let Some(Value::Condition(expression)) = entry.one(slot).map(|a| &a.value) else {
            return None;
        };
        self.condition(expression, &offered(), &[])
    }

    fn written_defaults(&mut self, name: &str, policy: &Entry) -> Vec<WrittenDefault> {
        (policy.children("default").filter(|e| !e.poisoned))
            .filter_map(|entry| {
                Some(WrittenDefault {
                    path: entry.name("path")?.to_owned(),
                    scope: self.over_facts(entry, "scope"),
                    scoped: entry.one("scope").is_some(),
                    ground: ground(entry)?,
                    policy: name.to_owned(),
                    entry: entry.clone(),
                })
            })
            .collect()
    }

    /// Fills one default in, if it applies and the protocol is silent; the first of several for one statement stands.
    fn fill_in(&mut self, written: &Entry, protocol: &mut Protocol, default: WrittenDefault) {
        if default.scoped {
            let case = Case {
                protocol,
                journey: None,
            };
            let applies = (default.scope.as_ref()).and_then(|scope| scope.term.holds(&case));
            if applies != Some(true) {
                return;
            }
        }
        let Some(target) = DEFAULTS.iter().find(|t| t.path == default.path) else {
            let known: Vec<&str> = DEFAULTS.iter().map(|t| t.path).collect();
            let at = Self::at(&default.entry, "path");
            let noun = Text::new("可设默认值的语句", "statement that takes a default");
            self.unknown(&noun, &default.path, at, &known);
            return;
        };
        if (target.stated)(written, protocol) {
            return;
        }
        let Some(value) = (target.fill)(self, &default.entry, protocol) else {
            self.report(
                Diagnostic::new(
                    Code::WrongArgument,
                    Self::at(&default.entry, "value"),
                    Text::new(
                        format!("`{}` 不能取这个默认值", default.path),
                        format!("this is no default for `{}`", default.path),
                    ),
                )
                .with_help(Text::same(target.example)),
            );
            return;
        };
        if let Some((stands, _)) = protocol.regime.present.get_mut(&default.path) {
            *stands = true;
        }
        protocol.regime.defaults.push(AppliedDefault {
            path: default.path,
            value,
            policy: Some(default.policy),
            ground: default.ground,
            at: default.entry.span,
        });
    }

    /// What the protocol records of its own making.
    pub(super) fn record(&mut self, entry: &Entry) -> Record {
        let date = |parent: Option<&Entry>, word: &str| {
            let child = parent?.child(word)?;
            day(child).map(|date| Spanned::new(date, child.span))
        };
        let text = |word: &str| entry.child(word).and_then(|e| e.text("text")).cloned();
        let cited = entry.children("basis").chain(
            entry
                .children("measurand")
                .flat_map(|m| m.children("procedure")),
        );
        Record {
            number: (entry.child("number")).and_then(|e| Self::spanned(e, "number")),
            previous: date(Some(entry), "previous"),
            fee: entry.child("fee").and_then(|e| Self::spanned(e, "fee")),
            exemptions: (entry.children("exempt"))
                .filter_map(|e| {
                    Some(Exemption {
                        laboratory: e.text("laboratory")?.clone(),
                        reason: e.text("reason")?.clone(),
                        consent: e.text("consent").cloned(),
                        at: e.span,
                    })
                })
                .collect(),
            consents: entry.children("consent").map(consent).collect(),
            review: date(Some(entry), "review"),
            safety: text("safety"),
            use_of_results: text("use-of-results"),
            citations: cited
                .flat_map(|e| e.all("documents"))
                .filter_map(|argument| match &argument.value {
                    Value::Text(text) => Some(Spanned::new(text.clone(), argument.span)),
                    _ => None,
                })
                .collect(),
            regulations: self.regulations(),
        }
    }

    fn regulations(&self) -> Vec<Regulation> {
        let title = |entry: &Entry| entry.child("title").and_then(|e| e.text("text")).cloned();
        (self.library.items("regulation"))
            .filter_map(|(_, entry)| {
                let repealed = entry.child("repealed").and_then(|e| {
                    let successor = (e.name("successor"))
                        .and_then(|path| self.library.item("regulation", path))
                        .and_then(title);
                    Some((day(e)?, successor))
                });
                Some(Regulation {
                    title: title(entry)?,
                    designations: (entry.children("designation"))
                        .flat_map(|e| Self::texts(e, "texts"))
                        .map(|t| t.zh)
                        .collect(),
                    in_force: entry.child("in-force").and_then(day)?,
                    repealed,
                })
            })
            .collect()
    }
}

/// A default as a policy writes it.
struct WrittenDefault {
    path: String,
    scope: Option<Condition>,
    /// A default whose scope could not be read is never filled in.
    scoped: bool,
    ground: Ground,
    policy: String,
    entry: Entry,
}

fn consent(entry: &Entry) -> Consent {
    Consent {
        laboratories: (Resolver::spanned_list(entry, "laboratories").into_iter())
            .map(|l| l.value)
            .collect(),
        on: day(entry),
        at: entry.span,
    }
}

fn day(entry: &Entry) -> Option<jiff::civil::Date> {
    match entry.one("date").map(|a| &a.value) {
        Some(Value::Date(date)) => Some(*date),
        _ => None,
    }
}

fn ground(entry: &Entry) -> Option<Ground> {
    Some(Ground {
        basis: entry.child("basis")?.text("text")?.clone(),
        certainty: entry.child("certainty")?.name("certainty")?.to_owned(),
    })
}

/// The names of the facts, as conditions may use them.
fn offered() -> Offered {
    let mut offered = Offered::default();
    offered.statements = true;
    for fact in FACTS {
        let offer = match fact.kind {
            FactKind::Truth => Offer::Truth,
            FactKind::Count => Offer::Number(Dimension::ONE),
            FactKind::Word(choice) => Offer::Word(choice),
            FactKind::Stretch => Offer::Stretch,
            FactKind::Day => Offer::Day,
        };
        offered.offer(fact.name, offer);
    }
    offered
}

/// The wording of verdicts; what a nearer policy says stands.
fn words(policy: &Entry, protocol: &mut Protocol) {
    for vocabulary in policy.children("vocabulary") {
        let Some(kind) = vocabulary.name("kind") else {
            continue;
        };
        let known = (protocol.regime.vocabularies)
            .entry(kind.to_owned())
            .or_default();
        for wording in &vocabulary.body {
            if let (Some(verdict), Some(text)) = (wording.name("verdict"), wording.text("text")) {
                (known.entry(verdict.to_owned())).or_insert_with(|| text.clone());
            }
        }
    }
}

fn lists(policy: &Entry, protocol: &mut Protocol) {
    let regime = &mut protocol.regime;
    if regime.number_pattern.is_none() {
        regime.number_pattern = (policy.child("numbers"))
            .and_then(|e| e.text("pattern"))
            .map(|t| t.zh.clone());
    }
    for units in policy.children("legal-units") {
        let names = Resolver::spanned_list(units, "units");
        regime
            .legal_units
            .extend(names.into_iter().map(|u| u.value));
    }
    for series in policy.children("dated") {
        let texts = Resolver::texts(series, "series");
        regime.dated_series.extend(texts.into_iter().map(|t| t.zh));
    }
}

/// Looks up every path of which a requirement or a scope speaks.
fn presences(entry: &Entry, protocol: &mut Protocol, defaults: &[WrittenDefault]) {
    let regime = &protocol.regime;
    let conditions = (regime.requirements.iter())
        .flat_map(|r| std::iter::once(&r.condition).chain(&r.scope))
        .chain(regime.allowances.iter().map(|a| &a.scope))
        .chain(defaults.iter().filter_map(|d| d.scope.as_ref()));
    let mut leaves = Vec::new();
    conditions.for_each(|condition| condition.term.leaves(&mut leaves));
    let present = (leaves.into_iter())
        .filter_map(|leaf| match leaf {
            Term::Has(path) => Some((path.clone(), presence(entry, path))),
            _ => None,
        })
        .collect();
    protocol.regime.present = present;
}

/// Whether the path stands below every statement that leads to it, and its place or that of the statement that lacks it.
fn presence(protocol: &Entry, path: &str) -> (bool, Span) {
    let mut parents = vec![protocol];
    for word in path.split('.') {
        if let Some(lacking) = parents.iter().find(|p| p.child(word).is_none()) {
            return (false, lacking.head);
        }
        parents = parents.iter().flat_map(|p| p.children(word)).collect();
    }
    (true, parents.first().map_or(protocol.head, |e| e.head))
}

// ---------------------------------------------------------------- what takes a default

/// A statement for which a policy may supply a value.
struct Target {
    path: &'static str,
    example: &'static str,
    stated: fn(&Entry, &Protocol) -> bool,
    /// Fills the value in and gives it as the language writes it; none when it is not of the right kind.
    fill: fn(&mut Resolver<'_>, &Entry, &mut Protocol) -> Option<String>,
}

const DEFAULTS: [Target; 10] = [
    Target {
        path: "level",
        example: "default level national { … }",
        stated: |_, p| p.level.is_some(),
        fill: |_, entry, p| choice(entry, "level", &mut p.level),
    },
    Target {
        path: "participation",
        example: "default participation mandatory { … }",
        stated: |_, p| p.participation.is_some(),
        fill: |_, entry, p| choice(entry, "participation", &mut p.participation),
    },
    Target {
        path: "vocabulary",
        example: "default vocabulary administrative { … }",
        stated: |_, p| p.vocabulary.is_some(),
        fill: |_, entry, p| choice(entry, "vocabulary", &mut p.vocabulary),
    },
    Target {
        path: "fee",
        example: "default fee free { … }",
        stated: |_, p| p.record.fee.is_some(),
        fill: |_, entry, p| choice(entry, "fee", &mut p.record.fee),
    },
    Target {
        path: "report.results",
        example: "default report.results 20 wd of departure { … }",
        stated: |_, p| p.reporting.as_ref().is_some_and(|r| r.results.is_some()),
        fill: |resolver, entry, p| {
            let (period, event) = period_of_event(resolver, entry)?;
            let shown = format!("{} of {event}", period.duration);
            reporting(p).results = Some((period, event));
            Some(shown)
        },
    },
    Target {
        path: "report.corrections",
        example: "default report.corrections draft { … }",
        stated: |_, p| {
            p.reporting
                .as_ref()
                .is_some_and(|r| r.corrections.is_some())
        },
        fill: |_, entry, p| {
            let event = word_of(entry, "until")?;
            reporting(p).corrections = Some((event.clone(), entry.span));
            Some(event)
        },
    },
    Target {
        path: "report.draft",
        example: "default report.draft 60 d { … }",
        stated: |_, p| p.reporting.as_ref().is_some_and(|r| r.draft.is_some()),
        fill: |resolver, entry, p| {
            let period = resolver.period(entry, "value")?;
            let shown = period.duration.to_string();
            reporting(p).draft = Some(period);
            Some(shown)
        },
    },
    Target {
        path: "report.comment",
        example: "default report.comment 20 wd { … }",
        stated: |_, p| p.reporting.as_ref().is_some_and(|r| r.comment.is_some()),
        fill: |resolver, entry, p| {
            let period = resolver.period(entry, "value")?;
            let shown = period.duration.to_string();
            reporting(p).comment = Some(period);
            Some(shown)
        },
    },
    Target {
        path: "report.final",
        example: "default report.final 60 wd of end { … }",
        stated: |_, p| p.reporting.as_ref().is_some_and(|r| r.last.is_some()),
        fill: |resolver, entry, p| {
            let (period, event) = period_of_event(resolver, entry)?;
            let shown = format!("{} of {event}", period.duration);
            reporting(p).last = Some((period, event));
            Some(shown)
        },
    },
    Target {
        path: K,
        example: "default evaluation.score.k 2 { … }",
        stated: |written, _| score_without_k(written).next().is_none(),
        fill: |resolver, entry, p| {
            let amount = entry.amount("value")?.clone();
            let k = resolver.number(&amount).filter(|k| *k > 0.0)?;
            let silent = p.evaluation.scores.iter_mut().filter(|s| !s.k_stated);
            silent.for_each(|score| score.k = k);
            Some(amount.number)
        },
    },
];

const K: &str = "evaluation.score.k";

fn score_without_k(protocol: &Entry) -> impl Iterator<Item = &Entry> {
    (protocol.child("evaluation").into_iter())
        .flat_map(|e| e.children("score"))
        .filter(|e| e.one("k").is_none())
}

/// The coverage factor that the language itself supplies is shown as a default too.
fn default_of_the_language(entry: &Entry, protocol: &mut Protocol) {
    let defaults = &protocol.regime.defaults;
    if defaults.iter().any(|d| d.path == K) {
        return;
    }
    let (Some(silent), Some(score)) = (
        score_without_k(entry).next(),
        protocol.evaluation.scores.iter().find(|s| !s.k_stated),
    ) else {
        return;
    };
    let applied = AppliedDefault {
        path: K.to_owned(),
        value: score.k.to_string(),
        policy: None,
        ground: Ground {
            basis: Text::new("语言的默认值", "default of the language"),
            certainty: "own-choice".to_owned(),
        },
        at: silent.span,
    };
    protocol.regime.defaults.push(applied);
}

/// The section of deadlines, opened where the protocol has none.
fn reporting(protocol: &mut Protocol) -> &mut crate::model::Reporting {
    let at = protocol.span;
    (protocol.reporting).get_or_insert(crate::model::Reporting {
        results: None,
        corrections: None,
        draft: None,
        comment: None,
        last: None,
        late: None,
        at,
    })
}

fn period_of_event(
    resolver: &mut Resolver<'_>,
    entry: &Entry,
) -> Option<(crate::model::Period, String)> {
    let event = entry.name("event")?.to_owned();
    Some((resolver.period(entry, "value")?, event))
}

/// The value as a word of a closed set, in its English spelling.
fn word_of(entry: &Entry, set: &str) -> Option<String> {
    let written = entry.name("value")?;
    let terms = crate::schema::table::table().choice(set);
    let term = terms.iter().find(|t| t.en == written || t.zh == written)?;
    Some(term.en.clone())
}

fn choice(entry: &Entry, set: &str, place: &mut Option<Spanned<String>>) -> Option<String> {
    let word = word_of(entry, set)?;
    *place = Some(Spanned::new(word.clone(), entry.span));
    Some(word)
}
