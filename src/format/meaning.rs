//! Whether two files say the same, wherever their statements stand.

use crate::schema::expression::{Expression, ExpressionKind};
use crate::schema::{Amount, Document, Entry, MethodCall, Value};

/// Whether two files have the same statements with the same arguments in the same order; places and keyword languages do not count.
pub fn same_meaning(a: &Document, b: &Document) -> bool {
    all(&a.entries, &b.entries, entries)
}

fn all<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y))
}

fn entries(a: &Entry, b: &Entry) -> bool {
    a.word() == b.word()
        && a.statement.headless == b.statement.headless
        && a.doc == b.doc
        && a.poisoned == b.poisoned
        && a.block.is_some() == b.block.is_some()
        && all(&a.arguments, &b.arguments, |x, y| {
            x.slot == y.slot && values(&x.value, &y.value)
        })
        && all(&a.phrases, &b.phrases, |x, y| x.0 == y.0)
        && all(&a.body, &b.body, entries)
}

fn values(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Name(a), Value::Name(b))
        | (Value::Choice(a), Value::Choice(b))
        | (Value::Version(a), Value::Version(b))
        | (Value::Unit(a), Value::Unit(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Count(a), Value::Count(b)) => a == b,
        (Value::Flag(a), Value::Flag(b)) => a == b,
        (Value::Amount(a), Value::Amount(b)) => amounts(a, b),
        (Value::Range(a, c), Value::Range(b, d))
        | (Value::Tolerance(a, c), Value::Tolerance(b, d))
        | (Value::Expanded(a, c), Value::Expanded(b, d)) => amounts(a, b) && amounts(c, d),
        (Value::Date(a), Value::Date(b)) => a == b,
        (Value::DateRange(a, c), Value::DateRange(b, d)) => a == b && c == d,
        (Value::Condition(a), Value::Condition(b)) => expressions(a, b),
        (Value::Method(a), Value::Method(b)) => methods(a, b),
        (Value::Route(a), Value::Route(b)) => all(a, b, |x, y| x.0 == y.0),
        (Value::Labelled(a, c), Value::Labelled(b, d)) => a == b && values(c, d),
        (Value::Bound(a, c), Value::Bound(b, d)) => amounts(a, b) && all(c, d, |x, y| x.0 == y.0),
        (Value::Step(a), Value::Step(b)) => entries(&a.0, &b.0),
        _ => false,
    }
}

fn amounts(a: &Amount, b: &Amount) -> bool {
    a.number == b.number && a.unit == b.unit
}

fn methods(a: &MethodCall, b: &MethodCall) -> bool {
    a.path == b.path
        && all(&a.parameters, &b.parameters, |x, y| {
            x.0 == y.0 && x.1 == y.1
        })
        && all(&a.flags, &b.flags, |x, y| x.0 == y.0)
}

fn expressions(a: &Expression, b: &Expression) -> bool {
    use ExpressionKind::{Absolute, Binary, Call, Name, Negative, Not, Quantified};
    match (&a.kind, &b.kind) {
        (ExpressionKind::Amount(a), ExpressionKind::Amount(b)) => amounts(a, b),
        (ExpressionKind::Has(a), ExpressionKind::Has(b)) => a == b,
        (ExpressionKind::Date(a), ExpressionKind::Date(b)) => a == b,
        (Name(a), Name(b)) => a == b,
        (Absolute(a), Absolute(b)) | (Negative(a), Negative(b)) | (Not(a), Not(b)) => {
            expressions(a, b)
        }
        (Binary(o, a, c), Binary(p, b, d)) => o == p && expressions(a, b) && expressions(c, d),
        (Call(f, a), Call(g, b)) => f == g && all(a, b, expressions),
        (Quantified(q, d, v), Quantified(r, e, w)) => q == r && d == e && v == w,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::same_meaning;

    fn same(a: &str, b: &str) -> bool {
        same_meaning(&read(a).document, &read(b).document)
    }

    #[test]
    fn layout_comments_and_keyword_language_do_not_change_the_meaning() {
        assert!(same(
            "test \"x\" { given SIMT 0.1 mg U 0.2 mg }",
            "// why\n用例 “x” {\n  给定 SIMT 0.1 mg U 0.2 mg\n}\n"
        ));
    }

    #[test]
    fn another_number_name_or_order_is_another_meaning() {
        let text = "test \"x\" { given SIMT 0.1 mg; given GDIM 0.2 mg }";
        assert!(!same(
            text,
            "test \"x\" { given SIMT 0.10 mg; given GDIM 0.2 mg }"
        ));
        assert!(!same(
            text,
            "test \"x\" { given NIM 0.1 mg; given GDIM 0.2 mg }"
        ));
        assert!(!same(
            text,
            "test \"x\" { given GDIM 0.2 mg; given SIMT 0.1 mg }"
        ));
    }

    #[test]
    fn a_condition_with_other_operators_is_another_meaning() {
        let rule = |condition: &str| {
            format!(
                "protocol a 1.0.0 {{ acceptance {{ each point {{ satisfactory when {condition} }} }} }}"
            )
        };
        assert!(same(&rule("|En|<=1"), &rule("|En| ≤ 1")));
        assert!(!same(&rule("|En| < 1"), &rule("|En| <= 1")));
        assert!(!same(&rule("En <= -1"), &rule("En <= 1")));
    }
}
