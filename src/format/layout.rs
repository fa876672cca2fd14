//! Statements, comments and blank lines in the order of the source: what the printer lays out.
//!
//! The tree says which tokens form a line and where blocks begin and end; the entries say where on a line a further statement begins. A
//! token that neither knows (a stray bracket) is kept at its place, so that nothing of the source is ever lost.

use std::collections::BTreeMap;

use crate::schema::{Document, Entry};
use crate::syntax::{Kind, Line, Symbol, Tree};

/// What stands in a block.
pub(super) enum Item<'d> {
    /// A comment on a line of its own.
    Comment {
        token: u32,
        blank_before: bool,
    },
    Statement(Statement<'d>),
}

/// A statement with all that is written on its lines.
#[derive(Default)]
pub(super) struct Statement<'d> {
    pub tokens: Vec<u32>,
    /// The statement as read; none when it could not be read.
    pub entry: Option<&'d Entry>,
    /// Whether its tokens keep their spelling, because they could not be read.
    pub verbatim: bool,
    /// Line ends and comments before the token of that number.
    pub breaks: BTreeMap<usize, Vec<Inner>>,
    pub block: Option<Block<'d>>,
    /// The comment behind it on the same line.
    pub comment: Option<u32>,
    /// Whether a `;` ends it.
    pub semicolon: bool,
    pub blank_before: bool,
}

/// A comment inside a statement that goes on below it.
pub(super) struct Inner {
    pub token: u32,
    pub own_line: bool,
}

#[derive(Default)]
pub(super) struct Block<'d> {
    pub items: Vec<Item<'d>>,
    /// The comment behind `{`.
    pub comment: Option<u32>,
    pub closed: bool,
    /// Whether `{` and `}` stand on one line.
    pub one_line: bool,
}

/// What the tree says about a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Unknown,
    /// Begins a statement; at the top level, every open block has ended before it.
    Start {
        top: bool,
    },
    Argument,
    Open {
        top: bool,
        /// Whether no statement stands before it.
        headless: bool,
    },
    Close,
}

/// Lays out the source's statements; their order is that of the tokens.
pub(super) fn items<'d>(tree: &Tree, document: &'d Document) -> Vec<Item<'d>> {
    let mut map = Map::new(tree, document);
    map.lines(&tree.lines, true);
    let mut walk = Walk {
        tree,
        map,
        frames: Vec::new(),
        items: Vec::new(),
        current: None,
        newlines: 0,
        newlines_total: 0,
        behind_open: false,
    };
    for index in 0..tree.tokens.len() as u32 {
        walk.token(index);
    }
    walk.end_blocks();
    walk.items
}

struct Map<'t, 'd> {
    tree: &'t Tree,
    places: Vec<Place>,
    /// Whether the token belongs to a line that was read without a misfit.
    read: Vec<bool>,
    heads: BTreeMap<u32, &'d Entry>,
}

impl<'t, 'd> Map<'t, 'd> {
    fn new(tree: &'t Tree, document: &'d Document) -> Map<'t, 'd> {
        let mut map = Map {
            tree,
            places: vec![Place::Unknown; tree.tokens.len()],
            read: vec![false; tree.tokens.len()],
            heads: BTreeMap::new(),
        };
        map.entries(&document.entries);
        map
    }

    fn entries(&mut self, entries: &'d [Entry]) {
        for entry in entries {
            if !entry.poisoned {
                self.heads.insert(entry.head.start, entry);
                let first = self
                    .tree
                    .tokens
                    .partition_point(|t| t.start < entry.span.start);
                let end = self
                    .tree
                    .tokens
                    .partition_point(|t| t.start < entry.span.end);
                self.read
                    .get_mut(first..end)
                    .into_iter()
                    .flatten()
                    .for_each(|read| *read = true);
            }
            self.entries(&entry.body);
        }
    }

    fn lines(&mut self, lines: &[Line], top: bool) {
        for line in lines {
            let sound = |i: &u32| self.read.get(*i as usize) == Some(&true);
            let read = line.arguments.iter().all(sound);
            for (number, index) in line.arguments.iter().enumerate() {
                let starts =
                    number == 0 || read && self.heads.contains_key(&self.tree.token(*index).start);
                self.set(
                    *index,
                    if starts {
                        Place::Start { top }
                    } else {
                        Place::Argument
                    },
                );
                if let Some(mark) = self.read.get_mut(*index as usize) {
                    *mark = read;
                }
            }
            if let Some(block) = &line.block {
                self.set(
                    block.open,
                    Place::Open {
                        top: top && line.arguments.is_empty(),
                        headless: line.arguments.is_empty(),
                    },
                );
                block
                    .close
                    .into_iter()
                    .for_each(|close| self.set(close, Place::Close));
                self.lines(&block.lines, false);
            }
        }
    }

    fn set(&mut self, index: u32, place: Place) {
        if let Some(here) = self.places.get_mut(index as usize) {
            *here = place;
        }
    }

    fn place(&self, index: u32) -> Place {
        self.places
            .get(index as usize)
            .copied()
            .unwrap_or(Place::Unknown)
    }

    /// The place of the first token from `index` on that is not a blank, a line's end or a comment.
    fn next_place(&self, index: u32) -> Option<Place> {
        let rest = self.tree.tokens.iter().enumerate().skip(index as usize);
        let (next, _) = rest.into_iter().find(|(_, t)| !t.kind.is_trivia())?;
        self.places.get(next).copied()
    }
}

