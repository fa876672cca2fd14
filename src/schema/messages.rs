//! What the reader of statements says when something does not fit.

use super::arguments::Misfit;
use super::cursor::Cursor;
use super::entry::{Entry, Keyword};
use super::read::Reader;
use super::table::{BlockRule, Statement, Term, table};
use super::usage::{Element, Slot};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Span;
use crate::syntax::{Block, Kind};
use crate::text::{Lang, Text, listed};

impl<'t> Reader<'t> {
    /// How a keyword is shown in a message: in the language of the message.
    pub(super) fn shown(term: &Term) -> (String, String) {
        (format!("`{}`", term.zh), format!("`{}`", term.en))
    }

    /// What a statement is called in a message: its keyword, or what it begins with.
    fn subject(&self, entry: &Entry) -> (String, String) {
        if !entry.statement.headless {
            return Self::shown(&entry.statement.word);
        }
        let (start, end) = (entry.head.start as usize, entry.head.end as usize);
        let name = format!("`{}`", self.tree.text.get(start..end).unwrap_or_default());
        (name.clone(), name)
    }

    pub(super) fn report_headless_block(&mut self, span: Span) {
        self.diagnostics.push(
            Diagnostic::new(
                Code::UnknownStatement,
                span,
                Text::new("`{` 前没有语句", "no statement stands before this `{`"),
            )
            .with_help(Text::new(
                "在 `{` 前写上语句关键词，如 `稳定性 {`",
                "write the statement that the block belongs to, as in `stability {`",
            )),
        );
    }

