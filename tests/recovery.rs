//! Broken files: nothing panics, the tokens tile the source, and the formatter settles at once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bidui::format::{Options, format};
use bidui::source::{FileId, SourceFile};
use bidui::{schema, syntax};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SAMPLE: &str = include_str!("data/language-example.bidui");

/// Reads a text through syntax and table, and checks that the tokens cover every byte in order.
fn read(text: &str) {
    let (tree, _) = syntax::parse(FileId::default(), &SourceFile::new("x.bidui", text));
    let mut end = 0;
    for token in &tree.tokens {
        assert_eq!(token.start, end, "a gap or an overlap in\n{text}");
        end = token.end;
    }
    assert_eq!(end as usize, text.len(), "the end is missing in\n{text}");
    schema::read(&tree);
}

fn settles(text: &str) {
    let once = format(text, Options::default()).text;
    let twice = format(&once, Options::default()).text;
    if once != twice {
        let differs = once.lines().zip(twice.lines()).position(|(a, b)| a != b);
        let at = differs.unwrap_or(once.lines().count().min(twice.lines().count()));
        let around = |text: &str| {
            let lines = text.lines().skip(at.saturating_sub(2)).take(5);
            lines.collect::<Vec<_>>().join("\n")
        };
        let (once, twice) = (around(&once), around(&twice));
        panic!("once:\n{once}\n\ntwice:\n{twice}\n\nsource:\n{text}");
    }
}

fn characters() -> Vec<char> {
    SAMPLE.chars().collect()
}

#[test]
fn every_prefix_of_a_protocol_can_be_read() {
    let text = characters();
    for end in 0..text.len() {
        read(&text[..end].iter().collect::<String>());
    }
}

#[test]
fn a_protocol_without_any_one_of_its_characters_can_be_read() {
    let text = characters();
    for gone in 0..text.len() {
        let mut text = text.clone();
        text.remove(gone);
        read(&text.into_iter().collect::<String>());
    }
}

#[test]
fn a_protocol_with_any_two_neighbouring_lines_swapped_can_be_read_and_laid_out() {
    let lines: Vec<&str> = SAMPLE.lines().collect();
    for first in 1..lines.len() {
        let mut lines = lines.clone();
        lines.swap(first - 1, first);
        let text = lines.join("\n");
        read(&text);
        settles(&text);
    }
}

/// What a hand on a keyboard with a Chinese input method produces, and worse.
const PIECES: [&str; 40] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "｛",
    "｝",
    "（",
    "）",
    "“",
    "”",
    "\"",
    "\"\"\"",
    "//",
    "／／",
    "///",
    ";",
    "；",
    ",",
    "，",
    "、",
    "。",
    "->",
    "→",
    "≤",
    "－",
    "\u{2212}",
    "+",
    "^",
    "|",
    "1",
    "0,5",
    "\u{3000}",
    "\t",
    "\n",
    "\r\n",
    "unit",
    "test \"x\" {",
    "\u{0}",
];

fn mutate(text: &str, random: &mut ChaCha8Rng) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for _ in 0..random.random_range(1..6) {
        let at = random.random_range(0..text.len());
        match random.random_range(0..5) {
            0 => {
                let end = (at + random.random_range(1..40)).min(text.len());
                text.drain(at..end);
            }
            1 => {
                let piece = PIECES[random.random_range(0..PIECES.len())];
                text.splice(at..at, piece.chars());
            }
            2 => {
                let byte = random.next_u32() as u8;
                text.insert(at, char::from(byte));
            }
            3 => {
                let end = (at + random.random_range(1..200)).min(text.len());
                let copied = text[at..end].to_vec();
                let to = random.random_range(0..text.len());
                text.splice(to..to, copied);
            }
            _ => {
                let end = (at + random.random_range(1..2000)).min(text.len());
                text.truncate(end);
            }
        }
        if text.is_empty() {
            text.push('x');
        }
    }
    text.into_iter().collect()
}

/// Mutants checked in an ordinary run; `BIDUI_MUTANTS=10000` checks more.
fn mutants() -> usize {
    std::env::var("BIDUI_MUTANTS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(2_000)
}

/// A part of the sample, so that thousands of mutants take seconds.
fn part(random: &mut ChaCha8Rng) -> String {
    let lines: Vec<&str> = SAMPLE.lines().collect();
    let from = random.random_range(0..lines.len() - 10);
    let to = (from + random.random_range(5..60)).min(lines.len());
    lines[from..to].join("\n")
}

#[test]
fn layout_of_broken_files_settles_at_the_first_go() {
    let mut random = ChaCha8Rng::seed_from_u64(20_260_901);
    for _ in 0..mutants() {
        let text = mutate(&part(&mut random), &mut random);
        read(&text);
        settles(&text);
    }
}

#[test]
fn deep_nesting_is_refused_and_the_file_comes_back_untouched() {
    let text = std::format!("{}{}", "a {\n".repeat(200), "}\n".repeat(200));
    read(&text);
    let formatted = format(&text, Options::default());
    assert_eq!(formatted.text, text);
    assert!(formatted.refused.is_some());
    read(&"(".repeat(50_000));
    read(&"{".repeat(50_000));
}

#[test]
fn random_bytes_and_heaps_of_words_are_compiled_without_a_panic() {
    let mut random = ChaCha8Rng::seed_from_u64(20_261_123);
    for _ in 0..400 {
        let length = random.random_range(0..400);
        let bytes: Vec<u8> = (0..length).map(|_| random.random()).collect();
        bidui::compile::compile("noise.bidui", &String::from_utf8_lossy(&bytes));
        let words: Vec<String> = (0..length / 4).map(|_| part(&mut random)).collect();
        bidui::compile::compile("words.bidui", &words.join(" "));
    }
}

#[test]
fn a_published_protocol_cut_anywhere_is_compiled_without_a_panic() {
    let whole = include_str!("../protocols/ccl-k1/protocol.bidui");
    // A step that shares no factor with the length of a line meets every kind of place.
    for end in (0..whole.len()).step_by(7) {
        if let Some(cut) = whole.get(..end) {
            bidui::compile::compile("cut.bidui", cut);
        }
    }
}
