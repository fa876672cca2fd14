//! From conditions to formulas: absolute values, smallest and largest are taken apart into cases, ratios are multiplied out where the
//! denominator is positive, and what is not linear becomes a number of which nothing is known.

use num_traits::{One, Pow, Signed, Zero};

use super::exact::{Exact, meant, nearest};
use super::formula::Formula;
use super::linear::{Atom, Linear, Relation};
use super::space::Space;
use crate::condition::{Function, Operator, Term};

/// Cases beyond this number make a part opaque.
const MOST_CASES: usize = 32;

/// One case of a number: where the guard holds, it is `over / under`, and `under` is positive.
#[derive(Debug, Clone)]
struct Case {
    guard: Vec<Atom>,
    over: Linear,
    under: Linear,
}

/// The formula that says that the condition holds (`wanted`) or that it does not.
pub(super) fn formula(space: &mut Space, term: &Term, wanted: bool) -> Formula {
    match term {
        Term::Not(inner) => formula(space, inner, !wanted),
        Term::Binary(operator @ (Operator::And | Operator::Or), left, right) => {
            let parts = vec![formula(space, left, wanted), formula(space, right, wanted)];
            if (*operator == Operator::And) == wanted {
                Formula::All(parts)
            } else {
                Formula::Any(parts)
            }
        }
        Term::Binary(operator, left, right) if operator.compares() => {
            let operator = if wanted {
                *operator
            } else {
                opposite(*operator)
            };
            comparison(space, operator, left, right)
        }
        // Anything else is a condition of which nothing is known: it holds where some number is above zero.
        _ => {
            let form = space.opaque(term, false);
            let (form, relation) = if wanted {
                (form.times(&-Exact::one()), Relation::Less)
            } else {
                (form, Relation::AtMost)
            };
            Formula::Atom(Atom::new(form, relation))
        }
    }
}

fn opposite(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::AtLeast,
        Operator::AtMost => Operator::Greater,
        Operator::Greater => Operator::AtMost,
        Operator::AtLeast => Operator::Less,
        Operator::Equal => Operator::NotEqual,
        Operator::NotEqual => Operator::Equal,
        other => other,
    }
}

fn comparison(space: &mut Space, operator: Operator, left: &Term, right: &Term) -> Formula {
    let (mut of_left, mut of_right) = (cases(space, left), cases(space, right));
    let differences = |of_left: &[Case], of_right: &[Case]| -> Option<Vec<(Vec<Atom>, Linear)>> {
        pairs(of_left, of_right)
            .map(|(guard, l, r)| {
                let across = product(&l.over, &r.under)?;
                Some((guard, across.minus(&product(&r.over, &l.under)?)))
            })
            .collect()
    };
    let found = differences(&of_left, &of_right).unwrap_or_else(|| {
        // Two ratios with unlike denominators: at least the two sides can be told apart.
        of_left = vec![unknown(space, left)];
        of_right = vec![unknown(space, right)];
        differences(&of_left, &of_right).unwrap_or_default()
    });
    Formula::Any(
        found
            .into_iter()
            .map(|(guard, difference)| {
                let mut parts: Vec<Formula> = guard.into_iter().map(Formula::Atom).collect();
                parts.push(against_zero(operator, difference));
                Formula::All(parts)
            })
            .collect(),
    )
}

/// `difference operator 0`.
fn against_zero(operator: Operator, difference: Linear) -> Formula {
    let negative = difference.times(&-Exact::one());
    let atom = |form, relation| Formula::Atom(Atom::new(form, relation));
    match operator {
        Operator::Less => atom(difference, Relation::Less),
        Operator::AtMost => atom(difference, Relation::AtMost),
        Operator::Greater => atom(negative, Relation::Less),
        Operator::AtLeast => atom(negative, Relation::AtMost),
        Operator::Equal => atom(difference, Relation::Equal),
        _ => Formula::Any(vec![
            atom(difference, Relation::Less),
            atom(negative, Relation::Less),
        ]),
    }
}

/// The cases of a number; a part that is not linear is one case of which nothing is known.
fn cases(space: &mut Space, term: &Term) -> Vec<Case> {
    let found = match term {
        Term::Number(value, _) => meant(*value).map(|value| plain(Linear::constant(value))),
        Term::Variable(name) => Some(plain(space.name(name))),
        Term::Negative(inner) => Some(scaled(cases(space, inner), &-Exact::one())),
        Term::Absolute(inner) => absolute(space, inner),
        Term::Binary(operator, left, right) => arithmetic(space, *operator, left, right),
        Term::Call(function, arguments) => call(space, *function, arguments),
        Term::Not(_)
        | Term::Quantified(..)
        | Term::Holds(_)
        | Term::Has(_)
        | Term::Is(..)
        | Term::Lasts(..) => None,
    };
    match found {
        Some(cases) if !cases.is_empty() && cases.len() <= MOST_CASES => cases,
        _ => vec![unknown(space, term)],
    }
}

fn plain(over: Linear) -> Vec<Case> {
    vec![Case {
        guard: Vec::new(),
        over,
        under: Linear::constant(Exact::one()),
    }]
}

/// A number of which at most the sign is known.
fn unknown(space: &mut Space, term: &Term) -> Case {
    let even = |power: &Term| matches!(power, Term::Number(n, _) if n % 2.0 == 0.0);
    let nonnegative = match term {
        Term::Call(Function::SquareRoot, _) | Term::Absolute(_) => true,
        Term::Binary(Operator::Power, _, power) => even(power),
        _ => false,
    };
    Case {
        guard: Vec::new(),
        over: space.opaque(term, nonnegative),
        under: Linear::constant(Exact::one()),
    }
}

