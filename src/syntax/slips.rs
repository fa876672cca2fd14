//! Slips of the pen that the grammar knows by name: each gets a message that says what was meant and a fix.

use super::meant::{iso_date, plain_number, quoted};
use super::token::{Kind, Slip, Symbol};
use super::tree::Tree;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Span;
use crate::text::Text;

/// Reports every slip among the tokens of `tree`.
pub(super) fn report(tree: &Tree, diagnostics: &mut Vec<Diagnostic>) {
    for index in 0..tree.tokens.len() as u32 {
        let (span, written) = (tree.span(index), tree.slice(index));
        match tree.token(index).kind {
            Kind::Slip(slip) => diagnostics.extend(explain(slip, span, written)),
            Kind::Junk => diagnostics.push(junk(span, written)),
            Kind::Symbol(Symbol::Minus) if written == "\u{2212}" => {
                diagnostics.push(sign(span, written, "-"))
            }
            Kind::Symbol(Symbol::AtMost) if written == "=<" => {
                diagnostics.push(sign(span, written, "<="))
            }
            Kind::Symbol(Symbol::NotEqual) if written == "<>" => {
                diagnostics.push(sign(span, written, "!="))
            }
            Kind::Symbol(Symbol::FullStop) => diagnostics.push(full_stop(span)),
            Kind::Word => diagnostics.extend(look_alike(span, written)),
            _ => {}
        }
    }
}

fn explain(slip: Slip, span: Span, written: &str) -> Option<Diagnostic> {
    Some(match slip {
        Slip::OpenText => Diagnostic::new(
            Code::OpenText,
            span,
            Text::new("文本缺少右引号", "the text has no closing quotation mark"),
        )
        .with_help(Text::new(
            "在本行末尾补上 `\"`；多行文本用 `\"\"\"…\"\"\"`",
            "close it with `\"` on this line; for several lines write `\"\"\"…\"\"\"`",
        )),
        Slip::OpenLongText => Diagnostic::new(
            Code::OpenText,
            Span {
                end: span.start + 3,
                ..span
            },
            Text::new(
                "多行文本缺少结尾的 `\"\"\"`",
                "the long text has no closing `\"\"\"`",
            ),
        )
        .with_help(Text::new(
            "在文本末尾补上 `\"\"\"`",
            "add `\"\"\"` where the text ends",
        )),
        Slip::LooseDate => {
            let fixed = iso_date(written);
            // That there is no such day is said where the date is used.
            fixed.parse::<jiff::civil::Date>().ok()?;
            Diagnostic::new(
                Code::DateForm,
                span,
                Text::new(
                    format!("日期 `{written}` 的写法不规范"),
                    format!("date `{written}` is not written as YYYY-MM-DD"),
                ),
            )
            .with_help(Text::new(
                format!("写成 `{fixed}`"),
                format!("write `{fixed}`"),
            ))
            .with_fix(
                Text::new(format!("`{fixed}`"), format!("`{fixed}`")),
                span,
                fixed,
                Applicability::Safe,
            )
        }
        Slip::ForeignDate => Diagnostic::new(
            Code::DateForm,
            span,
            Text::new(
                format!("日期 `{written}` 的月、日次序不明"),
                format!("in date `{written}` month and day cannot be told apart"),
            ),
        )
        .with_help(Text::new(
            "按 年-月-日 书写，如 `2026-12-31`",
            "write year, month, day, as in `2026-12-31`",
        )),
        Slip::CommaNumber => {
            let point = plain_number(written);
            let list = written.replace(',', ", ");
            let thousands = (written.split_once(',')).is_some_and(|(_, rest)| rest.len() == 3);
            Diagnostic::new(
                Code::DecimalComma,
                span,
                Text::new(
                    format!("`{written}` 中的逗号不是小数点"),
                    format!("the comma in `{written}` is not a decimal point"),
                ),
            )
            .with_help(if thousands {
                let whole = written.replace(',', "");
                Text::new(
                    format!("千位分隔不写逗号：`{whole}`；小数写成 `{point}`"),
                    format!("write `{whole}` if the comma separates thousands, `{point}` for a decimal number"),
                )
            } else {
                Text::new(
                    format!("小数写成 `{point}`；若是两个数，逗号后留空格：`{list}`"),
                    format!("write `{point}` for a decimal number, or `{list}` for two numbers"),
                )
            })
            .with_fix(
                Text::same(format!("`{point}`")),
                span,
                point,
                Applicability::Unsafe,
            )
        }
        Slip::FullWidthNumber => {
            let fixed = plain_number(written);
            Diagnostic::new(
                Code::FullWidthDigits,
                span,
                Text::new(
                    format!("`{written}` 使用了全角数字"),
                    format!("`{written}` is written in full-width digits"),
                ),
            )
            .with_help(Text::new(
                format!("改用半角 `{fixed}`"),
                format!("write `{fixed}`"),
            ))
            .with_fix(
                Text::same(format!("`{fixed}`")),
                span,
                fixed,
                Applicability::Safe,
            )
        }
        Slip::PowerNumber => sign(span, written, &plain_number(written)),
        Slip::StrangeText => sign(span, written, &quoted(written)),
    })
}

