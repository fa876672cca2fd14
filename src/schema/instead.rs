//! What people write instead of what the language wants: words of everyday speech, marks of lists, signs behind keywords, dates in
//! disguise. Each is reported once, and reading goes on as if the right thing stood there.

use super::cursor::Cursor;
use super::entry::Entry;
use super::read::Reader;
use super::table::{Statement, Term, table};
use super::usage::Element;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Span;
use crate::syntax::{Bracket, Kind, Symbol, iso_date};
use crate::text::Text;

/// Words that are no keywords but leave no doubt which keyword is meant (its English spelling stands beside them).
const EVERYDAY: [(&str, &str); 43] = [
    ("if", "when"),
    ("如果", "when"),
    ("若", "when"),
    ("else", "otherwise"),
    ("否则", "otherwise"),
    ("其他", "otherwise"),
    ("其它", "otherwise"),
    ("其余情况", "otherwise"),
    ("coordinator", "pilot"),
    ("牵头实验室", "pilot"),
    ("牵头单位", "pilot"),
    ("主导单位", "pilot"),
    ("主持实验室", "pilot"),
    ("labs", "participants"),
    ("laboratories", "participants"),
    ("参加实验室", "participants"),
    ("参与实验室", "participants"),
    ("参加单位", "participants"),
    ("参比单位", "participants"),
    ("organiser", "organizer"),
    ("组织单位", "organizer"),
    ("組織者", "organizer"),
    ("artifact", "artefact"),
    ("transfer-standard", "artefact"),
    ("sample", "artefact"),
    ("传递样品", "artefact"),
    ("比对样品", "artefact"),
    ("样品", "artefact"),
    ("被测参数", "measurand"),
    ("被测對象", "measurand"),
    ("測量點", "point"),
    ("比对点", "point"),
    ("传递方式", "circulation"),
    ("比对路线", "circulation"),
    ("传递路径", "circulation"),
    ("圆环", "ring"),
    ("环式", "ring"),
    ("星形", "star"),
    ("花瓣", "petal"),
    ("开始", "start"),
    ("起始日期", "start"),
    ("结果判定", "acceptance"),
    ("判定", "acceptance"),
];

/// The keyword that an everyday word means.
fn meant(word: &str) -> Option<&'static str> {
    let plain = word.to_lowercase();
    (EVERYDAY.iter())
        .find(|(written, _)| *written == plain)
        .map(|(_, keyword)| *keyword)
}

/// The statement of a block that an everyday word means.
pub(super) fn statement_meant(context: &str, word: &str) -> Option<&'static Statement> {
    table().keyword(context, meant(word)?)
}

impl<'t> Reader<'t> {
    /// Says which keyword to write for an everyday word.
    pub(super) fn report_everyday_word(&mut self, span: Span, written: &str, term: &Term) {
        let fixed = if super::messages::is_chinese(written) {
            &term.zh
        } else {
            &term.en
        };
        self.diagnostics.push(
            Diagnostic::new(
                Code::UnknownStatement,
                span,
                Text::new(
                    format!("`{written}` 不是关键词，应写 `{}`", term.zh),
                    format!("`{written}` is no keyword; it is called `{}`", term.en),
                ),
            )
            .with_help(Text::new("已按此理解", "it was understood as such"))
            .with_fix(
                Text::same(format!("`{fixed}`")),
                span,
                fixed.clone(),
                Applicability::Unsafe,
            ),
        );
    }

    /// The phrase of the statement that an everyday word means here, by its place among `missing`.
    pub(super) fn everyday_phrase(cursor: &Cursor<'t>, missing: &[&Element]) -> Option<usize> {
        let keyword = meant(cursor.word()?)?;
        missing.iter().position(
            |element| matches!(element, Element::Phrase { word, .. } if word.en == keyword),
        )
    }

    /// Passes over what marks an item of a list before a statement: a bullet, a dash, a number.
    pub(super) fn pass_list_mark(&mut self, cursor: &mut Cursor<'t>) {
        let kinds = [cursor.kind(), cursor.kind_at(1), cursor.kind_at(2)];
        let length = match kinds {
            // Characters without meaning have been reported as such.
            [Some(Kind::Junk), Some(Kind::Word), _] if is_bullet(cursor.slice_at(0)) => {
                return cursor.advance(1);
            }
            [Some(Kind::Number), Some(Kind::Junk), Some(Kind::Word)]
                if matches!(cursor.slice_at(1), "." | "\u{FF0E}") =>
            {
                return cursor.advance(2);
            }
            [
                Some(Kind::Number),
                Some(Kind::Symbol(Symbol::Comma)),
                Some(Kind::Word),
            ] => 2,
            [
                Some(Kind::Open(Bracket::Round)),
                Some(Kind::Number),
                Some(Kind::Close(Bracket::Round)),
            ] => 3,
            [Some(Kind::Number), Some(Kind::Word), _] if cursor.slice_at(0).len() <= 2 => 1,
            [
                Some(Kind::Symbol(Symbol::Minus | Symbol::Dot | Symbol::Times)),
                Some(Kind::Word),
                _,
            ] => 1,
            _ => return,
        };
        let first = cursor.span();
        cursor.advance(length);
        let span = first.to(cursor.last_span());
        self.diagnostics.push(
            Diagnostic::new(
                Code::UnknownStatement,
                span,
                Text::new(
                    "行首不加序号或项目符号",
                    "lines are neither numbered nor marked as items of a list",
                ),
            )
            .with_help(Text::new("删除它", "remove the mark"))
            .with_fix(
                Text::new("删除它", "remove it"),
                span,
                "",
                Applicability::Safe,
            ),
        );
    }

