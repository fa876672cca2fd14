//! Statements and blocks out of tokens, with recovery.
//!
//! A line of the tree is the arguments of one or several statements (the schema knows where one ends and the next begins) and at most
//! one block behind them. A line ends at a line's end, at `;` and at its block; it goes on inside ( ) and [ ], after a comma and after an
//! arrow. A forgotten `}` is found by indentation: a line that starts at the margin with a keyword of the top level ends all open blocks.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::braces;
use super::lexer;
use super::slips;
use super::token::{Bracket, Kind, Symbol, Token};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, SourceFile, Span};
use crate::text::Text;

/// Blocks and brackets nested deeper than this are refused, so that no walk over the tree can exhaust the stack.
const DEEPEST: usize = 64;

/// Keywords that can only stand at the top level; at the margin they end whatever block was left open.
pub const TOP_LEVEL: [&str; 20] = [
    "edition",
    "use",
    "protocol",
    "policy",
    "regulation",
    "method",
    "unit",
    "calendar",
    "test",
    "define",
    "语言版本",
    "引用",
    "规程",
    "制度",
    "法规",
    "方法",
    "计量单位",
    "日历",
    "用例",
    "定义",
];

/// A file as tokens and lines.
#[derive(Debug, Clone)]
pub struct Tree {
    pub file: FileId,
    pub text: Arc<str>,
    pub tokens: Vec<Token>,
    pub lines: Vec<Line>,
    /// Whether a brace was taken for something else than it is, so that the blocks are a guess.
    pub guessed: bool,
}

/// Arguments on one line and the block behind them.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Indices of tokens, separators left out.
    pub arguments: Vec<u32>,
    pub block: Option<Block>,
    /// Indices of the documentation comments right above.
    pub doc: Vec<u32>,
}

/// What stands between braces.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// Index of the token `{`.
    pub open: u32,
    /// Index of the token `}`; none when it is missing.
    pub close: Option<u32>,
    pub lines: Vec<Line>,
}

impl Tree {
    pub fn token(&self, index: u32) -> Token {
        self.tokens.get(index as usize).copied().unwrap_or(Token {
            kind: Kind::Junk,
            start: 0,
            end: 0,
        })
    }

    pub fn span(&self, index: u32) -> Span {
        let token = self.token(index);
        Span {
            file: self.file,
            start: token.start,
            end: token.end,
        }
    }

    pub fn slice(&self, index: u32) -> &str {
        let token = self.token(index);
        self.text
            .get(token.start as usize..token.end as usize)
            .unwrap_or_default()
    }
}

/// Reads a file into a tree and says what is wrong with its form.
pub fn parse(file: FileId, source: &SourceFile) -> (Tree, Vec<Diagnostic>) {
    let text = source.text.clone();
    let tokens = lexer::tokens(&text);
    let mistaken = braces::mistaken(&tokens);
    let tree = Tree {
        file,
        text,
        tokens,
        lines: Vec::new(),
        guessed: !mistaken.is_empty(),
    };
    let mut builder = Builder {
        tree,
        mistaken,
        surplus: 0,
        open: Vec::new(),
        line: Line::default(),
        doc: Vec::new(),
        diagnostics: Vec::new(),
    };
    builder.run();
    let Builder {
        tree,
        mut diagnostics,
        ..
    } = builder;
    slips::report(&tree, &mut diagnostics);
    (tree, diagnostics)
}

/// A block not yet closed, with the lines that stand before it one level up.
struct Open {
    /// The line to which the block belongs, without the block.
    head: Line,
    brace: u32,
    outer: Vec<Line>,
}

struct Builder {
    tree: Tree,
    /// Brackets that are taken for braces.
    mistaken: BTreeSet<u32>,
    /// How many `}` too many are still to come.
    surplus: usize,
    open: Vec<Open>,
    line: Line,
    doc: Vec<u32>,
    diagnostics: Vec<Diagnostic>,
}

