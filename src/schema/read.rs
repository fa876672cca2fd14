//! Statements out of lines, by the table.
//!
//! Several statements may stand on one line: a statement ends where its arguments end, and the next word must begin another one of the same
//! block. What fits nowhere is reported once, at its place, and reading goes on with the next statement.

use std::collections::BTreeMap;

use super::arguments::Misfit;
use super::cursor::Cursor;
use super::entry::{Entry, Keyword};
use super::table::{BlockRule, Statement, Term, Times, table};
use super::usage::{Element, Slot};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Span;
use crate::syntax::{Block, Kind, Line, Tree};
use crate::text::{Lang, Text};

/// A file as entries.
#[derive(Debug, Clone)]
pub struct Document {
    pub entries: Vec<Entry>,
    /// All keywords as written, in the order of the source.
    pub keywords: Vec<Keyword>,
    /// The language in which most keywords are written.
    pub language: Lang,
}

/// Reads a tree by the table of the language.
pub fn read(tree: &Tree) -> (Document, Vec<Diagnostic>) {
    let mut reader = Reader {
        tree,
        diagnostics: Vec::new(),
        keywords: Vec::new(),
    };
    let entries = reader.block(
        &tree.lines,
        "file",
        Span {
            file: tree.file,
            start: 0,
            end: 0,
        },
    );
    reader.keywords.sort_by_key(|k| k.token);
    reader.keywords.dedup_by_key(|k| k.token);
    let language = reader.language();
    reader.report_mixture(language);
    let Reader {
        diagnostics,
        keywords,
        ..
    } = reader;
    (
        Document {
            entries,
            keywords,
            language,
        },
        diagnostics,
    )
}

pub(super) struct Reader<'t> {
    pub tree: &'t Tree,
    pub diagnostics: Vec<Diagnostic>,
    pub keywords: Vec<Keyword>,
}

impl<'t> Reader<'t> {
    /// The statements of a block; `head` is what the block belongs to.
    fn block(&mut self, lines: &'t [Line], context: &str, head: Span) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        // Statements that a misspelled keyword may have meant: they are not reported missing as well.
        let mut suspected: Vec<String> = Vec::new();
        for line in lines {
            self.line(line, context, &mut entries, &mut suspected);
        }
        self.count(&entries, context, head, &suspected);
        entries
    }

    fn line(
        &mut self,
        line: &'t Line,
        context: &str,
        entries: &mut Vec<Entry>,
        suspected: &mut Vec<String>,
    ) {
        let mut cursor = Cursor::new(self.tree, &line.arguments);
        let mut block = line.block.as_ref();
        if cursor.at_end() {
            if let Some(block) = block {
                let span = self.tree.span(block.open);
                self.report_headless_block(span);
            }
            return;
        }
        let mut doc = self.documentation(line);
        while !cursor.at_end() {
            let before = cursor.position();
            match self.statement(&mut cursor, context) {
                Some(mut entry) => {
                    entry.doc = std::mem::take(&mut doc);
                    if cursor.at_end() {
                        self.attach(&mut entry, block.take());
                    } else if let BlockRule::Required(_) = entry.statement.block
                        && !entry.poisoned
                    {
                        self.report_missing_block(&entry);
                        entry.poisoned = true;
                    }
                    entries.push(entry);
                }
                None => {
                    self.unknown_statement(&cursor, context, suspected);
                    // Nothing can be said about what stands behind an unknown word; its line and its block go with it.
                    return;
                }
            }
            if !cursor.at_end() && !self.starts_statement(&cursor, context) {
                self.unexpected(&mut cursor, context, entries.last_mut(), block.take());
            }
            if cursor.position() == before {
                cursor.advance(1);
            }
        }
    }

    fn documentation(&self, line: &Line) -> String {
        let lines: Vec<&str> = line
            .doc
            .iter()
            .map(|i| self.tree.slice(*i).trim_start_matches('/').trim())
            .collect();
        lines.join("\n")
    }

