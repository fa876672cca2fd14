//! The canonical layout of a file, in either keyword language.
//!
//! [`format`] writes one statement a line, two blanks of indent a block, arguments of neighbours in columns; comments, names, texts and
//! numbers stay byte for byte. It works on files with errors as well: what could not be read keeps its tokens. The result is read again,
//! and when it would mean something else than the source the source is given back untouched, with the reason.
//!
//! ```text
//! text ─tokens, tree→ layout (statements and comments as they stand) ─spacing→ print (lines, columns) ─read again→ text
//! ```

mod layout;
mod meaning;
mod print;
mod spacing;

use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{self, Document};
use crate::source::{FileId, SourceFile};
use crate::syntax::{self, Kind, Tree};
use crate::text::{Lang, Text};

pub use meaning::same_meaning;

/// What the formatter is to do beyond laying out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Writes every keyword in this language; without it keywords stay as written.
    pub keywords: Option<Lang>,
}

/// A formatted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatted {
    /// The text in canonical layout, or the text as it was if that was refused.
    pub text: String,
    /// Why nothing was changed.
    pub refused: Option<Text>,
}

/// Lays out a file.
///
/// The result ends in one line end (an empty file stays empty), its lines end in `\n`, and laying it out again changes nothing. A file
/// whose blocks are nested too deeply or whose braces do not match, or whose layout would change its meaning, comes back as it was.
pub fn format(text: &str, options: Options) -> Formatted {
    let before = read(text);
    if before
        .findings
        .iter()
        .any(|d| d.code == Code::NestingTooDeep)
    {
        return refused(
            text,
            Text::new(
                "块嵌套过深，无法排版；请先检查是否漏写了 `}`",
                "blocks are nested too deeply to lay out; look for a missing `}` first",
            ),
        );
    }
    if before.tree.guessed {
        return refused(
            text,
            Text::new(
                "花括号不配对，无法排版；请先改正检查出的错误",
                "the braces do not match, so the file cannot be laid out; mend the errors that `check` reports first",
            ),
        );
    }
    let items = layout::items(&before.tree, &before.document);
    let spacing = spacing::Spacing::new(&before.tree, &before.document);
    let text_after = print::print(&before.tree, &spacing, &items, options.keywords);
    let after = read(&text_after);
    if same_meaning(&before.document, &after.document)
        && comments(&before.tree) == comments(&after.tree)
    {
        return Formatted {
            text: text_after,
            refused: None,
        };
    }
    refused(
        text,
        Text::new(
            "排版会改变本文件的含义，因此未作改动；请先改正检查出的错误，再排版",
            "laying the file out would change what it means, so it was left alone; mend the errors that `check` reports first",
        ),
    )
}

fn refused(text: &str, reason: Text) -> Formatted {
    Formatted {
        text: text.to_owned(),
        refused: Some(reason),
    }
}

struct Read {
    tree: Tree,
    document: Document,
    findings: Vec<Diagnostic>,
}

fn read(text: &str) -> Read {
    let (tree, findings) = syntax::parse(FileId::default(), &SourceFile::new("", text));
    let (document, _) = schema::read(&tree);
    Read {
        tree,
        document,
        findings,
    }
}

/// The comments in their order, as they are written out.
fn comments(tree: &Tree) -> Vec<String> {
    (0..tree.tokens.len() as u32)
        .filter(|index| matches!(tree.token(*index).kind, Kind::Comment | Kind::Doc))
        .map(|index| spacing::comment(tree.slice(index)))
        .collect()
}
