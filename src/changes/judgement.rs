//! Verdict rules compared by what they decide.

use super::areas::area;
use super::version::Step;
use super::{Change, Shift};
use crate::check::totality::shift::{self, Met};
use crate::condition::{Operator, Term};
use crate::plan::{Content, Rule, Wording};
use crate::text::Text;

/// The changes of the rules for points and for laboratories.
pub(super) fn changes(old: &Content, new: &Content) -> Vec<Change> {
    let unit = new.measurands.first().map_or("", |m| m.unit.as_str());
    let points = of("point", &old.rules.point, &new.rules.point, |term| {
        shift::at_a_point(term, unit)
    });
    let mut verdicts: Vec<String> = (old.rules.point.iter().chain(&new.rules.point))
        .map(|rule| rule.verdict.clone())
        .collect();
    verdicts.sort();
    verdicts.dedup();
    let number = new.measurands.iter().map(|m| m.points.len()).sum();
    let laboratories = of(
        "laboratory",
        &old.rules.laboratory,
        &new.rules.laboratory,
        |term| shift::on_a_laboratory(term, number, new.artefacts.len(), &verdicts),
    );
    points.into_iter().chain(laboratories).collect()
}

fn of(name: &str, old: &[Rule], new: &[Rule], met: impl Fn(&Term) -> Met) -> Option<Change> {
    let written = |rules: &[Rule]| -> Vec<(String, Option<Term>, Option<Text>)> {
        (rules.iter())
            .map(|r| {
                let label = r.exception.as_ref().map(|e| e.label.clone());
                (r.verdict.clone(), r.when.clone(), label)
            })
            .collect()
    };
    if written(old) == written(new) && bases(old) == bases(new) {
        return None;
    }
    let mut shifts = Vec::new();
    for from in old.iter() {
        for to in new.iter().filter(|to| to.verdict != from.verdict) {
            let both = and(applies(from, old), applies(to, new));
            let shift = |outcome| Shift {
                from: from.verdict.clone(),
                to: to.verdict.clone(),
                outcome,
            };
            match met(&both) {
                Met::Never => {}
                Met::At(outcome) => shifts.push(shift(Some(outcome))),
                Met::Unknown => shifts.push(shift(None)),
            }
        }
    }
    let path = ["rules".to_owned(), name.to_owned()];
    let known = area(&path);
    let step = if shifts.is_empty() {
        // The rules are written otherwise and judge every outcome alike.
        Step::Patch
    } else {
        known.map_or(Step::Major, |area| area.step)
    };
    let told = |rules: &[Rule]| {
        let each: Vec<Text> = rules.iter().map(shown).collect();
        let side = |zh: bool| -> Vec<&str> {
            each.iter()
                .map(|t| if zh { t.zh.as_str() } else { t.en.as_str() })
                .collect()
        };
        Text::new(side(true).join("；"), side(false).join("; "))
    };
    Some(Change {
        step,
        area: known.map_or_else(|| Text::same(name), |area| area.title.clone()),
        places: vec![path.join(".")],
        old: Some(told(old)),
        new: Some(told(new)),
        shifts,
    })
}

fn bases(rules: &[Rule]) -> Vec<Option<Text>> {
    (rules.iter())
        .map(|r| r.exception.as_ref().and_then(|e| e.basis.clone()))
        .collect()
}

fn shown(rule: &Rule) -> Text {
    use crate::text::Lang;
    use crate::words::verdict;
    let (zh, en) = (
        verdict(&rule.verdict, Lang::Zh, &Wording::PLAIN),
        verdict(&rule.verdict, Lang::En, &Wording::PLAIN),
    );
    let named = |lang| match &rule.exception {
        Some(exception) => format!("“{}” ", exception.label.get(lang)),
        None => String::new(),
    };
    match &rule.when {
        Some(when) => Text::new(
            format!("{}{zh} 当 {when}", named(Lang::Zh)),
            format!("{}{en} when {when}", named(Lang::En)),
        ),
        None => Text::new(format!("{zh} 其余"), format!("{en} otherwise")),
    }
}

/// When a rule decides: exceptions go first, the rule for the rest takes what the other rules leave.
fn applies(rule: &Rule, rules: &[Rule]) -> Term {
    let others = rules.iter().filter(|other| !std::ptr::eq(*other, rule));
    let goes_first = |other: &&Rule| match (&rule.exception, &rule.when) {
        (Some(_), _) => false,
        (None, Some(_)) => other.exception.is_some(),
        (None, None) => true,
    };
    let own = (rule.when.clone()).unwrap_or_else(always);
    (others.filter(goes_first))
        .filter_map(|other| other.when.clone())
        .fold(own, |term, first| and(term, Term::Not(Box::new(first))))
}

fn and(left: Term, right: Term) -> Term {
    Term::Binary(Operator::And, Box::new(left), Box::new(right))
}

fn always() -> Term {
    let zero = || Box::new(Term::Number(0.0, "0".to_owned()));
    Term::Binary(Operator::Equal, zero(), zero())
}