    /// Whether the next token can begin a statement of this block.
    pub(super) fn starts_statement(&self, cursor: &Cursor<'t>, context: &str) -> bool {
        let Some(word) = cursor.word() else {
            return false;
        };
        table().keyword(context, word).is_some() || table().headless(context).is_some()
    }

    /// Reads one statement; none when the next word begins no statement of this block.
    pub(super) fn statement(&mut self, cursor: &mut Cursor<'t>, context: &str) -> Option<Entry> {
        let statement = match cursor
            .word()
            .and_then(|word| table().keyword(context, word))
        {
            Some(statement) => {
                self.keyword(cursor, 0, &statement.word);
                Some(statement)
            }
            None => table()
                .headless(context)
                .filter(|_| matches!(cursor.kind(), Some(Kind::Word | Kind::Identifier))),
        }?;
        let head = cursor.span();
        if !statement.headless {
            cursor.advance(1);
        }
        let mut entry = Entry {
            statement,
            head,
            span: head,
            doc: String::new(),
            arguments: Vec::new(),
            phrases: Vec::new(),
            body: Vec::new(),
            block: None,
            poisoned: false,
        };
        self.arguments(cursor, context, &mut entry);
        entry.span = head.to(cursor.last_span());
        if statement.waits {
            self.report_waiting(&entry);
        }
        Some(entry)
    }

    fn arguments(&mut self, cursor: &mut Cursor<'t>, context: &str, entry: &mut Entry) {
        let statement = entry.statement;
        for element in &statement.usage {
            if let Element::Slot(slot) = element
                && !self.slot(cursor, context, slot, entry)
            {
                return;
            }
        }
        let mut missing: Vec<&Element> = statement
            .usage
            .iter()
            .filter(|e| matches!(e, Element::Phrase { .. }))
            .collect();
        while let Some(position) = missing
            .iter()
            .position(|element| self.phrase_length(cursor, element).is_some())
        {
            let Element::Phrase { word, slots, .. } = missing.remove(position) else {
                return;
            };
            let count = Self::word_count(cursor, word).unwrap_or(1);
            entry.phrases.push((word.en.clone(), cursor.span()));
            if cursor.kind() == Some(Kind::Word) {
                self.keyword(cursor, count - 1, word);
            }
            cursor.advance(count);
            for slot in slots {
                if !self.slot(cursor, context, slot, entry) {
                    return;
                }
            }
        }
        for element in missing {
            if let Element::Phrase {
                word,
                slots,
                required: true,
            } = element
            {
                self.report_missing_phrase(cursor, entry, word, slots);
                entry.poisoned = true;
                return;
            }
        }
    }

    fn phrase_length(&self, cursor: &Cursor<'t>, element: &Element) -> Option<usize> {
        match element {
            Element::Phrase { word, .. } => Self::word_count(cursor, word),
            Element::Slot(_) => None,
        }
    }

    /// How many tokens the phrase's words take if they come next, in either language.
    fn word_count(cursor: &Cursor<'t>, term: &Term) -> Option<usize> {
        [&term.en, &term.zh].into_iter().find_map(|spelling| {
            let words: Vec<&str> = spelling.split(' ').collect();
            let same = |ahead: usize, word: &str| match cursor.kind_at(ahead) {
                Some(Kind::Word) => cursor.slice_at(ahead) == word,
                Some(Kind::Symbol(symbol)) => symbol.canonical() == word,
                _ => false,
            };
            words
                .iter()
                .enumerate()
                .all(|(ahead, word)| same(ahead, word))
                .then_some(words.len())
        })
    }

