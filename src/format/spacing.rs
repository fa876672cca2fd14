//! How one token is written and whether a blank stands before it.
//!
//! A minus is a sign or an operator, a bar opens or closes, a slash divides quantities or belongs to a unit: the statements as read say
//! which, so the decision is never guessed from the characters around.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::schema::expression::{Expression, ExpressionKind};
use crate::schema::{Amount, Document, Entry, Value};
use crate::source::Span;
use crate::syntax::{Bracket, Kind, Symbol, Tree};
use crate::text::Lang;

/// What the statements know about a token beyond its kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Role {
    #[default]
    Plain,
    /// Part of the unit that begins at this token.
    Unit(u32),
    /// Stands directly before what it applies to: a sign, an opening bar.
    Prefix,
    /// A bar that closes.
    ClosingBar,
    /// The bracket of a function's arguments.
    CallBracket,
}

/// The spelling and the blanks of every token of a file.
pub(super) struct Spacing<'t> {
    tree: &'t Tree,
    roles: Vec<Role>,
    /// Keywords by token, in English and in Chinese; one without spelling is written with the keyword before it.
    keywords: BTreeMap<u32, (String, String)>,
}

impl<'t> Spacing<'t> {
    pub(super) fn new(tree: &'t Tree, document: &Document) -> Spacing<'t> {
        let mut spacing = Spacing {
            tree,
            roles: vec![Role::Plain; tree.tokens.len()],
            keywords: BTreeMap::new(),
        };
        for keyword in &document.keywords {
            let spellings = (keyword.en.clone(), keyword.zh.clone());
            spacing.keywords.insert(keyword.token, spellings);
        }
        document.entries.iter().for_each(|e| spacing.entry(e));
        spacing
    }

    /// The text of a token in canonical spelling, keywords in `language` if one is given; none when that language writes the keyword
    /// in fewer words. With `verbatim` only keywords change.
    pub(super) fn written(
        &self,
        index: u32,
        verbatim: bool,
        language: Option<Lang>,
    ) -> Option<Cow<'_, str>> {
        if let Some(language) = language
            && let Some((en, zh)) = self.keywords.get(&index)
        {
            let spelling = if language == Lang::Zh { zh } else { en };
            return (!spelling.is_empty()).then_some(Cow::Borrowed(spelling));
        }
        let source = self.tree.slice(index);
        if verbatim || matches!(self.role(index), Role::Unit(_)) {
            return Some(Cow::Borrowed(source));
        }
        Some(match self.tree.token(index).kind {
            Kind::Symbol(symbol) => Cow::Borrowed(symbol.canonical()),
            Kind::Open(Bracket::Round) => Cow::Borrowed("("),
            Kind::Close(Bracket::Round) => Cow::Borrowed(")"),
            Kind::Open(Bracket::Square) => Cow::Borrowed("["),
            Kind::Close(Bracket::Square) => Cow::Borrowed("]"),
            Kind::Text => quoted(source),
            _ => Cow::Borrowed(source),
        })
    }

    /// Whether a blank stands between two neighbours of one statement.
    pub(super) fn blank(&self, before: u32, after: u32, verbatim: bool) -> bool {
        let (left, right) = (self.tree.token(before), self.tree.token(after));
        if verbatim {
            return left.end != right.start;
        }
        let glued = match (self.role(before), self.role(after)) {
            (Role::Unit(one), Role::Unit(other)) if one == other => true,
            (Role::Prefix, _) | (_, Role::ClosingBar | Role::CallBracket) => true,
            (before_role, _) => match (left.kind, right.kind) {
                (Kind::Open(_), _) | (_, Kind::Close(_) | Kind::Symbol(Symbol::Comma)) => true,
                // Behind a unit `^` would become part of it.
                (_, Kind::Symbol(Symbol::Power)) => !matches!(before_role, Role::Unit(_)),
                (Kind::Symbol(Symbol::Power), _) => !self.unit_before(before),
                (Kind::Number, Kind::Symbol(Symbol::Over)) => self.is_fraction(after),
                (Kind::Symbol(Symbol::Over), Kind::Number) => self.is_fraction(before),
                _ => false,
            },
        };
        !glued
    }

    /// Whether `/` stands between two numbers and no further `/` follows or precedes (`1/2/2026` is taken for a date).
    fn is_fraction(&self, slash: u32) -> bool {
        let kind = |index: Option<u32>| index.map(|i| self.tree.token(i).kind);
        let over = Some(Kind::Symbol(Symbol::Over));
        let (left, right) = (self.neighbour(slash, -1), self.neighbour(slash, 1));
        kind(left) == Some(Kind::Number)
            && kind(right) == Some(Kind::Number)
            && kind(left.and_then(|i| self.neighbour(i, -1))) != over
            && kind(right.and_then(|i| self.neighbour(i, 1))) != over
    }

    fn unit_before(&self, index: u32) -> bool {
        self.neighbour(index, -1)
            .is_some_and(|i| matches!(self.role(i), Role::Unit(_)))
    }

    /// The next token in a direction that is not a blank, a line's end or a comment.
    fn neighbour(&self, index: u32, step: i64) -> Option<u32> {
        let mut at = i64::from(index) + step;
        loop {
            let here = u32::try_from(at).ok()?;
            let token = self.tree.tokens.get(here as usize)?;
            if !token.kind.is_trivia() {
                return Some(here);
            }
            at += step;
        }
    }