fn scaled(cases: Vec<Case>, factor: &Exact) -> Vec<Case> {
    cases
        .into_iter()
        .map(|case| Case {
            over: case.over.times(factor),
            ..case
        })
        .collect()
}

fn absolute(space: &mut Space, inner: &Term) -> Option<Vec<Case>> {
    if let Term::Variable(name) = inner
        && let Some(form) = space.absolute(name)
    {
        return Some(plain(form));
    }
    let minus = -Exact::one();
    let mut found = Vec::new();
    for case in cases(space, inner) {
        let negative = case.over.times(&minus);
        let mut above = case.guard.clone();
        above.push(Atom::new(negative.clone(), Relation::AtMost));
        let mut below = case.guard;
        below.push(Atom::new(case.over.clone(), Relation::Less));
        found.push(Case {
            guard: above,
            over: case.over,
            under: case.under.clone(),
        });
        found.push(Case {
            guard: below,
            over: negative,
            under: case.under,
        });
    }
    Some(found)
}

fn arithmetic(
    space: &mut Space,
    operator: Operator,
    left: &Term,
    right: &Term,
) -> Option<Vec<Case>> {
    let (of_left, of_right) = (cases(space, left), cases(space, right));
    pairs(&of_left, &of_right)
        .map(|(guard, l, r)| {
            let (over, under) = match operator {
                Operator::Plus => sum(l, r)?,
                Operator::Minus => sum(
                    l,
                    &Case {
                        over: r.over.times(&-Exact::one()),
                        ..r.clone()
                    },
                )?,
                Operator::Times => (product(&l.over, &r.over)?, product(&l.under, &r.under)?),
                Operator::Over => quotient(space, l, r)?,
                Operator::Power => power(l, r)?,
                _ => return None,
            };
            Some(Case { guard, over, under })
        })
        .collect()
}

fn sum(left: &Case, right: &Case) -> Option<(Linear, Linear)> {
    if left.under == right.under {
        return Some((left.over.plus(&right.over), left.under.clone()));
    }
    let over = product(&left.over, &right.under)?.plus(&product(&right.over, &left.under)?);
    Some((over, product(&left.under, &right.under)?))
}

fn quotient(space: &Space, left: &Case, right: &Case) -> Option<(Linear, Linear)> {
    let sign = match right.over.number() {
        Some(number) if number.is_zero() => return None,
        Some(number) => number.signum(),
        None if space.is_positive(&right.over) => Exact::one(),
        None => return None,
    };
    let over = product(&left.over, &right.under)?.times(&sign);
    let under = product(&left.under, &right.over.times(&sign))?;
    Some((over, under))
}

fn power(base: &Case, exponent: &Case) -> Option<(Linear, Linear)> {
    const LARGEST: i32 = 12;
    let exponent = exponent.over.number()?;
    let whole = exponent.is_integer() && exponent.abs() <= Exact::from_integer(LARGEST.into());
    if whole && exponent.is_one() {
        return Some((base.over.clone(), base.under.clone()));
    }
    let number = base.over.number()? / base.under.number()?;
    let value = if whole && !number.is_zero() {
        number.pow(nearest(exponent) as i32)
    } else {
        meant(nearest(&number).powf(nearest(exponent)))?
    };
    Some((Linear::constant(value), Linear::constant(Exact::one())))
}

/// The product of two forms of which one is a number.
fn product(left: &Linear, right: &Linear) -> Option<Linear> {
    match (left.number(), right.number()) {
        (Some(number), _) => Some(right.times(number)),
        (_, Some(number)) => Some(left.times(number)),
        _ => None,
    }
}

fn call(space: &mut Space, function: Function, arguments: &[Term]) -> Option<Vec<Case>> {
    let sense = match function {
        Function::SquareRoot => {
            let [argument] = arguments else { return None };
            let of_argument = cases(space, argument);
            let [case] = of_argument.as_slice() else {
                return None;
            };
            let root = nearest(&(case.over.number()? / case.under.number()?)).sqrt();
            return Some(plain(Linear::constant(meant(root)?)));
        }
        Function::Min => Exact::one(),
        Function::Max => -Exact::one(),
    };
    let mut arguments = arguments.iter();
    let mut best = cases(space, arguments.next()?);
    for argument in arguments {
        let other = cases(space, argument);
        let mut found = Vec::new();
        for (guard, l, r) in pairs(&best, &other) {
            let difference = product(&l.over, &r.under)?.minus(&product(&r.over, &l.under)?);
            let first = Atom::new(difference.times(&sense), Relation::AtMost);
            let second = Atom::new(difference.times(&-sense.clone()), Relation::Less);
            for (atom, case) in [(first, l), (second, r)] {
                let mut guard = guard.clone();
                guard.push(atom);
                found.push(Case {
                    guard,
                    ..case.clone()
                });
            }
        }
        if found.len() > MOST_CASES {
            return None;
        }
        best = found;
    }
    Some(best)
}

/// Every case of one number with every case of another, with both guards.
fn pairs<'a>(
    left: &'a [Case],
    right: &'a [Case],
) -> impl Iterator<Item = (Vec<Atom>, &'a Case, &'a Case)> {
    left.iter().flat_map(move |l| {
        right.iter().map(move |r| {
            let guard = l.guard.iter().chain(&r.guard).cloned().collect();
            (guard, l, r)
        })
    })
}
