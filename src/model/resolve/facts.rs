//! Conditions over facts that are no numbers: presences, words, stretches of days, dates.

use super::conditions::Kind;
use super::conditions::{Offer, Offered};
use super::{Resolver, nouns};
use crate::condition::{Operator, Term};
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::expression::{Expression, ExpressionKind};
use crate::schema::table::{BlockRule, table};
use crate::source::Span;
use crate::text::Text;
use crate::values::date::{Duration, PeriodKind};

impl Resolver<'_> {
    /// A name standing alone: a number, a truth or a date.
    pub(super) fn name_in_condition(
        &mut self,
        name: &str,
        at: Span,
        offered: &Offered,
    ) -> Option<(Term, Kind)> {
        let name_of = || name.to_owned();
        match offered.get(name) {
            Some(Offer::Number(dimension)) => {
                Some((Term::Variable(name_of()), Kind::Number(dimension)))
            }
            Some(Offer::Truth) => Some((Term::Holds(name_of()), Kind::Truth)),
            Some(Offer::Day) => Some((Term::Variable(name_of()), Kind::Day)),
            Some(Offer::Word(_) | Offer::Stretch) => {
                self.wanted(
                    at,
                    Text::new(
                        format!("`{name}` 不能单独作条件"),
                        format!("`{name}` is no condition by itself"),
                    ),
                    Text::new(
                        "写成比较，如 `类别 = A`、`circulation.duration <= 18 mo`",
                        "compare it, as in `class = A` or `circulation.duration <= 18 mo`",
                    ),
                );
                None
            }
            None if table().choice("score").iter().any(|score| score.en == name) => {
                self.report(
                    Diagnostic::new(
                        Code::UnknownName,
                        at,
                        Text::new(
                            format!("`数据处理` 中没有安排评分 `{name}`"),
                            format!("the score `{name}` is not ordered in `evaluation`"),
                        ),
                    )
                    .with_help(Text::new(
                        format!("在 `数据处理` 中写 `评分 {name}`，或按已安排的评分判定"),
                        format!("write `score {name}` in `evaluation`, or judge by a score that is ordered"),
                    )),
                );
                None
            }
            None => {
                let known = offered.known();
                self.unknown(&nouns::variable(), name, at, &known);
                None
            }
        }
    }

    /// `has PATH`: the keywords, each of the block that the one before it opens, in English.
    pub(super) fn presence(
        &mut self,
        path: &str,
        at: Span,
        offered: &Offered,
    ) -> Option<(Term, Kind)> {
        if !offered.statements {
            self.wanted(
                at,
                Text::new("此处不能用 `有`", "`has` cannot be used here"),
                Text::new(
                    "`有` 用于制度的要求",
                    "`has` belongs to the requirements of a policy",
                ),
            );
            return None;
        }
        let mut context = Some("protocol");
        let mut words = Vec::new();
        for word in path.split('.') {
            let within: Vec<_> = context
                .into_iter()
                .flat_map(|c| table().within(c))
                .collect();
            let Some(statement) = within
                .iter()
                .find(|s| s.word.en == word || s.word.zh == word)
            else {
                let known: Vec<&str> = within.iter().map(|s| s.word.en.as_str()).collect();
                self.unknown(&Text::new("语句", "statement"), word, at, &known);
                return None;
            };
            words.push(statement.word.en.as_str());
            context = match &statement.block {
                BlockRule::Optional(block) | BlockRule::Required(block) => Some(block),
                BlockRule::None | BlockRule::OfSection(_) => None,
            };
        }
        Some((Term::Has(words.join(".")), Kind::Truth))
    }

    /// `class = A`, `level != national`.
    pub(super) fn word_is(
        &mut self,
        operator: Operator,
        name: &str,
        choice: Option<&str>,
        right: &Expression,
    ) -> Option<(Term, Kind)> {
        let help = || {
            Text::new(
                format!("写成 `{name} = …` 或 `{name} != …`"),
                format!("write `{name} = …` or `{name} != …`"),
            )
        };
        let ExpressionKind::Name(word) = &right.kind else {
            let message = Text::new("此处应为一个词", "a word is wanted here");
            self.wanted(right.span, message, help());
            return None;
        };
        let word = match choice.map(|c| table().choice(c)) {
            Some(terms) => match terms.iter().find(|t| t.en == *word || t.zh == *word) {
                Some(term) => term.en.clone(),
                None => {
                    let known: Vec<&str> = terms.iter().map(|t| t.en.as_str()).collect();
                    self.unknown(&Text::new("选项", "choice"), word, right.span, &known);
                    return None;
                }
            },
            None => word.clone(),
        };
        let is = Term::Is(name.to_owned(), word);
        match operator {
            Operator::Equal => Some((is, Kind::Truth)),
            Operator::NotEqual => Some((Term::Not(Box::new(is)), Kind::Truth)),
            _ => {
                let message = Text::new("词只能相等或不等", "words are equal or not, nothing else");
                self.wanted(right.span, message, help());
                None
            }
        }
    }

    /// `circulation.duration <= 18 mo`
    pub(super) fn lasts(
        &mut self,
        operator: Operator,
        name: &str,
        right: &Expression,
    ) -> Option<(Term, Kind)> {
        let help = Text::new("写成 `18 mo`、`10 d`", "write `18 mo` or `10 d`");
        let ExpressionKind::Amount(amount) = &right.kind else {
            let message = Text::new("此处应为一段时间", "a period is wanted here");
            self.wanted(right.span, message, help);
            return None;
        };
        let quantity = self.quantity(amount, None)?;
        match Duration::from_quantity(&quantity.value) {
            Ok(period) if period.kind != PeriodKind::WorkingDay => {
                Some((Term::Lasts(name.to_owned(), operator, period), Kind::Truth))
            }
            Ok(_) => {
                let message = Text::new(
                    "此处不能以工作日计：没有指定日历",
                    "working days cannot be counted here: no calendar is given",
                );
                self.wanted(right.span, message, help);
                None
            }
            Err(error) => {
                self.wanted(right.span, error.message(), help);
                None
            }
        }
    }

    fn wanted(&mut self, at: Span, message: Text, help: Text) {
        self.report(Diagnostic::new(Code::ExpressionType, at, message).with_help(help));
    }
}
