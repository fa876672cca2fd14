//! Statements out of lines, by the table.
//!
//! Several statements may stand on one line: a statement ends where its arguments end, and the next word must begin another one of the same
//! block. What fits nowhere is reported once, at its place, and reading goes on with the next statement.

use super::cursor::Cursor;
use super::entry::{Entry, Keyword};
use super::instead::statement_meant;
use super::table::{BlockRule, Statement, Term, Times, table};
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
        lost: false,
    };
    let entries = reader.block(
        &tree.lines,
        "file",
        Span {
            file: tree.file,
            start: 0,
            end: 0,
        },
        false,
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
    /// Whether a line of the block being read was given up.
    pub lost: bool,
}

impl<'t> Reader<'t> {
    /// The statements of a block; `head` is what the block belongs to. A `partial` block is completed elsewhere: by a definition, or by
    /// what takes it over.
    fn block(&mut self, lines: &'t [Line], context: &str, head: Span, partial: bool) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        // Statements that a misspelled keyword may have meant: they are not reported missing as well.
        let mut suspected: Vec<String> = Vec::new();
        for line in lines {
            self.line(line, context, partial, &mut entries, &mut suspected);
        }
        self.report_repetitions(&entries, context);
        if !partial {
            let lacking: Vec<&'static Statement> = lacking(&entries, context)
                .filter(|statement| !suspected.contains(&statement.word.en))
                .collect();
            if context == "protocol" && lacking.len() > 2 {
                // A protocol that has hardly begun lacks one thing: the rest of it.
                let one = super::messages::missing_statements(&lacking, context, head);
                self.diagnostics.push(one);
                return entries;
            }
            self.diagnostics.extend(
                lacking
                    .into_iter()
                    .map(|s| super::messages::missing_statement(s, context, head)),
            );
        }
        entries
    }

