//! Rules for a laboratory: whether every way in which the verdicts can fall on its points (and artefacts) meets exactly one rule.
//!
//! Only the numbers matter: how many of the points got which verdict. Where every comparison speaks of one number, the range of each
//! number falls into intervals on which nothing changes, and a choice of intervals can occur exactly when their ends enclose the number of
//! points; otherwise all ways are gone through, as long as there are not too many. A laboratory is taken to be judged at all points.

use std::collections::{BTreeMap, BTreeSet};

use crate::condition::{Domain, Facts, Operator, Quantifier, Term};
use crate::model::VerdictRule;

/// Ways to fall beyond this number are not gone through.
const MOST_WAYS: usize = 100_000;

/// Things that were judged: how many, and the verdicts they can get.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub domain: Domain,
    pub number: usize,
    pub verdicts: Vec<String>,
}

/// How many of each domain got which verdict (those that none got are absent).
pub(super) type Way = Vec<(Domain, usize, Vec<(String, usize)>)>;

/// What is wrong with the rules; rules by their index.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Finding {
    Gap(Way),
    Overlap(usize, usize, Way),
    Never(usize),
    /// There are too many ways to go through.
    Unproven,
}

/// One number: how many of a domain got a verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Counter {
    judged: usize,
    verdict: String,
}

impl Counter {
    fn name(&self) -> String {
        format!("{} {}", self.judged, self.verdict)
    }
}

/// Everything that is wrong with the rules.
pub(super) fn analyse(rules: &[VerdictRule], judged: &[Judged]) -> Vec<Finding> {
    let conditions: Vec<Option<Term>> = (rules.iter())
        .map(|rule| (rule.when.as_ref()).map(|when| counted(&when.term, judged)))
        .collect();
    let terms: Vec<&Term> = conditions.iter().flatten().collect();
    let judged: Vec<&Judged> = judged.iter().collect();
    let counters = counters(&judged, &terms);
    let Some(ways) = ways(&judged, &counters, &terms) else {
        return vec![Finding::Unproven];
    };
    let rest = conditions.iter().position(Option::is_none);
    let (mut gap, mut overlaps, mut met) = (None, BTreeMap::new(), BTreeSet::new());
    for way in &ways {
        let facts = Numbers::of(way);
        let holding: Vec<usize> = (conditions.iter().enumerate())
            .filter(|(_, c)| c.as_ref().is_some_and(|c| c.holds(&facts) == Some(true)))
            .map(|(index, _)| index)
            .collect();
        if holding.is_empty() {
            gap.get_or_insert(way);
            met.extend(rest);
        }
        for (position, first) in holding.iter().enumerate() {
            for second in &holding[position + 1..] {
                if rules[*first].verdict != rules[*second].verdict {
                    overlaps.entry((*first, *second)).or_insert(way);
                }
            }
        }
        met.extend(holding);
    }
    let mut findings = Vec::new();
    if let (Some(way), None) = (gap, rest) {
        findings.push(Finding::Gap(told(way, &judged)));
    }
    let overlaps = overlaps.into_iter();
    findings.extend(overlaps.map(|((a, b), way)| Finding::Overlap(a, b, told(way, &judged))));
    findings.extend(
        (0..rules.len())
            .filter(|it| !met.contains(it))
            .map(Finding::Never),
    );
    findings
}

/// A way that meets the condition, if there is one; none when there are too many to go through.
pub(super) fn met(term: &Term, judged: &[Judged]) -> Option<Option<Way>> {
    let condition = counted(term, judged);
    let judged: Vec<&Judged> = judged.iter().collect();
    let counters = counters(&judged, &[&condition]);
    let ways = ways(&judged, &counters, &[&condition])?;
    let met = (ways.iter()).find(|way| condition.holds(&Numbers::of(way)) == Some(true));
    Some(met.map(|way| told(way, &judged)))
}