    pub(super) fn unknown_statement(
        &mut self,
        cursor: &Cursor<'t>,
        context: &str,
        suspected: &mut Vec<String>,
    ) {
        let (span, written) = (cursor.span(), cursor.slice_at(0));
        if !matches!(cursor.kind(), Some(Kind::Word)) {
            let already = matches!(cursor.kind(), Some(Kind::Slip(_) | Kind::Junk));
            if !already {
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::UnknownStatement,
                        span,
                        Text::new(
                            format!("语句不能以 `{written}` 开头"),
                            format!("a statement cannot begin with `{written}`"),
                        ),
                    )
                    .with_help(Text::new(
                        "语句以关键词开头",
                        "a statement begins with a keyword",
                    )),
                );
            }
            return;
        }
        let mut diagnostic = Diagnostic::new(
            Code::UnknownStatement,
            span,
            Text::new(
                format!("{}中没有语句 `{written}`", block_name(context, Lang::Zh)),
                format!(
                    "there is no statement `{written}` {}",
                    block_name(context, Lang::En)
                ),
            ),
        );
        let near = nearest(
            written,
            table()
                .within(context)
                .filter(|s| !s.headless)
                .map(|s| &s.word),
        );
        if let Some(term) = near {
            suspected.push(term.en.clone());
            let fixed = if is_chinese(written) {
                &term.zh
            } else {
                &term.en
            };
            diagnostic = diagnostic.suggesting(span, fixed);
        } else if let Some((term, rest)) = glued(written, context) {
            suspected.push(term.en.clone());
            let fixed = format!(
                "{} {rest}",
                if is_chinese(written) {
                    &term.zh
                } else {
                    &term.en
                }
            );
            diagnostic = diagnostic
                .with_help(Text::new(
                    format!("关键词后要留空格：`{fixed}`"),
                    format!("leave a blank behind the keyword: `{fixed}`"),
                ))
                .with_fix(
                    Text::same(format!("`{fixed}`")),
                    span,
                    fixed,
                    Applicability::Unsafe,
                );
        } else if let Some(statement) = table()
            .statements
            .iter()
            .find(|s| !s.headless && (s.word.en == written || s.word.zh == written))
        {
            let place = statement.contexts.first().map_or("file", String::as_str);
            diagnostic = diagnostic.with_help(Text::new(
                format!("`{written}` 应写在{}", block_name(place, Lang::Zh)),
                format!("`{written}` belongs {}", block_name(place, Lang::En)),
            ));
        } else {
            let words = |lang: Lang| {
                let known = table().within(context).filter(|s| !s.headless).take(8);
                listed(known.map(|s| s.word.get(lang)), lang)
            };
            diagnostic = diagnostic.with_help(Text::new(
                format!("此处可用的语句有 {} 等", words(Lang::Zh)),
                format!(
                    "statements that may stand here are {} and others",
                    words(Lang::En)
                ),
            ));
        }
        self.diagnostics.push(diagnostic);
    }

    /// Something stands behind a complete statement: report it and go on behind it.
    pub(super) fn unexpected(
        &mut self,
        cursor: &mut Cursor<'t>,
        context: &str,
        entry: Option<&mut Entry>,
        block: Option<&'t Block>,
        partial: bool,
    ) {
        let (span, written) = (cursor.span(), cursor.slice_at(0).to_owned());
        let already = matches!(
            cursor.kind(),
            Some(Kind::Slip(_) | Kind::Junk | Kind::Symbol(crate::syntax::Symbol::FullStop))
        );
        let keyword = |cursor: &Cursor<'t>| {
            cursor
                .word()
                .is_some_and(|word| table().keyword(context, word).is_some())
        };
        let thousands = written.len() == 3
            && cursor.kind() == Some(Kind::Number)
            && cursor.kind_before() == Some(Kind::Number);
        while !cursor.at_end() && !keyword(cursor) {
            cursor.advance(1);
        }
        let Some(entry) = entry else { return };
        if cursor.at_end() {
            self.attach(entry, block, partial);
        }
        entry.damaged = true;
        if already || entry.poisoned {
            return;
        }
        let (zh, en) = self.subject(entry);
        let phrases: Vec<&Term> = entry
            .statement
            .usage
            .iter()
            .filter_map(|e| match e {
                Element::Phrase { word, .. } if !entry.has(&word.en) => Some(word),
                _ => None,
            })
            .collect();
        let mut diagnostic = Diagnostic::new(
            Code::UnexpectedArgument,
            span,
            Text::new(
                format!("{zh} 之后不应有 `{written}`"),
                format!("`{written}` does not belong to {en}"),
            ),
        );
        if let Some(help) = joined_otherwise(entry, &written) {
            diagnostic = diagnostic.with_help(help);
        } else if let Some(term) = nearest(&written, phrases.iter().copied()) {
            let fixed = if is_chinese(&written) {
                &term.zh
            } else {
                &term.en
            };
            diagnostic = diagnostic.suggesting(span, fixed);
        } else if thousands {
            diagnostic = diagnostic.with_help(Text::new(
                "数字不分节，写成 `1000` 或 `1_000`",
                "write `1000` or `1_000`: digits are not grouped by blanks",
            ));
        } else if written.chars().all(|c| c.is_alphanumeric()) && !phrases.is_empty() {
            let list = |lang: Lang| listed(phrases.iter().take(4).map(|t| t.get(lang)), lang);
            diagnostic = diagnostic.with_help(Text::new(
                format!(
                    "这里还可以写：{}；另起一条语句须换行或用 `;` 隔开",
                    list(Lang::Zh)
                ),
                format!(
                    "what may follow here: {}; another statement needs a line of its own or a `;`",
                    list(Lang::En)
                ),
            ));
        } else {
            diagnostic = diagnostic.with_help(Text::new(
                "删除它，或换行另写一条语句",
                "remove it, or begin a new statement on a line of its own",
            ));
        }
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn report_missing_phrase(
        &mut self,
        cursor: &Cursor<'t>,
        entry: &Entry,
        word: &Term,
        slots: &[Slot],
    ) {
        let (zh, en) = self.subject(entry);
        let needs = |lang: Lang| super::written::pattern(word, slots, lang);
        let found = (!cursor.at_end()).then(|| cursor.slice_at(0).to_owned());
        let already = matches!(cursor.kind(), Some(Kind::Slip(_) | Kind::Junk));
        if already {
            return;
        }
        let (zh_found, en_found) = match &found {
            Some(found) => (
                format!("，却见到 `{found}`"),
                format!(", but found `{found}`"),
            ),
            None => (String::new(), String::new()),
        };
        let mut diagnostic = Diagnostic::new(
            Code::MissingArgument,
            cursor.span(),
            Text::new(
                format!("{zh} 缺少 `{}`{zh_found}", needs(Lang::Zh)),
                format!("{en} needs `{}`{en_found}", needs(Lang::En)),
            ),
        )
        .with_help(Text::new(
            format!(
                "写法：`{}`",
                super::written::usage(entry.statement, Lang::Zh)
            ),
            format!(
                "write it as `{}`",
                super::written::usage(entry.statement, Lang::En)
            ),
        ));
        if let Some(found) = &found
            && nearest(found, [word]).is_some()
        {
            let fixed = if is_chinese(found) {
                &word.zh
            } else {
                &word.en
            };
            diagnostic = diagnostic.with_fix(
                Text::same(format!("`{fixed}`")),
                cursor.span(),
                fixed.clone(),
                Applicability::Unsafe,
            );
        }
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn report_misfit(
        &mut self,
        cursor: &Cursor<'t>,
        entry: &Entry,
        slot: &Slot,
        misfit: Misfit,
    ) {
        if misfit.reported {
            return;
        }
        let (zh, en) = self.subject(entry);
        let expected = super::written::describe(&slot.kind);
        let found = (!cursor.at_end()).then(|| cursor.slice_at(0).to_owned());
        let code = if found.is_some() {
            Code::WrongArgument
        } else {
            Code::MissingArgument
        };
        let message = match &found {
            Some(found) if slot.kind.starts_with("choice.") => Text::new(
                format!("`{found}` 不是 {zh} 可用的词"),
                format!("`{found}` is none of the words that {en} takes here"),
            ),
            Some(found) => Text::new(
                format!("{zh} 之后应为{}，却见到 `{found}`", expected.zh),
                format!("{en} expects {} here, but found `{found}`", expected.en),
            ),
            None => Text::new(
                format!("{zh} 缺少{}", expected.zh),
                format!("{en} lacks {}", expected.en),
            ),
        };
        let help = misfit.help.unwrap_or_else(|| {
            Text::new(
                format!(
                    "写法：`{}`",
                    super::written::usage(entry.statement, Lang::Zh)
                ),
                format!(
                    "write it as `{}`",
                    super::written::usage(entry.statement, Lang::En)
                ),
            )
        });
        let mut diagnostic = Diagnostic::new(code, cursor.span(), message).with_help(help);
        if let Some(fixed) = misfit.fix {
            diagnostic = diagnostic.with_fix(
                Text::same(format!("`{fixed}`")),
                cursor.span(),
                fixed,
                Applicability::Unsafe,
            );
        }
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn report_missing_block(&mut self, entry: &Entry) {
        let (zh, en) = self.subject(entry);
        self.diagnostics.push(
            Diagnostic::new(
                Code::MissingBlock,
                entry.span.after(),
                Text::new(
                    format!("{zh} 之后缺少 `{{ … }}`"),
                    format!("{en} needs a block `{{ … }}`"),
                ),
            )
            .with_help(Text::new(
                "在其后写上 `{`、内容和 `}`",
                "write `{`, its statements and `}` behind it",
            )),
        );
    }

    pub(super) fn report_needless_block(&mut self, entry: &Entry, span: Span) {
        let (zh, en) = self.subject(entry);
        self.diagnostics.push(
            Diagnostic::new(
                Code::UnexpectedBlock,
                span,
                Text::new(format!("{zh} 之后不带块"), format!("{en} takes no block")),
            )
            .with_help(Text::new(
                "删除 `{ … }`，或检查关键词",
                "remove the `{ … }`, or look at the keyword",
            )),
        );
    }

    pub(super) fn report_repeated(&mut self, first: &Entry, second: &Entry) {
        let (zh, en) = Self::shown(&first.statement.word);
        self.diagnostics.push(
            Diagnostic::new(
                Code::RepeatedStatement,
                second.head,
                Text::new(
                    format!("{zh} 只能写一次"),
                    format!("{en} may stand only once"),
                ),
            )
            .with_label(
                first.head,
                Text::new("第一次写在这里", "it stands here already"),
            )
            .with_help(Text::new(
                "合并两处，或删除其中一处",
                "merge the two, or remove one",
            )),
        );
    }

    pub(super) fn report_mixture(&mut self, language: Lang) {
        let (en, zh) = self.spelled();
        if en == 0 || zh == 0 {
            return;
        }
        let tree = self.tree;
        let other = |keyword: &&Keyword| {
            let english = keyword.en.split(' ').next() == Some(tree.slice(keyword.token));
            keyword.en != keyword.zh
                && !keyword.en.is_empty()
                && !keyword.optional
                && english != (language == Lang::En)
        };
        let Some(keyword) = self.keywords.iter().find(other) else {
            return;
        };
        let fixed = if language == Lang::Zh {
            &keyword.zh
        } else {
            &keyword.en
        };
        let written = tree.slice(keyword.token);
        self.diagnostics.push(
            Diagnostic::new(
                Code::MixedLanguages,
                tree.span(keyword.token),
                Text::new(
                    format!("关键词中英文混用：`{written}` 与其余 {} 处不一致", en.max(zh)),
                    format!("keywords of both languages are mixed: `{written}` differs from the other {}", en.max(zh)),
                ),
            )
            .with_help(Text::new(
                "用 `bidui fmt --keywords zh` 或 `--keywords en` 统一",
                "`bidui fmt --keywords en` or `--keywords zh` writes them all in one language",
            ))
            .with_fix(Text::same(format!("`{fixed}`")), tree.span(keyword.token), fixed.clone(), Applicability::Safe),
        );
    }
}

/// A statement that the block behind `head` must have and has not.
pub fn missing_statement(statement: &'static Statement, context: &str, head: Span) -> Diagnostic {
    let usage = |lang| super::written::usage(statement, lang);
    Diagnostic::new(
        Code::MissingStatement,
        head,
        Text::new(
            format!(
                "{}缺少语句 `{}`",
                block_name(context, Lang::Zh),
                statement.word.zh
            ),
            format!(
                "there is no `{}` {}",
                statement.word.en,
                block_name(context, Lang::En)
            ),
        ),
    )
    .with_reason(statement.doc.clone())
    .with_help(Text::new(
        format!("补上 `{}`", usage(Lang::Zh)),
        format!("add `{}`", usage(Lang::En)),
    ))
}

/// Several statements that the block behind `head` must have and has not, in one finding.
pub(super) fn missing_statements(
    statements: &[&'static Statement],
    context: &str,
    head: Span,
) -> Diagnostic {
    let words = |lang: Lang| listed(statements.iter().map(|s| s.word.get(lang)), lang);
    Diagnostic::new(
        Code::MissingStatement,
        head,
        Text::new(
            format!(
                "{}还缺少 {}",
                block_name(context, Lang::Zh),
                words(Lang::Zh)
            ),
            format!(
                "{} there are still missing {}",
                block_name(context, Lang::En),
                words(Lang::En)
            ),
        ),
    )
    .with_help(Text::new(
        "`bidui new 文件夹 --sample petal` 写出一份完整的示例，可照着填写",
        "`bidui new FOLDER --sample petal` writes a whole sample to fill in",
    ))
}

/// How the parts of a list and the stops of a route are joined, when they are joined in another way.
fn joined_otherwise(entry: &Entry, written: &str) -> Option<Text> {
    if entry.word() == "route" && matches!(written, "-" | "," | "，" | "、" | "~" | ">") {
        return Some(Text::new(
            "各站之间写 `->`，如 `NIM -> SIMT -> NIM`",
            "join the stops by `->`, as in `NIM -> SIMT -> NIM`",
        ));
    }
    matches!(written, "和" | "与" | "及" | "and").then(|| {
        Text::new(
            "并列各项用逗号隔开，不写连词",
            "separate the items by commas, without a conjunction",
        )
    })
}

/// Whether a word is written in Chinese characters.
pub(super) fn is_chinese(word: &str) -> bool {
    word.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c))
}