/// A block that is open, and the statement it belongs to.
struct Frame<'d> {
    head: Statement<'d>,
    comment: Option<u32>,
    outer: Vec<Item<'d>>,
    /// Line ends seen before its `{`.
    newlines_before: usize,
}

struct Walk<'t, 'd> {
    tree: &'t Tree,
    map: Map<'t, 'd>,
    frames: Vec<Frame<'d>>,
    items: Vec<Item<'d>>,
    current: Option<Statement<'d>>,
    /// Line ends since the last token or comment.
    newlines: usize,
    newlines_total: usize,
    /// Whether nothing but blanks stands between here and the `{` before.
    behind_open: bool,
}

impl<'d> Walk<'_, 'd> {
    fn token(&mut self, index: u32) {
        match self.tree.token(index).kind {
            Kind::Blank => return,
            Kind::Newline => {
                self.newlines += 1;
                self.newlines_total += 1;
                return;
            }
            Kind::Comment | Kind::Doc => self.comment(index),
            Kind::Symbol(Symbol::Semicolon) => {
                if let Some(statement) = &mut self.current {
                    statement.semicolon = true;
                }
                self.end_statement();
            }
            _ => self.place(index),
        }
        // A text over several lines counts, so that a block around it is not taken for one line.
        self.newlines_total += self.tree.slice(index).matches('\n').count();
        self.newlines = 0;
    }

    fn place(&mut self, index: u32) {
        match self.map.place(index) {
            Place::Start { top } => {
                if top {
                    self.end_blocks();
                }
                self.start(index);
            }
            Place::Argument => self.argument(index),
            Place::Open { top, headless } => {
                if top {
                    self.end_blocks();
                }
                if headless {
                    self.end_statement();
                }
                self.open();
            }
            Place::Close => {
                self.end_statement();
                self.close(true);
            }
            Place::Unknown => self.stray(index),
        }
        self.behind_open = matches!(self.map.place(index), Place::Open { .. });
    }

    fn blank_before(&self) -> bool {
        self.newlines > 1 && !self.items.is_empty()
    }

    fn start(&mut self, index: u32) {
        self.end_statement();
        let read = self.map.read.get(index as usize) == Some(&true);
        let entry = self.map.heads.get(&self.tree.token(index).start).copied();
        self.current = Some(Statement {
            tokens: vec![index],
            entry: entry.filter(|_| read),
            verbatim: !read,
            blank_before: self.blank_before(),
            ..Statement::default()
        });
    }

    fn argument(&mut self, index: u32) {
        let broken = self.newlines > 0;
        let Some(statement) = &mut self.current else {
            return self.start(index);
        };
        if broken {
            statement.breaks.entry(statement.tokens.len()).or_default();
        }
        statement.tokens.push(index);
    }

    /// A token that belongs to no statement stays with what it touches on its line.
    fn stray(&mut self, index: u32) {
        match &mut self.current {
            Some(statement) if self.newlines == 0 => {
                statement.verbatim = true;
                statement.entry = None;
                statement.tokens.push(index);
            }
            _ => {
                self.start(index);
                if let Some(statement) = &mut self.current {
                    statement.verbatim = true;
                    statement.entry = None;
                }
            }
        }
    }

    fn comment(&mut self, index: u32) {
        // Documentation belongs to the statement below, so it never stays behind another one.
        let own_line = self.newlines > 0 || self.tree.token(index).kind == Kind::Doc;
        let next = self.map.next_place(index);
        if let Some(statement) = &mut self.current {
            if next == Some(Place::Argument) {
                let inner = Inner {
                    token: index,
                    own_line,
                };
                statement
                    .breaks
                    .entry(statement.tokens.len())
                    .or_default()
                    .push(inner);
                return;
            }
            if !own_line {
                statement.comment = Some(index);
                return;
            }
        }
        self.end_statement();
        if !own_line
            && self.behind_open
            && self.items.is_empty()
            && let Some(frame) = self.frames.last_mut()
        {
            frame.comment = Some(index);
            return;
        }
        if !own_line && let Some(Item::Statement(last)) = self.items.last_mut() {
            last.comment = Some(index);
            return;
        }
        if matches!(
            next,
            Some(Place::Start { top: true } | Place::Open { top: true, .. })
        ) {
            self.end_blocks();
        }
        let blank_before = self.blank_before();
        self.items.push(Item::Comment {
            token: index,
            blank_before,
        });
    }

    fn open(&mut self) {
        let blank_before = self.blank_before();
        let head = self.current.take().unwrap_or_else(|| Statement {
            blank_before,
            verbatim: true,
            ..Statement::default()
        });
        self.frames.push(Frame {
            head,
            comment: None,
            outer: std::mem::take(&mut self.items),
            newlines_before: self.newlines_total,
        });
    }

    fn close(&mut self, closed: bool) {
        let Some(Frame {
            mut head,
            comment,
            outer,
            newlines_before,
        }) = self.frames.pop()
        else {
            return;
        };
        let items = std::mem::replace(&mut self.items, outer);
        let one_line = closed && newlines_before == self.newlines_total;
        head.block = Some(Block {
            items,
            comment,
            closed,
            one_line,
        });
        self.items.push(Item::Statement(head));
    }

    fn end_statement(&mut self) {
        if let Some(statement) = self.current.take() {
            self.items.push(Item::Statement(statement));
        }
    }

    /// Ends every block that was never closed.
    fn end_blocks(&mut self) {
        self.end_statement();
        while !self.frames.is_empty() {
            self.close(false);
        }
    }
}
