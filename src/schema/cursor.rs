//! A walk over the arguments of a line.

use crate::source::Span;
use crate::syntax::{Bracket, Kind, Symbol, Tree};

/// The arguments of a line and how far they are read.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub tree: &'t Tree,
    arguments: &'t [u32],
    position: usize,
}

impl<'t> Cursor<'t> {
    pub fn new(tree: &'t Tree, arguments: &'t [u32]) -> Cursor<'t> {
        Cursor {
            tree,
            arguments,
            position: 0,
        }
    }

    /// Index of the token `ahead` places further on.
    pub fn index_at(&self, ahead: usize) -> Option<u32> {
        self.arguments.get(self.position + ahead).copied()
    }

    pub fn kind_at(&self, ahead: usize) -> Option<Kind> {
        self.index_at(ahead)
            .map(|index| self.tree.token(index).kind)
    }

    /// The kind of the token read last.
    pub fn kind_before(&self) -> Option<Kind> {
        let before = self.position.checked_sub(1)?;
        let index = self.arguments.get(before)?;
        Some(self.tree.token(*index).kind)
    }

    pub fn kind(&self) -> Option<Kind> {
        self.kind_at(0)
    }

    pub fn slice_at(&self, ahead: usize) -> &'t str {
        self.index_at(ahead)
            .map_or("", |index| self.tree.slice(index))
    }

    /// The next token if it is a word.
    pub fn word(&self) -> Option<&'t str> {
        (self.kind() == Some(Kind::Word)).then(|| self.slice_at(0))
    }

    pub fn is_symbol(&self, symbol: Symbol) -> bool {
        self.kind() == Some(Kind::Symbol(symbol))
    }

    pub fn is_open(&self, bracket: Bracket) -> bool {
        self.kind() == Some(Kind::Open(bracket))
    }

    pub fn is_close(&self, bracket: Bracket) -> bool {
        self.kind() == Some(Kind::Close(bracket))
    }

    pub fn at_end(&self) -> bool {
        self.position >= self.arguments.len()
    }

    pub fn advance(&mut self, count: usize) {
        self.position += count;
    }

    /// Reads the symbol if it is next.
    pub fn take_symbol(&mut self, symbol: Symbol) -> bool {
        let found = self.is_symbol(symbol);
        self.position += usize::from(found);
        found
    }

    /// Where the next token stands, or right behind the last one.
    pub fn span(&self) -> Span {
        match self.index_at(0) {
            Some(index) => self.tree.span(index),
            None => self.last_span().after(),
        }
    }

    /// Where the token read last stands.
    pub fn last_span(&self) -> Span {
        let index = self
            .position
            .checked_sub(1)
            .and_then(|p| self.arguments.get(p))
            .or(self.arguments.last());
        index
            .map(|index| self.tree.span(*index))
            .unwrap_or_default()
    }

    /// Whether the token `ahead` touches the one before it.
    pub fn touches(&self, ahead: usize) -> bool {
        match (
            ahead
                .checked_sub(1)
                .and_then(|before| self.index_at(before)),
            self.index_at(ahead),
        ) {
            (Some(before), Some(here)) => {
                self.tree.token(before).end == self.tree.token(here).start
            }
            _ => false,
        }
    }

    pub fn position(&self) -> usize {
        self.position
    }
}
