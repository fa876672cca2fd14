//! Braces that are not where they belong: a block in round or square brackets, and a `}` that ends a block too early.

use std::collections::BTreeSet;

use super::token::{Bracket, Kind, Symbol, Token};
use super::tree::TOP_LEVEL;

/// The round and square brackets that stand for the braces of a block: between them stand statements, with `;`, `->` or blocks of their own.
pub(super) fn mistaken(tokens: &[Token]) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    // The open brackets, and whether a statement was seen in them.
    let mut open: Vec<(u32, Bracket, bool)> = Vec::new();
    for (index, token) in (0_u32..).zip(tokens) {
        match token.kind {
            Kind::Symbol(Symbol::Semicolon | Symbol::Arrow) => statement_in(&mut open),
            Kind::Open(bracket) => {
                if bracket == Bracket::Curly {
                    statement_in(&mut open);
                }
                open.push((index, bracket, false));
            }
            Kind::Close(bracket) => {
                let partner = match bracket {
                    Bracket::Curly => open.iter().rposition(|it| it.1 == bracket),
                    // Other brackets end within their block.
                    _ => open
                        .len()
                        .checked_sub(1)
                        .filter(|it| open[*it].1 == bracket),
                };
                let Some(partner) = partner else { continue };
                let (start, _, statements) = open[partner];
                open.truncate(partner);
                if bracket != Bracket::Curly && statements {
                    found.extend([start, index]);
                }
            }
            _ => {}
        }
    }
    found
}

fn statement_in(open: &mut [(u32, Bracket, bool)]) {
    if let Some(innermost) = open.last_mut() {
        innermost.2 = true;
    }
}

/// By how many the `}` outnumber the `{`.
pub(super) fn surplus(kinds: impl Iterator<Item = Kind>) -> usize {
    let (mut opened, mut closed) = (0_usize, 0_usize);
    for kind in kinds {
        match kind {
            Kind::Open(Bracket::Curly) => opened += 1,
            Kind::Close(Bracket::Curly) => closed += 1,
            _ => {}
        }
    }
    closed.saturating_sub(opened)
}

/// Whether the `}` at `index` ends the block opened at `brace` too early, in a file with more `}` than `{`: what follows on the next line
/// is indented as the block's own statements are, or can stand in no file outside a block.
pub(super) fn premature(
    tokens: &[Token],
    text: &str,
    brace: u32,
    index: u32,
    outermost: bool,
) -> bool {
    let behind = (tokens.iter()).skip(index as usize + 1);
    let mut behind = behind.skip_while(|it| it.kind.is_trivia() && it.kind != Kind::Newline);
    if behind.next().is_none_or(|it| it.kind != Kind::Newline) {
        return false;
    }
    let Some(next) = behind.find(|it| !it.kind.is_trivia()) else {
        return false;
    };
    if next.kind != Kind::Word {
        return false;
    }
    let Some(opened) = tokens.get(brace as usize) else {
        return false;
    };
    let written = text.get(next.start as usize..next.end as usize);
    let item = written.is_some_and(|word| TOP_LEVEL.contains(&word));
    indentation(text, next.start) > indentation(text, opened.start) || (outermost && !item)
}

/// With how many blanks the line around a place begins.
fn indentation(text: &str, at: u32) -> usize {
    let before = text.get(..at as usize).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |it| it + 1);
    let line = text.get(start..).unwrap_or_default();
    line.chars()
        .take_while(|c| c.is_whitespace() && *c != '\n')
        .count()
}