/// The condition with every quantifier written as a number of its own.
fn counted(term: &Term, judged: &[Judged]) -> Term {
    let inner = |term: &Term| Box::new(counted(term, judged));
    let binary = |operator, left, right| Term::Binary(operator, Box::new(left), Box::new(right));
    match term {
        Term::Quantified(quantifier, domain, verdict) => {
            let index = judged.iter().position(|it| it.domain == *domain);
            let number = index.map_or(0, |index| judged[index].number) as f64;
            let count = match index {
                Some(judged) => {
                    let verdict = verdict.clone();
                    Term::Variable(Counter { judged, verdict }.name())
                }
                None => Term::Number(0.0, String::new()),
            };
            let whole = Term::Number(number, String::new());
            match quantifier {
                Quantifier::All => binary(Operator::Equal, count, whole),
                Quantifier::Any => {
                    binary(Operator::Greater, count, Term::Number(0.0, String::new()))
                }
                Quantifier::Count => count,
                // The share of nothing is zero.
                Quantifier::Share if number == 0.0 => whole,
                Quantifier::Share => binary(Operator::Over, count, whole),
            }
        }
        Term::Variable(name) => {
            let of = |domain| judged.iter().find(|it| it.domain == domain);
            let number = match name.as_str() {
                "points" => of(Domain::Points),
                "artefacts" => of(Domain::Artefacts),
                _ => None,
            };
            match number {
                Some(it) => Term::Number(it.number as f64, String::new()),
                None => term.clone(),
            }
        }
        Term::Number(..) | Term::Holds(_) | Term::Has(_) | Term::Is(..) | Term::Lasts(..) => {
            term.clone()
        }
        Term::Absolute(part) => Term::Absolute(inner(part)),
        Term::Negative(part) => Term::Negative(inner(part)),
        Term::Not(part) => Term::Not(inner(part)),
        Term::Binary(operator, left, right) => Term::Binary(*operator, inner(left), inner(right)),
        Term::Call(function, arguments) => Term::Call(
            *function,
            arguments.iter().map(|a| counted(a, judged)).collect(),
        ),
    }
}

/// The numbers that together describe a way: one for each verdict that the rules name, and one for the first of those they do not.
fn counters(judged: &[&Judged], terms: &[&Term]) -> Vec<Counter> {
    let mut named = BTreeSet::new();
    terms.iter().for_each(|term| term.variables(&mut named));
    let mut counters = Vec::new();
    for (index, of) in judged.iter().enumerate() {
        let all = of.verdicts.iter().map(|verdict| Counter {
            judged: index,
            verdict: verdict.clone(),
        });
        let (known, unnamed): (Vec<Counter>, Vec<Counter>) =
            all.partition(|counter| named.contains(&counter.name()));
        if !known.is_empty() {
            counters.extend(unnamed.into_iter().next());
            counters.extend(known);
        }
    }
    counters
}

/// One way for each combination that the rules can tell apart; none if there are too many.
fn ways(
    judged: &[&Judged],
    counters: &[Counter],
    terms: &[&Term],
) -> Option<Vec<Vec<(Counter, usize)>>> {
    let mut leaves = Vec::new();
    terms.iter().for_each(|term| comparisons(term, &mut leaves));
    let single = leaves.iter().all(|leaf| {
        let mut named = BTreeSet::new();
        leaf.variables(&mut named);
        named.len() <= 1
    });
    let mut ways: Vec<Vec<(Counter, usize)>> = vec![Vec::new()];
    for (index, of) in judged.iter().enumerate() {
        let own: Vec<&Counter> = counters.iter().filter(|c| c.judged == index).collect();
        if own.is_empty() {
            continue;
        }
        let intervals: Vec<Vec<(usize, usize)>> = (own.iter())
            .map(|counter| match single {
                true => unchanged(counter, of.number, &leaves),
                false => (0..=of.number).map(|n| (n, n)).collect(),
            })
            .collect();
        let found = choices(&intervals, of.number)?;
        if ways.len().checked_mul(found.len())? > MOST_WAYS {
            return None;
        }
        ways = (ways.iter())
            .flat_map(|way| {
                let own = &own;
                found.iter().map(move |numbers| {
                    let mut next = way.clone();
                    next.extend(
                        own.iter()
                            .map(|c| (*c).clone())
                            .zip(numbers.iter().copied()),
                    );
                    next
                })
            })
            .collect();
    }
    Some(ways)
}