/// The term whose spelling is closest to `written`, if it is close enough to be a slip of the pen.
pub(super) fn nearest<'a>(
    written: &str,
    terms: impl IntoIterator<Item = &'a Term>,
) -> Option<&'a Term> {
    let length = written.chars().count();
    // A Chinese word of two characters differs in one or it is another word.
    let allowed = if is_chinese(written) {
        length / 2
    } else {
        (length / 3).clamp(1, 3)
    };
    terms
        .into_iter()
        .filter_map(|term| {
            let distance = [&term.en, &term.zh]
                .into_iter()
                .map(|s| strsim::damerau_levenshtein(s, written))
                .min()?;
            // Nothing of the word would be left.
            (distance <= allowed && distance < length).then_some((distance, term))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, term)| term)
}

/// A keyword of the block that `written` begins with, and the rest: the blank between them was forgotten.
fn glued<'w>(written: &'w str, context: &str) -> Option<(&'static Term, &'w str)> {
    table()
        .within(context)
        .filter(|s| !s.headless && is_chinese(&s.word.zh))
        .filter_map(|s| {
            written
                .strip_prefix(s.word.zh.as_str())
                .map(|rest| (&s.word, rest))
        })
        .filter(|(_, rest)| !rest.is_empty())
        .max_by_key(|(term, _)| term.zh.len())
}

/// What a block is called in a message, with its preposition.
pub(super) fn block_name(context: &str, lang: Lang) -> String {
    if context == "file" {
        return if lang == Lang::Zh {
            "文件最外层".to_owned()
        } else {
            "at the top level".to_owned()
        };
    }
    let owner = table().statements.iter().find(|s| match &s.block {
        BlockRule::Optional(block) | BlockRule::Required(block) => block == context,
        BlockRule::None | BlockRule::OfSection(_) => false,
    });
    match (owner, lang) {
        (Some(owner), Lang::Zh) if !owner.headless => format!("`{}` 块", owner.word.zh),
        (Some(owner), Lang::En) if !owner.headless => format!("in `{}`", owner.word.en),
        (_, Lang::Zh) => format!("`{context}` 块"),
        (_, Lang::En) => format!("in `{context}`"),
    }
}