impl Builder {
    fn run(&mut self) {
        let partners = self.partners();
        self.surplus = braces::surplus((0..self.tree.tokens.len() as u32).map(|it| self.kind(it)));
        let mut depth = 0_usize;
        let mut too_deep = false;
        for index in 0..self.tree.tokens.len() as u32 {
            match self.kind(index) {
                Kind::Blank | Kind::Comment => {}
                Kind::Doc => self.doc.push(index),
                Kind::Newline => {
                    if depth == 0 && !self.continues() {
                        self.end_line();
                    }
                }
                Kind::Symbol(Symbol::Semicolon) => {
                    depth = 0;
                    self.end_line();
                }
                Kind::Open(Bracket::Curly) => {
                    depth = 0;
                    if self.mistaken.contains(&index) {
                        self.report_mistaken(index);
                    }
                    if self.open.len() < DEEPEST {
                        self.open_block(index);
                    } else if !too_deep {
                        too_deep = true;
                        self.report_depth(index);
                    }
                }
                Kind::Close(Bracket::Curly) => {
                    depth = 0;
                    if !too_deep {
                        self.close_block(index);
                    }
                }
                Kind::Open(_) => {
                    depth += usize::from(partners[index as usize].is_some());
                    if partners[index as usize].is_none() {
                        self.report_unclosed(index);
                    }
                    self.argument(index);
                }
                Kind::Close(_) => {
                    if partners[index as usize].is_some() {
                        depth = depth.saturating_sub(1);
                        self.argument(index);
                    } else {
                        self.report_stray(index);
                    }
                }
                _ => {
                    if self.line.arguments.is_empty()
                        && !self.open.is_empty()
                        && self.starts_top_level(index)
                    {
                        self.close_forgotten(index);
                    }
                    self.argument(index);
                }
            }
        }
        self.end_line();
        while !self.open.is_empty() {
            // Braces behind the deepest block were not counted.
            if !too_deep {
                self.report_open_block();
            }
            self.finish_block(None);
        }
    }

    /// What a token is taken for.
    fn kind(&self, index: u32) -> Kind {
        let mistaken = self.mistaken.contains(&index);
        match self.tree.token(index).kind {
            Kind::Open(_) if mistaken => Kind::Open(Bracket::Curly),
            Kind::Close(_) if mistaken => Kind::Close(Bracket::Curly),
            kind => kind,
        }
    }

    fn argument(&mut self, index: u32) {
        if self.line.arguments.is_empty() {
            self.line.doc = std::mem::take(&mut self.doc);
        }
        self.line.arguments.push(index);
    }

    /// Whether the line goes on behind the line's end: after a comma and after an arrow.
    fn continues(&self) -> bool {
        let last = self
            .line
            .arguments
            .last()
            .map(|index| self.tree.token(*index).kind);
        matches!(last, Some(Kind::Symbol(Symbol::Comma | Symbol::Arrow)))
    }

    fn lines(&mut self) -> &mut Vec<Line> {
        &mut self.tree.lines
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.arguments.is_empty() || line.block.is_some() {
            self.lines().push(line);
        }
    }

    fn open_block(&mut self, brace: u32) {
        let mut head = std::mem::take(&mut self.line);
        if head.arguments.is_empty() {
            head.doc = std::mem::take(&mut self.doc);
        }
        let outer = std::mem::take(&mut self.tree.lines);
        self.open.push(Open { head, brace, outer });
    }

    fn close_block(&mut self, index: u32) {
        self.end_line();
        match self.open.last().map(|it| it.brace) {
            Some(brace) if !self.is_premature(brace, index) => self.finish_block(Some(index)),
            open => {
                self.tree.guessed |= open.is_some();
                self.surplus = self.surplus.saturating_sub(1);
                self.report_stray(index);
            }
        }
    }

    fn is_premature(&self, brace: u32, index: u32) -> bool {
        let outermost = self.open.len() == 1;
        self.surplus > 0
            && braces::premature(&self.tree.tokens, &self.tree.text, brace, index, outermost)
    }

    fn finish_block(&mut self, close: Option<u32>) {
        self.end_line();
        self.doc.clear();
        let Some(Open {
            mut head,
            brace,
            outer,
        }) = self.open.pop()
        else {
            return;
        };
        let lines = std::mem::replace(&mut self.tree.lines, outer);
        head.block = Some(Block {
            open: brace,
            close,
            lines,
        });
        self.lines().push(head);
    }

    /// Whether the token stands at the margin and is a keyword of the top level.
    fn starts_top_level(&self, index: u32) -> bool {
        let at_margin = index == 0 || self.tree.token(index - 1).kind == Kind::Newline;
        at_margin && TOP_LEVEL.contains(&self.tree.slice(index)) && self.looks_like_item(index)
    }

    /// `test` and `unit` are also statements inside blocks; as an item they are followed by a name or a text and, before the line ends, `{`;
    /// `edition` and `use` are not.
    fn looks_like_item(&self, index: u32) -> bool {
        if matches!(
            self.tree.slice(index),
            "edition" | "use" | "语言版本" | "引用"
        ) {
            return true;
        }
        let rest = self.tree.tokens.iter().skip(index as usize + 1);
        rest.take_while(|t| t.kind != Kind::Newline)
            .any(|t| t.kind == Kind::Open(Bracket::Curly))
    }

