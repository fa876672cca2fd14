//! Statements out of lines, by the table.
//!
//! Several statements may stand on one line: a statement ends where its arguments end, and the next word must begin another one of the same
//! block. What fits nowhere is reported once, at its place, and reading goes on with the next statement.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::entry::{Entry, Keyword};
use super::table::{BlockRule, Term, Times, table};
use super::usage::{Element, Slot};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::{Block, Kind, Line, Tree};
use crate::text::Lang;

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

    pub(super) fn attach(&mut self, entry: &mut Entry, block: Option<&'t Block>) {
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
    pub(super) fn spelled(&self) -> (usize, usize) {
        let written = |keyword: &&Keyword| keyword.en != keyword.zh && !keyword.en.is_empty();
        let english = |keyword: &&Keyword| {
            keyword.en.split(' ').next() == Some(self.tree.slice(keyword.token))
        };
        let all = self.keywords.iter().filter(written).count();
        let en = self.keywords.iter().filter(written).filter(english).count();
        (en, all - en)
    }
}