/// The comparisons of a condition.
fn comparisons<'a>(term: &'a Term, found: &mut Vec<&'a Term>) {
    match term {
        Term::Not(inner) => comparisons(inner, found),
        Term::Binary(Operator::And | Operator::Or, left, right) => {
            comparisons(left, found);
            comparisons(right, found);
        }
        _ => found.push(term),
    }
}

/// The stretches of 0 ..= `number` on which no comparison about the counter changes.
fn unchanged(counter: &Counter, number: usize, leaves: &[&Term]) -> Vec<(usize, usize)> {
    let name = counter.name();
    let about: Vec<&&Term> = (leaves.iter())
        .filter(|leaf| {
            let mut named = BTreeSet::new();
            leaf.variables(&mut named);
            named.contains(&name)
        })
        .collect();
    let truths = |count: usize| -> Vec<Option<bool>> {
        let facts = Numbers(BTreeMap::from([(name.clone(), count as f64)]));
        about.iter().map(|leaf| leaf.holds(&facts)).collect()
    };
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    let mut last = None;
    for count in 0..=number {
        let now = truths(count);
        match stretches.last_mut() {
            Some(stretch) if last.as_ref() == Some(&now) => stretch.1 = count,
            _ => stretches.push((count, count)),
        }
        last = Some(now);
    }
    stretches
}

/// Numbers with the sum `total`, one from each list of stretches, for every choice of stretches that allows it.
fn choices(intervals: &[Vec<(usize, usize)>], total: usize) -> Option<Vec<Vec<usize>>> {
    let mut partial: Vec<Vec<(usize, usize)>> = vec![Vec::new()];
    for (position, stretches) in intervals.iter().enumerate() {
        let most_later: usize = (intervals[position + 1..].iter())
            .filter_map(|later| later.last().map(|stretch| stretch.1))
            .sum();
        let mut next = Vec::new();
        for chosen in &partial {
            let (least, most) = chosen.iter().fold((0, 0), |(l, m), s| (l + s.0, m + s.1));
            for stretch in stretches {
                if least + stretch.0 <= total && most + stretch.1 + most_later >= total {
                    let mut with = chosen.clone();
                    with.push(*stretch);
                    next.push(with);
                }
            }
            if next.len() > MOST_WAYS {
                return None;
            }
        }
        partial = next;
    }
    Some(partial.iter().map(|chosen| filled(chosen, total)).collect())
}

/// The least of every stretch, the first ones raised until the sum is right.
fn filled(chosen: &[(usize, usize)], total: usize) -> Vec<usize> {
    let mut missing = total - chosen.iter().map(|s| s.0).sum::<usize>().min(total);
    (chosen.iter())
        .map(|(least, most)| {
            let more = missing.min(most - least);
            missing -= more;
            least + more
        })
        .collect()
}

fn told(way: &[(Counter, usize)], judged: &[&Judged]) -> Way {
    let mut told: Way = Vec::new();
    for (index, of) in judged.iter().enumerate() {
        let verdicts: Vec<(String, usize)> = (way.iter())
            .filter(|(counter, number)| counter.judged == index && *number > 0)
            .map(|(counter, number)| (counter.verdict.clone(), *number))
            .collect();
        if !verdicts.is_empty() {
            told.push((of.domain, of.number, verdicts));
        }
    }
    told
}

/// The numbers of one way.
struct Numbers(BTreeMap<String, f64>);

impl Numbers {
    fn of(way: &[(Counter, usize)]) -> Numbers {
        let named = way.iter().map(|(counter, n)| (counter.name(), *n as f64));
        Numbers(named.collect())
    }
}

impl Facts for Numbers {
    /// A verdict that nothing can get is got by none.
    fn variable(&self, name: &str) -> Option<f64> {
        Some(self.0.get(name).copied().unwrap_or(0.0))
    }

    fn verdicts(&self, _: Domain) -> Vec<&str> {
        Vec::new()
    }
}