fn junk(span: Span, written: &str) -> Diagnostic {
    let shown: String = written
        .chars()
        .take(12)
        .flat_map(char::escape_debug)
        .collect();
    Diagnostic::new(
        Code::UnknownCharacter,
        span,
        Text::new(
            format!("这里不能出现字符 `{shown}`"),
            format!("the characters `{shown}` have no meaning here"),
        ),
    )
    .with_help(instead(written))
}

/// What to write for characters that have no meaning, by what people mean with them.
fn instead(written: &str) -> Text {
    let first = written.chars().next().unwrap_or_default();
    match first {
        '#' => Text::new("注释以 `//` 开头", "a comment begins with `//`"),
        '.' | '\u{FF0E}' => Text::new(
            "行首不加序号；小数点前后都写数字",
            "lines are not numbered, and a decimal point has digits on both sides",
        ),
        '&' => Text::new("“并且”写 `且`", "write `and` for “and”"),
        '\u{2190}'..='\u{21FF}' | '\u{2794}'..='\u{27BF}' | '\u{27F0}'..='\u{27FF}' => {
            Text::new("箭头写 `->`", "write an arrow as `->`")
        }
        '\u{2010}'..='\u{2015}' => Text::new(
            "范围写 `30 % .. 60 %`，负号写 `-`，箭头写 `->`",
            "write a range as `30 % .. 60 %`, a minus sign as `-`, an arrow as `->`",
        ),
        '\u{2022}' | '\u{25A0}'..='\u{25FF}' | '\u{2460}'..='\u{24FF}' => Text::new(
            "每行一条语句，行首不加项目符号",
            "one statement a line, without a bullet before it",
        ),
        _ => Text::new(
            "删除它，或放进引号内的文本里",
            "remove them, or put them into a text in quotation marks",
        ),
    }
}

fn sign(span: Span, written: &str, fixed: &str) -> Diagnostic {
    Diagnostic::new(
        Code::LookAlikeSign,
        span,
        Text::new(
            format!("`{written}` 应写成 `{fixed}`"),
            format!("`{written}` should be written `{fixed}`"),
        ),
    )
    .with_help(Text::new(
        "含义不变，已按此理解",
        "it was understood as such",
    ))
    .with_fix(
        Text::same(format!("`{fixed}`")),
        span,
        fixed,
        Applicability::Safe,
    )
}

fn full_stop(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::SentenceEnd,
        span,
        Text::new(
            "语句末尾不写句号",
            "a statement does not end in a full stop",
        ),
    )
    .with_help(Text::new("删除 `。`", "remove `。`"))
    .with_fix(
        Text::new("删除 `。`", "remove `。`"),
        span,
        "",
        Applicability::Safe,
    )
}

/// A word that mixes Latin letters with Cyrillic ones that look the same.
fn look_alike(span: Span, written: &str) -> Option<Diagnostic> {
    const TWINS: [(char, char); 23] = [
        ('а', 'a'),
        ('е', 'e'),
        ('о', 'o'),
        ('р', 'p'),
        ('с', 'c'),
        ('х', 'x'),
        ('у', 'y'),
        ('і', 'i'),
        ('І', 'I'),
        ('ѕ', 's'),
        ('А', 'A'),
        ('В', 'B'),
        ('Е', 'E'),
        ('К', 'K'),
        ('М', 'M'),
        ('Н', 'H'),
        ('О', 'O'),
        ('Р', 'P'),
        ('С', 'C'),
        ('Т', 'T'),
        ('Х', 'X'),
        ('Α', 'A'),
        ('Ν', 'N'),
    ];
    let latin = written.chars().any(|c| c.is_ascii_alphabetic());
    let twin = |c: char| {
        TWINS
            .iter()
            .find(|(foreign, _)| *foreign == c)
            .map(|(_, latin)| *latin)
    };
    if !latin || !written.chars().any(|c| twin(c).is_some()) {
        return None;
    }
    let fixed: String = written.chars().map(|c| twin(c).unwrap_or(c)).collect();
    Some(
        Diagnostic::new(
            Code::LookAlikeLetters,
            span,
            Text::new(
                format!("`{written}` 中混有形似拉丁字母的其他字母"),
                format!("`{written}` mixes Latin letters with look-alikes of another alphabet"),
            ),
        )
        .with_help(Text::new(
            format!("改写为 `{fixed}`"),
            format!("write `{fixed}`"),
        ))
        .with_fix(
            Text::same(format!("`{fixed}`")),
            span,
            fixed,
            Applicability::Safe,
        ),
    )
}
