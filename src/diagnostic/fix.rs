//! Carrying out the fixes that findings propose.

use super::{Applicability, Fix};

/// The text with the fixes carried out in one pass; their spans count in the text as it is.
///
/// Safe fixes go first, then, with `include_unsafe`, the others; a fix that touches the span of one already taken is left out, so that
/// no two change the same place, and shows up again when the result is checked. A fix outside the text is left out as well.
pub fn apply(text: &str, fixes: &[Fix], include_unsafe: bool) -> String {
    let mut order: Vec<&Fix> = fixes
        .iter()
        .filter(|fix| include_unsafe || fix.applicability == Applicability::Safe)
        .filter(|fix| {
            text.get(fix.span.start as usize..fix.span.end as usize)
                .is_some()
        })
        .collect();
    order.sort_by_key(|fix| (fix.applicability, fix.span, fix.replacement.clone()));
    let mut taken: Vec<&Fix> = Vec::new();
    for fix in order {
        let (start, end) = (fix.span.start, fix.span.end);
        let apart = |other: &&Fix| {
            other.span.end <= start && other.span.start < start
                || end <= other.span.start && start < other.span.start
        };
        if taken.iter().all(apart) {
            taken.push(fix);
        }
    }
    taken.sort_by_key(|fix| fix.span);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for fix in taken {
        out.push_str(text.get(done..fix.span.start as usize).unwrap_or_default());
        out.push_str(&fix.replacement);
        done = fix.span.end as usize;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};
    use crate::text::Text;

    fn fix(start: u32, end: u32, replacement: &str, applicability: Applicability) -> Fix {
        Fix {
            title: Text::default(),
            span: Span {
                file: FileId::default(),
                start,
                end,
            },
            replacement: replacement.to_owned(),
            applicability,
        }
    }

    #[test]
    fn fixes_are_carried_out_whatever_their_order() {
        let one = fix(0, 1, "A", Applicability::Safe);
        let two = fix(2, 3, "", Applicability::Safe);
        assert_eq!(apply("abc", &[one.clone(), two.clone()], false), "Ab");
        assert_eq!(apply("abc", &[two, one], false), "Ab");
    }

    #[test]
    fn an_unsafe_fix_waits_to_be_asked_for_and_yields_to_a_safe_one() {
        let safe = fix(1, 3, "X", Applicability::Safe);
        let other = fix(0, 2, "Y", Applicability::Unsafe);
        let apart = fix(3, 4, "Z", Applicability::Unsafe);
        let all = [other, safe, apart];
        assert_eq!(apply("abcd", &all, false), "aXd");
        assert_eq!(apply("abcd", &all, true), "aXZ");
    }

    #[test]
    fn the_same_fix_twice_is_carried_out_once() {
        let insert = fix(1, 1, "-", Applicability::Safe);
        assert_eq!(apply("ab", &[insert.clone(), insert], false), "a-b");
    }

    #[test]
    fn a_fix_outside_the_text_or_inside_a_character_is_left_out() {
        let outside = fix(5, 9, "x", Applicability::Safe);
        let inside = fix(1, 2, "x", Applicability::Safe);
        assert_eq!(apply("质", &[outside, inside], false), "质");
    }
}