    /// Reports a second name behind a bare one in the list of laboratories: it begins another laboratory, and may have been meant to
    /// belong to the first. Says whether it did.
    pub(super) fn report_name_in_two_words(&mut self, entry: &Entry, cursor: &Cursor<'t>) -> bool {
        let bare = entry.arguments.len() == 1 && entry.phrases.is_empty();
        if !bare || entry.statement.word.en != "laboratory" {
            return false;
        }
        let (start, end) = (entry.head.start as usize, entry.head.end as usize);
        let first = self.tree.text.get(start..end).unwrap_or_default();
        let second = cursor.slice_at(0);
        self.diagnostics.push(
            Diagnostic::new(
                Code::UnexpectedArgument,
                cursor.span(),
                Text::new(
                    format!("`{first}` 与 `{second}` 是一个实验室还是两个？"),
                    format!("are `{first}` and `{second}` one laboratory or two?"),
                ),
            )
            .with_help(Text::new(
                format!("简称中不能有空格：`{first}-{second}`；另一个实验室另起一行"),
                format!("a short name has no blank: `{first}-{second}`; another laboratory begins on a line of its own"),
            )),
        );
        true
    }

    /// Reads laboratories that are listed with commas, in their block or right behind its keyword, and says once how they are written.
    /// `before` stands at the statement, `told` when it has been said of this line.
    pub(super) fn names_in_a_row(
        &mut self,
        entry: &mut Entry,
        before: Cursor<'t>,
        cursor: &mut Cursor<'t>,
        told: bool,
    ) -> bool {
        if !cursor.is_symbol(Symbol::Comma) || entry.poisoned {
            return false;
        }
        let comma = cursor.span();
        match entry.word() {
            "laboratory" => cursor.advance(1),
            "participants" => {
                *cursor = before;
                cursor.advance(1);
                entry.arguments.clear();
                // What stands there is what the block would hold.
                entry.block = Some(comma);
                while let Some(laboratory) = self.statement(cursor, "participants") {
                    entry.body.push(laboratory);
                    if !cursor.take_symbol(Symbol::Comma) {
                        break;
                    }
                }
            }
            _ => return false,
        }
        if !told {
            self.report_names_in_a_row(comma);
        }
        true
    }

    fn report_names_in_a_row(&mut self, comma: Span) {
        self.diagnostics.push(
            Diagnostic::new(
                Code::UnexpectedArgument,
                comma,
                Text::new(
                    "参比实验室之间不用逗号",
                    "laboratories are not listed with commas",
                ),
            )
            .with_help(Text::new(
                "写在块中，每行一个（或用 `;` 隔开）：`参比实验室 { 甲院; 乙院 }`",
                "write them in the block, one a line or with `;` between them: `participants { SIMT; GDIM }`",
            )),
        );
    }

    /// Passes over `:` or `=` behind a keyword that takes neither.
    pub(super) fn pass_sign(&mut self, cursor: &mut Cursor<'t>, statement: &Statement) {
        let Some(Kind::Symbol(symbol @ (Symbol::Colon | Symbol::Equal))) = cursor.kind() else {
            return;
        };
        let own = statement.usage.iter().any(
            |element| matches!(element, Element::Phrase { word, .. } if word.en == symbol.canonical()),
        );
        if own {
            return;
        }
        let span = cursor.span();
        let written = cursor.slice_at(0).to_owned();
        cursor.advance(1);
        self.diagnostics.push(
            Diagnostic::new(
                Code::UnexpectedArgument,
                span,
                Text::new(
                    format!("关键词之后不写 `{written}`"),
                    format!("no `{written}` is written behind a keyword"),
                ),
            )
            .with_help(Text::new("改为空格", "leave a blank instead"))
            .with_fix(
                Text::new("改为空格", "a blank instead"),
                span,
                " ",
                Applicability::Safe,
            ),
        );
    }
}

fn is_bullet(mark: &str) -> bool {
    mark.chars().all(
        |c| matches!(c, '\u{2022}' | '\u{2023}' | '\u{25A0}'..='\u{25FF}' | '\u{2460}'..='\u{24FF}'),
    )
}

/// How a date is written, and the date itself where what stands there is one in disguise: `20260501`, `"2026-05-01"`.
pub(super) fn date_help(cursor: &Cursor<'_>) -> (Text, Option<String>) {
    let written = cursor.slice_at(0);
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let meant = match (cursor.kind(), digits.len()) {
        (Some(Kind::Number), 8) => {
            let (year, rest) = digits.split_at_checked(4).unwrap_or_default();
            let (month, day) = rest.split_at_checked(2).unwrap_or_default();
            Some(format!("{year}-{month}-{day}"))
        }
        (Some(Kind::Text), 5..=8) => Some(iso_date(written)),
        _ => None,
    };
    match meant.filter(|date| date.parse::<jiff::civil::Date>().is_ok()) {
        Some(date) => (
            Text::new(format!("写成 `{date}`"), format!("write `{date}`")),
            Some(date),
        ),
        None => (
            Text::new(
                "日期写成 `2026-09-01`，年、月、日俱全",
                "write a date as `2026-09-01`: year, month and day",
            ),
            None,
        ),
    }
}