    /// Records a keyword of one or several words; `further` is how many tokens follow the first.
    pub(super) fn keyword(&mut self, cursor: &Cursor<'t>, further: usize, term: &Term) {
        let Some(token) = cursor.index_at(0) else {
            return;
        };
        self.keywords.push(Keyword {
            token,
            en: term.en.clone(),
            zh: term.zh.clone(),
        });
        for ahead in 1..=further {
            // The further words of a phrase are written with the first one.
            if let Some(token) = cursor.index_at(ahead) {
                self.keywords.push(Keyword {
                    token,
                    en: String::new(),
                    zh: String::new(),
                });
            }
        }
    }

    /// Reads an argument or a list of them; false when it does not fit and reading of the statement must stop.
    fn slot(
        &mut self,
        cursor: &mut Cursor<'t>,
        context: &str,
        slot: &Slot,
        entry: &mut Entry,
    ) -> bool {
        loop {
            let start = cursor.span();
            match self.argument(cursor, context, slot, entry.statement) {
                Ok(Some(value)) => {
                    let span = start.to(cursor.last_span());
                    entry.arguments.push(super::entry::Argument {
                        slot: slot.name.clone(),
                        value,
                        span,
                    });
                }
                Ok(None) => return true,
                Err(misfit) => {
                    self.report_misfit(cursor, entry, slot, misfit);
                    entry.poisoned = true;
                    return false;
                }
            }
            if !(slot.list && cursor.take_symbol(crate::syntax::Symbol::Comma)) {
                return true;
            }
        }
    }

    fn attach(&mut self, entry: &mut Entry, block: Option<&'t Block>) {
        match (&entry.statement.block, block) {
            (BlockRule::Required(name) | BlockRule::Optional(name), Some(block)) => {
                let span = self.tree.span(block.open);
                let poisoned_before = entry.poisoned;
                entry.body = self.block(&block.lines, name, entry.head);
                entry.block = Some(
                    block
                        .close
                        .map_or(span, |close| span.to(self.tree.span(close))),
                );
                entry.poisoned = poisoned_before;
            }
            (BlockRule::Required(_), None) => {
                if !entry.poisoned {
                    self.report_missing_block(entry);
                }
                entry.poisoned = true;
            }
            (BlockRule::None, Some(block)) => {
                if !entry.poisoned {
                    let span = self.tree.span(block.open);
                    self.report_needless_block(entry, span);
                }
            }
            (_, None) => {}
        }
    }

    /// How often each statement stands in the block.
    fn count(&mut self, entries: &[Entry], context: &str, head: Span, suspected: &[String]) {
        let mut seen: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in entries {
            seen.entry(entry.word()).or_default().push(entry);
        }
        for statement in table().within(context) {
            let found = seen
                .get(statement.word.en.as_str())
                .map_or(&[][..], Vec::as_slice);
            let once = matches!(statement.times, Times::Once | Times::AtMostOnce);
            if once && let [first, second, ..] = found {
                self.report_repeated(first, second);
            }
            let needed = matches!(statement.times, Times::Once | Times::AtLeastOnce);
            if needed && found.is_empty() && !suspected.contains(&statement.word.en) {
                self.report_missing_statement(statement, context, head);
            }
        }
    }

    fn language(&self) -> Lang {
        let (en, zh) = self.spelled();
        if zh > en { Lang::Zh } else { Lang::En }
    }

    /// How many keywords are written in English and in Chinese; those spelled alike do not count.
    fn spelled(&self) -> (usize, usize) {
        let written = |keyword: &&Keyword| keyword.en != keyword.zh && !keyword.en.is_empty();
        let english = |keyword: &&Keyword| {
            keyword.en.split(' ').next() == Some(self.tree.slice(keyword.token))
        };
        let all = self.keywords.iter().filter(written).count();
        let en = self.keywords.iter().filter(written).filter(english).count();
        (en, all - en)
    }
}

// ---------------------------------------------------------------- messages

impl<'t> Reader<'t> {
    /// How a keyword is shown in a message: in the language of the message.
    fn shown(term: &Term) -> (String, String) {
        (format!("`{}`", term.zh), format!("`{}`", term.en))
    }

