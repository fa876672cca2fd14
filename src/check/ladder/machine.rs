//! The ladder of one consequence as a state machine.
//!
//! The measures follow one another in the order in which they were written, the retest last; each outcome of the retest opens a branch.
//! A step leads on and never back, so that a ladder cannot run in circles: it is a tree, and every branch comes to an end.

use super::words::{Words, called, described};
use crate::model::rules::{Consequence, Measure, MeasureKind};
use crate::text::Text;

/// What a state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    /// The verdicts or events that begin the ladder.
    Event,
    Measure,
    /// Its outcomes decide how it goes on.
    Retest,
    End,
}

/// A state of a ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub kind: StateKind,
    pub title: Text,
    pub detail: Option<Text>,
}

/// A transition between two states (by index), with the verdict of the retest under which it is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    pub from: usize,
    pub to: usize,
    pub under: Option<Text>,
}

/// A ladder; the first state is the event that begins it, and every other state has one way in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ladder {
    pub states: Vec<State>,
    pub moves: Vec<Move>,
}

impl Ladder {
    /// The ladder of a consequence; verdicts are called as `words` say, where they say anything.
    pub fn of(consequence: &Consequence, words: &Words) -> Ladder {
        let names: Vec<Text> = consequence
            .on
            .iter()
            .map(|(name, _)| called(name, words))
            .collect();
        let joined = |pick: fn(&Text) -> &str, sign: &str| {
            names.iter().map(pick).collect::<Vec<_>>().join(sign)
        };
        let mut ladder = Ladder::default();
        ladder.states.push(State {
            kind: StateKind::Event,
            title: Text::new(joined(|t| &t.zh, "、"), joined(|t| &t.en, ", ")),
            detail: None,
        });
        let measures: Vec<&Measure> = consequence.measures.iter().collect();
        ladder.chain(0, None, &measures, words);
        ladder
    }

    /// The states to which a state leads.
    pub fn next(&self, state: usize) -> impl Iterator<Item = &Move> {
        self.moves.iter().filter(move |it| it.from == state)
    }

    /// Adds measures one after another, retests at the end.
    fn chain(&mut self, from: usize, under: Option<Text>, measures: &[&Measure], words: &Words) {
        let is_retest = |it: &&&Measure| matches!(it.kind, MeasureKind::Retest { .. });
        let (mut from, mut under) = (from, under);
        for measure in measures.iter().filter(|it| !is_retest(it)) {
            from = self.add(from, under.take(), StateKind::Measure, measure, words);
        }
        let mut ends = true;
        for measure in measures.iter().filter(is_retest) {
            ends = false;
            let retest = self.add(from, under.take(), StateKind::Retest, measure, words);
            if let MeasureKind::Retest { outcomes, .. } = &measure.kind {
                for (outcome, step) in outcomes {
                    self.chain(retest, Some(called(outcome, words)), &[step], words);
                }
            }
        }
        if ends {
            let to = self.push(StateKind::End, Text::default(), None);
            self.moves.push(Move { from, to, under });
        }
    }

    fn add(
        &mut self,
        from: usize,
        under: Option<Text>,
        kind: StateKind,
        of: &Measure,
        words: &Words,
    ) -> usize {
        let (title, detail) = described(of, words);
        let to = self.push(kind, title, detail);
        self.moves.push(Move { from, to, under });
        to
    }

    fn push(&mut self, kind: StateKind, title: Text, detail: Option<Text>) -> usize {
        self.states.push(State {
            kind,
            title,
            detail,
        });
        self.states.len() - 1
    }
}
