//! Lines, indents and columns.

use unicode_width::UnicodeWidthStr;

use super::layout::{Block, Item, Statement};
use super::spacing::{self, Spacing};
use crate::schema::Value;
use crate::syntax::Tree;
use crate::text::Lang;

/// Columns of indent for each block.
const INDENT: usize = 2;
/// A statement that goes on below its first line is indented this much further.
const CONTINUATION: usize = 4;
/// A block that stood on one line stays there up to this display width.
const WIDEST: usize = 100;
/// Neighbours whose first words differ by more than this are not put into a column: the gap would hide what belongs together.
const WIDEST_GAP: usize = 16;
/// The same for comments behind statements.
const WIDEST_COMMENT_GAP: usize = 40;

/// The whole file.
pub(super) fn print(
    tree: &Tree,
    spacing: &Spacing<'_>,
    items: &[Item<'_>],
    language: Option<Lang>,
) -> String {
    let mut printer = Printer {
        tree,
        spacing,
        language,
        lines: Vec::new(),
    };
    printer.items(items, 0);
    align_comments(&mut printer.lines);
    let mut out = String::new();
    for line in &printer.lines {
        if line.blank_before && !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&" ".repeat(line.indent));
        out.push_str(&line.text);
        if let Some(comment) = &line.comment {
            out.push_str(&" ".repeat(line.gap));
            out.push_str(comment);
        }
        // A long text without its end reaches to the end of the file and brings its line end along.
        if !line.text.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}

/// A line to be written.
struct Out {
    indent: usize,
    text: String,
    comment: Option<String>,
    /// Blanks before the comment.
    gap: usize,
    blank_before: bool,
}

/// The statements of a block in columns: their first words, and a name behind them, get these widths.
#[derive(Clone, Default)]
struct Columns {
    widths: Vec<usize>,
}

struct Printer<'t, 's> {
    tree: &'t Tree,
    spacing: &'s Spacing<'t>,
    /// The language of keywords; none keeps them as written.
    language: Option<Lang>,
    lines: Vec<Out>,
}

/// Part of a statement that stands on one line.
struct Stretch {
    from: usize,
    to: usize,
    own_comments: Vec<u32>,
    comment: Option<u32>,
}

impl Printer<'_, '_> {
    fn items(&mut self, items: &[Item<'_>], depth: usize) {
        let columns = self.columns(items, depth);
        for (item, columns) in items.iter().zip(columns) {
            match item {
                Item::Comment {
                    token,
                    blank_before,
                } => {
                    self.line(depth * INDENT, self.comment(*token), *blank_before);
                }
                Item::Statement(statement) => self.statement(statement, depth, &columns),
            }
        }
    }

    fn line(&mut self, indent: usize, text: String, blank_before: bool) {
        self.lines.push(Out {
            indent,
            text,
            comment: None,
            gap: 0,
            blank_before,
        });
    }

    fn comment(&self, token: u32) -> String {
        spacing::comment(self.tree.slice(token))
    }

    fn comment_last(&mut self, token: Option<u32>) {
        let comment = token.map(|t| self.comment(t));
        if let Some(line) = self.lines.last_mut().filter(|_| comment.is_some()) {
            line.comment = comment;
        }
    }

    fn statement(&mut self, statement: &Statement<'_>, depth: usize, columns: &Columns) {
        let indent = depth * INDENT;
        for (number, stretch) in stretches(statement).iter().enumerate() {
            let margin = if number == 0 {
                indent
            } else {
                indent + CONTINUATION
            };
            for comment in &stretch.own_comments {
                self.line(margin, self.comment(*comment), false);
            }
            let text = if number == 0 {
                self.in_columns(statement, stretch, columns)
            } else {
                self.text(statement, stretch.from, stretch.to, self.language)
            };
            self.line(margin, text, number == 0 && statement.blank_before);
            self.comment_last(stretch.comment);
        }
        match &statement.block {
            None if statement.verbatim && statement.semicolon => self.append(" ;"),
            None => {}
            Some(block) => match self.short_block(statement, depth) {
                Some(short) => self.append(&format!(" {short}")),
                None => return self.block(statement, block, depth),
            },
        }
        self.comment_last(statement.comment);
    }

    /// Adds to the last line; a block without a statement begins at the margin.
    fn append(&mut self, text: &str) {
        if let Some(line) = self.lines.last_mut() {
            line.text.push_str(if line.text.is_empty() {
                text.trim_start()
            } else {
                text
            });
        }
    }

    fn block(&mut self, statement: &Statement<'_>, block: &Block<'_>, depth: usize) {
        self.append(" {");
        self.comment_last(block.comment);
        self.items(&block.items, depth + 1);
        if block.closed {
            self.line(depth * INDENT, "}".to_owned(), false);
            self.comment_last(statement.comment);
        }
    }

    /// The block on one line, if it stood on one or is empty and the line does not grow too wide. The wider language decides, so that
    /// writing the other one and going back changes nothing.
    fn short_block(&self, statement: &Statement<'_>, depth: usize) -> Option<String> {
        let block = statement.block.as_ref()?;
        let stretches = stretches(statement);
        let last = stretches.last()?;
        let continued = if stretches.len() > 1 { CONTINUATION } else { 0 };
        for language in [self.language, Some(Lang::En), Some(Lang::Zh)] {
            let head = self.text(statement, last.from, last.to, language);
            let width = head.width() + 1 + self.one_line(block, language)?.width();
            if depth * INDENT + continued + width > WIDEST {
                return None;
            }
        }
        self.one_line(block, self.language)
    }

    fn one_line(&self, block: &Block<'_>, language: Option<Lang>) -> Option<String> {
        if block.items.is_empty() && block.closed && block.comment.is_none() {
            return Some("{ }".to_owned());
        }
        if !block.one_line {
            return None;
        }
        let mut parts = Vec::new();
        for item in &block.items {
            let Item::Statement(statement) = item else {
                return None;
            };
            if !statement.breaks.is_empty() || statement.comment.is_some() {
                return None;
            }
            let mut part = self.text(statement, 0, statement.tokens.len(), language);
            if let Some(inner) = &statement.block {
                part.push_str(if part.is_empty() { "" } else { " " });
                part.push_str(&self.one_line(inner, language)?);
            }
            parts.push(part);
        }
        Some(format!("{{ {} }}", parts.join("; ")))
    }

    /// The tokens of a statement from one number to another, with their blanks.
    fn text(
        &self,
        statement: &Statement<'_>,
        from: usize,
        to: usize,
        language: Option<Lang>,
    ) -> String {
        let mut out = String::new();
        let mut before = None;
        for index in statement.tokens.get(from..to).unwrap_or_default() {
            let Some(written) = self.spacing.written(*index, statement.verbatim, language) else {
                continue;
            };
            if let Some(before) = before
                && self.spacing.blank(before, *index, statement.verbatim)
            {
                out.push(' ');
            }
            out.push_str(&written);
            before = Some(*index);
        }
        out
    }

    fn in_columns(
        &self,
        statement: &Statement<'_>,
        stretch: &Stretch,
        columns: &Columns,
    ) -> String {
        let mut out = String::new();
        let mut from = stretch.from;
        for (number, width) in columns.widths.iter().enumerate() {
            let cell = self.text(statement, from, number + 1, self.language);
            out.push_str(&cell);
            out.push_str(&" ".repeat((width + 1).saturating_sub(cell.width())));
            from = number + 1;
        }
        out.push_str(&self.text(statement, from, stretch.to, self.language));
        out
    }

    /// The columns of every item of a block: neighbours without a blank line, a comment or a long block between them share theirs.
    fn columns(&self, items: &[Item<'_>], depth: usize) -> Vec<Columns> {
        let mut columns = vec![Columns::default(); items.len()];
        if depth == 0 {
            return columns;
        }
        let mut run: Vec<(usize, &Statement<'_>)> = Vec::new();
        for (number, item) in items.iter().enumerate() {
            let statement = match item {
                Item::Statement(s) => s,
                Item::Comment { .. } => {
                    self.align(&std::mem::take(&mut run), &mut columns);
                    continue;
                }
            };
            let long = statement.block.is_some() && self.short_block(statement, depth).is_none();
            if statement.blank_before || long {
                self.align(&std::mem::take(&mut run), &mut columns);
            }
            if !long && statement.entry.is_some() && first_stretch(statement) > 1 {
                run.push((number, statement));
            }
        }
        self.align(&run, &mut columns);
        columns
    }

    fn align(&self, run: &[(usize, &Statement<'_>)], columns: &mut [Columns]) {
        let first = |s: &Statement<'_>| self.text(s, 0, 1, self.language).width();
        let Some(width) = common(run.iter().map(|(_, s)| first(s))) else {
            return;
        };
        for (number, _) in run {
            columns[*number].widths.push(width);
        }
        // Names behind the keyword form a second column among neighbours of one kind.
        let mut rest = run;
        while let Some((_, statement)) = rest.first() {
            let same = |(_, s): &&(usize, &Statement<'_>)| {
                has_name(s) && s.entry.map(|e| e.word()) == statement.entry.map(|e| e.word())
            };
            let count = rest.iter().take_while(same).count();
            let (kind, behind) = rest.split_at(count.max(1));
            if count > 0 {
                let second = |s: &Statement<'_>| self.text(s, 1, 2, self.language).width();
                if let Some(width) = common(kind.iter().map(|(_, s)| second(s))) {
                    kind.iter()
                        .for_each(|(number, _)| columns[*number].widths.push(width));
                }
            }
            rest = behind;
        }
    }
}

/// The width of a column for cells of these widths; none for a single cell and for cells too unlike each other.
fn common(widths: impl Iterator<Item = usize>) -> Option<usize> {
    let widths: Vec<usize> = widths.collect();
    let (narrowest, widest) = (widths.iter().min()?, widths.iter().max()?);
    (widths.len() > 1 && widest - narrowest <= WIDEST_GAP).then_some(*widest)
}

/// How many tokens stand on the first line of a statement.
fn first_stretch(statement: &Statement<'_>) -> usize {
    statement
        .breaks
        .keys()
        .next()
        .copied()
        .unwrap_or(statement.tokens.len())
}

/// Whether a name and something else follow the keyword on its line.
fn has_name(statement: &Statement<'_>) -> bool {
    let Some(entry) = statement.entry else {
        return false;
    };
    // The table writes such an argument first: `<id:name>`; a list of names (`<fields:name,>`) makes no column.
    let first = entry
        .statement
        .pattern
        .split('>')
        .next()
        .unwrap_or_default();
    let named = entry.arguments.first().is_some_and(|argument| {
        matches!(argument.value, Value::Name(_))
            && first.starts_with(&format!("<{}:", argument.slot))
            && !first.ends_with(',')
    });
    !entry.statement.headless && named && first_stretch(statement) > 2
}

/// The lines a statement takes, as it was broken in the source.
fn stretches(statement: &Statement<'_>) -> Vec<Stretch> {
    let mut stretches = vec![Stretch {
        from: 0,
        to: statement.tokens.len(),
        own_comments: Vec::new(),
        comment: None,
    }];
    for (position, inner) in &statement.breaks {
        let own: Vec<u32> = inner
            .iter()
            .filter(|i| i.own_line)
            .map(|i| i.token)
            .collect();
        if let Some(last) = stretches.last_mut() {
            last.to = *position;
            last.comment = inner.iter().find(|i| !i.own_line).map(|i| i.token);
        }
        stretches.push(Stretch {
            from: *position,
            to: statement.tokens.len(),
            own_comments: own,
            comment: None,
        });
    }
    stretches
}

/// Comments behind neighbouring lines of one block begin in one column.
fn align_comments(lines: &mut [Out]) {
    let mut start = 0;
    for end in 1..=lines.len() {
        let breaks = match (lines.get(end - 1), lines.get(end)) {
            (Some(before), Some(here)) => {
                here.blank_before
                    || here.indent != before.indent
                    || here.text.starts_with("//")
                    || before.text.starts_with("//")
                    || here.text.contains('\n')
                    || before.text.contains('\n')
            }
            _ => true,
        };
        if breaks {
            align_run(lines.get_mut(start..end).unwrap_or_default());
            start = end;
        }
    }
}

fn align_run(lines: &mut [Out]) {
    let width = |line: &Out| line.text.rsplit('\n').next().unwrap_or_default().width();
    let widths: Vec<usize> = lines
        .iter()
        .filter(|l| l.comment.is_some())
        .map(width)
        .collect();
    let (Some(narrowest), Some(widest)) = (widths.iter().min(), widths.iter().max()) else {
        return;
    };
    let (narrowest, widest) = (*narrowest, *widest);
    for line in lines.iter_mut() {
        line.gap = if widest - narrowest <= WIDEST_COMMENT_GAP {
            widest + 2 - width(line).min(widest)
        } else {
            2
        };
    }
}