    fn line(
        &mut self,
        line: &'t Line,
        context: &str,
        partial: bool,
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
        self.pass_list_mark(&mut cursor);
        let mut in_doubt = false;
        while !cursor.at_end() {
            let before = cursor;
            match self.statement(&mut cursor, context) {
                Some(mut entry) => {
                    entry.doc = std::mem::take(&mut doc);
                    in_doubt |= self.names_in_a_row(&mut entry, before, &mut cursor, in_doubt);
                    if !in_doubt && !cursor.at_end() && self.starts_statement(&cursor, context) {
                        in_doubt = self.report_name_in_two_words(&entry, &cursor);
                    }
                    if cursor.at_end() {
                        self.attach(&mut entry, block.take(), partial);
                    } else if needs_block(&entry) && !entry.poisoned {
                        self.report_missing_block(&entry);
                        entry.poisoned = true;
                    }
                    entries.push(entry);
                }
                None => {
                    self.lost = true;
                    self.unknown_statement(&cursor, context, suspected);
                    // Nothing can be said about what stands behind an unknown word; its line and its block go with it.
                    return;
                }
            }
            if !cursor.at_end() && !self.starts_statement(&cursor, context) {
                self.unexpected(
                    &mut cursor,
                    context,
                    entries.last_mut(),
                    block.take(),
                    partial,
                );
            }
            if cursor.position() == before.position() {
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
            None => {
                let everyday = cursor
                    .word()
                    .and_then(|word| statement_meant(context, word));
                if let Some(statement) = everyday {
                    self.report_everyday_word(cursor.span(), cursor.slice_at(0), &statement.word);
                }
                everyday.or_else(|| {
                    table()
                        .headless(context)
                        .filter(|_| matches!(cursor.kind(), Some(Kind::Word | Kind::Identifier)))
                })
            }
        }?;
        let head = cursor.span();
        if !statement.headless {
            cursor.advance(1);
            self.pass_sign(cursor, statement);
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
            damaged: false,
        };
        self.arguments(cursor, context, &mut entry);
        entry.span = head.to(cursor.last_span());
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
            .or_else(|| Self::everyday_phrase(cursor, &missing))
        {
            let Element::Phrase { word, slots, .. } = missing.remove(position) else {
                return;
            };
            let written = Self::word_count(cursor, word);
            let count = written.unwrap_or(1);
            entry.phrases.push((word.en.clone(), cursor.span()));
            if written.is_none() {
                self.report_everyday_word(cursor.span(), cursor.slice_at(0), word);
            } else if cursor.kind() == Some(Kind::Word) {
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
            optional: false,
        });
        for ahead in 1..=further {
            // The further words of a phrase are written with the first one.
            if let Some(token) = cursor.index_at(ahead) {
                self.keywords.push(Keyword {
                    token,
                    en: String::new(),
                    zh: String::new(),
                    optional: false,
                });
            }
        }
    }

    /// Records a word that has both spellings but may stand in the other language than the keywords.
    pub(super) fn optional_keyword(&mut self, cursor: &Cursor<'t>, term: &Term) {
        let before = self.keywords.len();
        self.keyword(cursor, 0, term);
        if let Some(keyword) = self.keywords.get_mut(before) {
            keyword.optional = true;
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

    /// Reads the block behind a statement; `within` a partial block, a statement whose block is merged is partial itself.
    pub(super) fn attach(&mut self, entry: &mut Entry, block: Option<&'t Block>, within: bool) {
        match (context_behind(entry), block) {
            (Some(name), Some(block)) => {
                let span = self.tree.span(block.open);
                let poisoned_before = entry.poisoned;
                let lost_before = std::mem::take(&mut self.lost);
                let partial = matches!(entry.statement.block, BlockRule::OfSection(_))
                    || entry.takes_over()
                    || (within && entry.statement.merges);
                entry.body = self.block(&block.lines, name, entry.head, partial);
                entry.block = Some(
                    block
                        .close
                        .map_or(span, |close| span.to(self.tree.span(close))),
                );
                entry.poisoned = poisoned_before;
                entry.damaged |= self.lost || !entry.body.iter().all(Entry::is_whole);
                self.lost = lost_before;
            }
            (_, None) if needs_block(entry) => {
                if !entry.poisoned {
                    self.report_missing_block(entry);
                }
                entry.poisoned = true;
            }
            (None, Some(block)) => {
                if !entry.poisoned {
                    let span = self.tree.span(block.open);
                    self.report_needless_block(entry, span);
                }
            }
            (_, None) => {}
        }
    }

    /// Statements that stand more often in the block than they may.
    fn report_repetitions(&mut self, entries: &[Entry], context: &str) {
        for statement in table().within(context).filter(|s| !s.repeats()) {
            let mut found = entries.iter().filter(|e| e.word() == statement.word.en);
            if let (Some(first), Some(second)) = (found.next(), found.next()) {
                self.report_repeated(first, second);
            }
        }
    }

    fn language(&self) -> Lang {
        let (en, zh) = self.spelled();
        if zh > en { Lang::Zh } else { Lang::En }
    }

    /// How many keywords are written in English and in Chinese; those spelled alike do not count.
    pub(super) fn spelled(&self) -> (usize, usize) {
        let written = |keyword: &&Keyword| {
            keyword.en != keyword.zh && !keyword.en.is_empty() && !keyword.optional
        };
        let english = |keyword: &&Keyword| {
            keyword.en.split(' ').next() == Some(self.tree.slice(keyword.token))
        };
        let all = self.keywords.iter().filter(written).count();
        let en = self.keywords.iter().filter(written).filter(english).count();
        (en, all - en)
    }
}

/// The name of the block behind a statement; none when it has none, or when the section that would tell it could not be read.
fn context_behind(entry: &Entry) -> Option<&'static str> {
    let block = match &entry.statement.block {
        BlockRule::OfSection(slot) => &table().section(entry.name(slot)?)?.block,
        own => own,
    };
    match block {
        BlockRule::Required(name) | BlockRule::Optional(name) => Some(name),
        BlockRule::None | BlockRule::OfSection(_) => None,
    }
}

/// Whether a block must follow: a section that takes nothing over has to say what it says itself.
fn needs_block(entry: &Entry) -> bool {
    if entry.block.is_some() {
        return false;
    }
    match entry.statement.block {
        BlockRule::Required(_) | BlockRule::OfSection(_) => true,
        BlockRule::Optional(_) => entry.statement.takes_over() && !entry.takes_over(),
        BlockRule::None => false,
    }
}

/// The statements that a block must have and has not.
pub fn lacking(entries: &[Entry], context: &str) -> impl Iterator<Item = &'static Statement> {
    (table().within(context))
        .filter(|s| matches!(s.times, Times::Once | Times::AtLeastOnce))
        .filter(move |s| !entries.iter().any(|e| e.word() == s.word.en))
}