    fn close_forgotten(&mut self, index: u32) {
        let documentation = std::mem::take(&mut self.doc);
        while !self.open.is_empty() {
            self.report_forgotten(index);
            self.finish_block(None);
        }
        self.doc = documentation;
    }

    /// For every round or square bracket the index of its partner, found in one pass; braces and semicolons end the search.
    fn partners(&self) -> Vec<Option<u32>> {
        let mut partners = vec![None; self.tree.tokens.len()];
        let mut waiting: Vec<(u32, Bracket)> = Vec::new();
        for (index, token) in self.tree.tokens.iter().enumerate() {
            match token.kind {
                Kind::Open(Bracket::Curly)
                | Kind::Close(Bracket::Curly)
                | Kind::Symbol(Symbol::Semicolon) => waiting.clear(),
                Kind::Open(bracket) => waiting.push((index as u32, bracket)),
                Kind::Close(bracket) => {
                    if let Some(position) = waiting.iter().rposition(|(_, b)| *b == bracket) {
                        let (open, _) = waiting[position];
                        waiting.truncate(position);
                        if waiting.len() < DEEPEST {
                            partners[open as usize] = Some(index as u32);
                            partners[index] = Some(open);
                        }
                    }
                }
                _ => {}
            }
        }
        partners
    }

    /// A finding at one bracket: what is wrong with it, given how it is written, and the mend.
    fn found(
        &self,
        code: Code,
        index: u32,
        wrong: impl FnOnce(&str) -> Text,
        mend: Text,
    ) -> Diagnostic {
        let message = wrong(self.tree.slice(index));
        Diagnostic::new(code, self.tree.span(index), message).with_help(mend)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn report_depth(&mut self, index: u32) {
        let wrong = |_: &str| {
            Text::new(
                format!("嵌套超过 {DEEPEST} 层"),
                format!("blocks are nested more than {DEEPEST} deep"),
            )
        };
        let mend = Text::new(
            "检查此处之前是否漏写了 `}`",
            "look for a missing `}` before this place",
        );
        self.report(self.found(Code::NestingTooDeep, index, wrong, mend));
    }

    fn report_mistaken(&mut self, index: u32) {
        let wrong = |written: &str| {
            Text::new(
                format!("语句块不用括号 `{written}` 括起"),
                format!("a block of statements does not begin with `{written}`"),
            )
        };
        let mend = Text::new(
            "语句块写在花括号之间：`{ … }`",
            "write the block between braces: `{ … }`",
        );
        self.report(self.found(Code::StrayBracket, index, wrong, mend));
    }

    fn report_unclosed(&mut self, index: u32) {
        let wrong = |written: &str| {
            Text::new(
                format!("括号 `{written}` 没有配对的右括号"),
                format!("bracket `{written}` is never closed"),
            )
        };
        let mend = Text::new("在本行补上右括号", "add the closing bracket on this line");
        self.report(self.found(Code::UnclosedBracket, index, wrong, mend));
    }

    fn report_stray(&mut self, index: u32) {
        let wrong = |written: &str| {
            Text::new(
                format!("多余的 `{written}`"),
                format!("`{written}` closes nothing"),
            )
        };
        let mend = Text::new(
            "删除它，或在前面补上与它配对的左括号",
            "remove it, or add the opening bracket it belongs to",
        );
        let found = self.found(Code::StrayBracket, index, wrong, mend);
        self.report(found.with_fix(
            Text::new("删除它", "remove it"),
            self.tree.span(index),
            "",
            crate::diagnostic::Applicability::Unsafe,
        ));
    }

    fn report_open_block(&mut self) {
        let Some(open) = self.open.last() else { return };
        let brace = self.tree.span(open.brace);
        self.report(
            Diagnostic::new(
                Code::UnclosedBlock,
                brace,
                Text::new("这个 `{` 没有配对的 `}`", "this `{` is never closed"),
            )
            .with_help(Text::new(
                "在块的末尾补上 `}`",
                "add `}` at the end of the block",
            )),
        );
    }

    fn report_forgotten(&mut self, index: u32) {
        let Some(open) = self.open.last() else { return };
        let brace = self.tree.span(open.brace);
        let here = self.tree.span(index);
        let word = self.tree.slice(index).to_owned();
        self.report(
            Diagnostic::new(
                Code::UnclosedBlock,
                brace,
                Text::new("这个 `{` 没有配对的 `}`", "this `{` is never closed"),
            )
            .with_label(
                here,
                Text::new(
                    format!("`{word}` 只能写在最外层，所以块应在此之前结束"),
                    format!(
                        "`{word}` stands at the top level only, so the block must end before it"
                    ),
                ),
            )
            .with_help(Text::new("在该行之前补上 `}`", "add `}` before that line")),
        );
    }
}