    fn report_headless_block(&mut self, span: Span) {
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

    fn unknown_statement(
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
            diagnostic = diagnostic
                .with_help(Text::new(
                    format!("是否应为 `{fixed}`？"),
                    format!("did you mean `{fixed}`?"),
                ))
                .with_fix(
                    Text::same(format!("`{fixed}`")),
                    span,
                    fixed.clone(),
                    Applicability::Unsafe,
                );
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
            let words = |lang: Lang| -> String {
                let list: Vec<String> = table()
                    .within(context)
                    .filter(|s| !s.headless)
                    .take(8)
                    .map(|s| {
                        format!(
                            "`{}`",
                            if lang == Lang::Zh {
                                &s.word.zh
                            } else {
                                &s.word.en
                            }
                        )
                    })
                    .collect();
                list.join(if lang == Lang::Zh { "、" } else { ", " })
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
    fn unexpected(
        &mut self,
        cursor: &mut Cursor<'t>,
        context: &str,
        entry: Option<&mut Entry>,
        block: Option<&'t Block>,
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
        while !cursor.at_end() && !keyword(cursor) {
            cursor.advance(1);
        }
        let Some(entry) = entry else { return };
        if cursor.at_end() {
            self.attach(entry, block);
        }
        if already || entry.poisoned {
            return;
        }
        let (zh, en) = if entry.statement.headless {
            (String::new(), String::new())
        } else {
            Self::shown(&entry.statement.word)
        };
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
                format!("语句 {zh} 之后不应有 `{written}`"),
                format!("`{written}` does not belong to the statement {en}"),
            ),
        );
        if let Some(term) = nearest(&written, phrases.iter().copied()) {
            let fixed = if is_chinese(&written) {
                &term.zh
            } else {
                &term.en
            };
            diagnostic = diagnostic
                .with_help(Text::new(
                    format!("是否应为 `{fixed}`？"),
                    format!("did you mean `{fixed}`?"),
                ))
                .with_fix(
                    Text::same(format!("`{fixed}`")),
                    span,
                    fixed.clone(),
                    Applicability::Unsafe,
                );
        } else if written.chars().all(|c| c.is_alphanumeric()) && !phrases.is_empty() {
            let list = |lang: Lang| -> String {
                phrases
                    .iter()
                    .take(4)
                    .map(|t| format!("`{}`", if lang == Lang::Zh { &t.zh } else { &t.en }))
                    .collect::<Vec<_>>()
                    .join(" ")
            };
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

    fn report_missing_phrase(
        &mut self,
        cursor: &Cursor<'t>,
        entry: &Entry,
        word: &Term,
        slots: &[Slot],
    ) {
        let (zh, en) = Self::shown(&entry.statement.word);
        let needs = |lang: Lang| super::arguments::pattern(word, slots, lang);
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
        let subject = if entry.statement.headless {
            ("语句".to_owned(), "the statement".to_owned())
        } else {
            (format!("语句 {zh}"), en)
        };
        let mut diagnostic = Diagnostic::new(
            Code::MissingArgument,
            cursor.span(),
            Text::new(
                format!("{}缺少 `{}`{zh_found}", subject.0, needs(Lang::Zh)),
                format!("{} needs `{}`{en_found}", subject.1, needs(Lang::En)),
            ),
        )
        .with_help(Text::new(
            format!(
                "写法：`{}`",
                super::arguments::usage(entry.statement, Lang::Zh)
            ),
            format!(
                "write it as `{}`",
                super::arguments::usage(entry.statement, Lang::En)
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

    fn report_misfit(&mut self, cursor: &Cursor<'t>, entry: &Entry, slot: &Slot, misfit: Misfit) {
        if misfit.reported {
            return;
        }
        let (zh, en) = Self::shown(&entry.statement.word);
        let expected = super::arguments::describe(&slot.kind);
        let found = (!cursor.at_end()).then(|| cursor.slice_at(0).to_owned());
        let code = if found.is_some() {
            Code::WrongArgument
        } else {
            Code::MissingArgument
        };
        let message = match &found {
            Some(found) if slot.kind.starts_with("choice.") => Text::new(
                format!("`{found}` 不是语句 {zh} 可用的词"),
                format!("`{found}` is none of the words that {en} takes here"),
            ),
            Some(found) => Text::new(
                format!("语句 {zh} 此处应为{}，却见到 `{found}`", expected.zh),
                format!("{en} expects {} here, but found `{found}`", expected.en),
            ),
            None => Text::new(
                format!("语句 {zh} 缺少{}", expected.zh),
                format!("{en} lacks {}", expected.en),
            ),
        };
        let help = misfit.help.unwrap_or_else(|| {
            Text::new(
                format!(
                    "写法：`{}`",
                    super::arguments::usage(entry.statement, Lang::Zh)
                ),
                format!(
                    "write it as `{}`",
                    super::arguments::usage(entry.statement, Lang::En)
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

    fn report_missing_block(&mut self, entry: &Entry) {
        let (zh, en) = Self::shown(&entry.statement.word);
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

    fn report_needless_block(&mut self, entry: &Entry, span: Span) {
        let (zh, en) = Self::shown(&entry.statement.word);
        self.diagnostics.push(
            Diagnostic::new(
                Code::UnexpectedBlock,
                span,
                Text::new(format!("语句 {zh} 不带块"), format!("{en} takes no block")),
            )
            .with_help(Text::new(
                "删除 `{ … }`，或检查关键词",
                "remove the `{ … }`, or look at the keyword",
            )),
        );
    }

    fn report_repeated(&mut self, first: &Entry, second: &Entry) {
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

    fn report_missing_statement(
        &mut self,
        statement: &'static Statement,
        context: &str,
        head: Span,
    ) {
        if context == "file" {
            return;
        }
        let (zh, en) = Self::shown(&statement.word);
        let usage = |lang| super::arguments::usage(statement, lang);
        self.diagnostics.push(
            Diagnostic::new(
                Code::MissingStatement,
                head,
                Text::new(
                    format!("{}缺少语句 {zh}", block_name(context, Lang::Zh)),
                    format!("there is no {en} {}", block_name(context, Lang::En)),
                ),
            )
            .with_reason(statement.doc.clone())
            .with_help(Text::new(
                format!("补上 `{}`", usage(Lang::Zh)),
                format!("add `{}`", usage(Lang::En)),
            )),
        );
    }

    fn report_waiting(&mut self, entry: &Entry) {
        let (zh, en) = Self::shown(&entry.statement.word);
        self.diagnostics.push(
            Diagnostic::new(
                Code::WithoutEffect,
                entry.head,
                Text::new(
                    format!("语句 {zh} 已读入，但目前尚不起作用"),
                    format!("{en} is understood, but nothing acts on it yet"),
                ),
            )
            .with_help(Text::new(
                "它会写入计划，供人查阅",
                "it is kept in the plan for people to read",
            )),
        );
    }

    fn report_mixture(&mut self, language: Lang) {
        let (en, zh) = self.spelled();
        if en == 0 || zh == 0 {
            return;
        }
        let tree = self.tree;
        let other = |keyword: &&Keyword| {
            let english = keyword.en.split(' ').next() == Some(tree.slice(keyword.token));
            keyword.en != keyword.zh && !keyword.en.is_empty() && english != (language == Lang::En)
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
            (distance <= allowed).then_some((distance, term))
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
        BlockRule::None => false,
    });
    match (owner, lang) {
        (Some(owner), Lang::Zh) if !owner.headless => format!("`{}` 块", owner.word.zh),
        (Some(owner), Lang::En) if !owner.headless => format!("in `{}`", owner.word.en),
        (_, Lang::Zh) => format!("`{context}` 块"),
        (_, Lang::En) => format!("in `{context}`"),
    }
}