    fn role(&self, index: u32) -> Role {
        self.roles.get(index as usize).copied().unwrap_or_default()
    }

    fn mark(&mut self, index: u32, role: Role) {
        if let Some(place) = self.roles.get_mut(index as usize) {
            *place = role;
        }
    }

    /// Index of the token that begins at or behind an offset.
    fn at(&self, offset: u32) -> u32 {
        self.tree.tokens.partition_point(|t| t.start < offset) as u32
    }

    fn entry(&mut self, entry: &Entry) {
        for argument in &entry.arguments {
            self.value(&argument.value, argument.span);
        }
        entry.body.iter().for_each(|e| self.entry(e));
    }

    fn value(&mut self, value: &Value, span: Span) {
        match value {
            Value::Amount(amount) | Value::Bound(amount, _) => self.amount(amount),
            Value::Range(a, b) | Value::Tolerance(a, b) | Value::Expanded(a, b) => {
                self.amount(a);
                self.amount(b);
            }
            Value::Unit(_) => self.unit(span),
            Value::Condition(expression) => self.expression(expression),
            Value::Labelled(_, inner) => self.value(inner, span),
            Value::Step(step) => self.entry(&step.0),
            Value::Name(_)
            | Value::Choice(_)
            | Value::Text(_)
            | Value::Count(_)
            | Value::Date(_)
            | Value::DateRange(..)
            | Value::Version(_)
            | Value::Flag(_)
            | Value::Method(_)
            | Value::Route(_) => {}
        }
    }

    fn amount(&mut self, amount: &Amount) {
        self.prefix(amount.span);
        if amount.unit.is_some() {
            self.unit(amount.unit_span);
        }
    }

    /// The first token of a signed amount is its sign.
    fn prefix(&mut self, span: Span) {
        let first = self.at(span.start);
        if matches!(
            self.tree.token(first).kind,
            Kind::Symbol(Symbol::Minus | Symbol::Plus)
        ) {
            self.mark(first, Role::Prefix);
        }
    }

    fn unit(&mut self, span: Span) {
        let first = self.at(span.start);
        for index in first..self.at(span.end) {
            self.mark(index, Role::Unit(first));
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Amount(amount) => self.amount(amount),
            ExpressionKind::Absolute(inner) => {
                self.bars(inner);
                self.expression(inner);
            }
            ExpressionKind::Negative(inner) => {
                self.prefix(expression.span);
                self.expression(inner);
            }
            ExpressionKind::Not(inner) => self.expression(inner),
            ExpressionKind::Binary(_, left, right) => {
                self.expression(left);
                self.expression(right);
            }
            ExpressionKind::Call(_, arguments) => {
                self.call(arguments);
                arguments.iter().for_each(|a| self.expression(a));
            }
            ExpressionKind::Name(_) | ExpressionKind::Quantified(..) => {}
        }
    }

    /// The bars of an absolute value are the nearest ones around what stands in it.
    fn bars(&mut self, inner: &Expression) {
        let opening = self.neighbour(self.at(inner.span.start), -1);
        let closing = self.at(inner.span.end).checked_sub(1);
        let closing = closing.and_then(|last| self.neighbour(last, 1));
        for (index, role) in [(opening, Role::Prefix), (closing, Role::ClosingBar)] {
            if let Some(index) =
                index.filter(|i| self.tree.token(*i).kind == Kind::Symbol(Symbol::Bar))
            {
                self.mark(index, role);
            }
        }
    }

    fn call(&mut self, arguments: &[Expression]) {
        let Some(first) = arguments.first() else {
            return;
        };
        let opening = self.neighbour(self.at(first.span.start), -1);
        if let Some(index) =
            opening.filter(|i| self.tree.token(*i).kind == Kind::Open(Bracket::Round))
        {
            self.mark(index, Role::CallBracket);
        }
    }
}

/// A text in ASCII quotation marks, if it needs no escape to stay what it is.
fn quoted(source: &str) -> Cow<'_, str> {
    let inside = source
        .strip_prefix('\u{201C}')
        .and_then(|s| s.strip_suffix('\u{201D}'));
    match inside {
        Some(inside) if !inside.contains(['"', '\\', '\u{201C}', '\u{201D}']) => {
            Cow::Owned(format!("\"{inside}\""))
        }
        _ => Cow::Borrowed(source),
    }
}

/// A comment as it is written out: ASCII slashes, no blanks at its end.
pub(super) fn comment(source: &str) -> String {
    match source.strip_prefix("\u{FF0F}\u{FF0F}") {
        // `///` would be documentation.
        Some(rest) if !rest.starts_with('/') => format!("//{}", rest.trim_end()),
        _ => source.trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{comment, quoted};

    #[test]
    fn quotation_marks_change_only_where_the_text_stays_the_same() {
        assert_eq!(quoted("“整改报告”"), "\"整改报告\"");
        assert_eq!(quoted("“5\" 管”"), "“5\" 管”");
        assert_eq!(quoted("“a\\”"), "“a\\”");
        assert_eq!(quoted("\"“x”\""), "\"“x”\"");
    }

    #[test]
    fn full_width_slashes_of_a_comment_become_ascii() {
        assert_eq!(comment("／／ 说明 \u{3000}"), "// 说明");
        assert_eq!(comment("// ／／ b"), "// ／／ b");
    }
}
