//! How the width of a page is divided between the columns of a table; Word and PDF need it said.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::blocks::{Inline, Table, plain};

/// Width of the text on an A4 page with its margins, in twentieths of a point.
pub const TEXT_WIDTH: usize = 9638;
/// Width of a letter in a table and of the margins of a cell, in twentieths of a point.
const LETTER: usize = 112;
const CELL_MARGINS: usize = 200;
/// Letters for which a column without contents has room.
const BY_HAND: usize = 14;

/// Widths of columns in twentieths of a point: each has room for its longest word, and what is left of the page goes to those with the
/// longest texts.
pub fn widths(table: &Table) -> Vec<usize> {
    let cells = |column: usize| {
        let rows = std::iter::once(&table.head).chain(&table.rows);
        rows.filter_map(move |row| row.get(column))
            .map(|cell| plain(cell))
    };
    // What is filled in by hand needs room though nothing stands there yet.
    let by_hand = |column: usize| {
        let body = table.rows.iter().filter_map(|row| row.get(column));
        let blank = |cell: &Vec<Inline>| plain(cell).trim().is_empty();
        match table.rows.is_empty() || !body.clone().all(blank) {
            true => 0,
            false => BY_HAND,
        }
    };
    let columns = 0..table.align.len();
    let floors: Vec<usize> = columns
        .clone()
        .map(|c| {
            let longest = cells(c).map(|text| longest_word(&text)).max().unwrap_or(0);
            CELL_MARGINS + LETTER * longest.max(by_hand(c))
        })
        .collect();
    // What a column wants beyond the room that it has.
    let wishes: Vec<usize> = columns
        .map(|c| {
            let longest = cells(c).map(|text| text.width()).max().unwrap_or(0);
            longest.clamp(5, 60) * LETTER
        })
        .zip(&floors)
        .map(|(wish, floor)| wish.saturating_sub(*floor).max(1))
        .collect();
    let (needed, wished) = (floors.iter().sum::<usize>(), wishes.iter().sum::<usize>());
    let share = |part: usize, of: usize, whole: usize| whole * part / of.max(1);
    match TEXT_WIDTH.checked_sub(needed) {
        Some(left) => {
            let pairs = floors.iter().zip(&wishes);
            pairs
                .map(|(floor, wish)| floor + share(*wish, wished, left))
                .collect()
        }
        None => floors
            .iter()
            .map(|floor| share(*floor, needed, TEXT_WIDTH))
            .collect(),
    }
}

/// Whether a text is not worth a second line in a table.
pub fn is_short(text: &str) -> bool {
    text.width() <= 10
}

/// Width of the longest piece of a text that is not divided between lines: a word of letters and digits, or one Chinese character.
fn longest_word(text: &str) -> usize {
    if is_short(text) {
        return text.width();
    }
    let mut longest = 0;
    let mut word = 0;
    for c in text.chars() {
        let width = c.width().unwrap_or(0);
        word = if c == ' ' || width == 2 {
            0
        } else {
            word + width
        };
        longest = longest.max(word).max(width);
    }
    // Longer ones, such as digests, are divided all the same.
    longest.min(24)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::report::blocks::{Block, blocks};

    #[test]
    fn the_columns_of_a_table_fill_the_page_and_no_more() {
        let found = blocks("| 甲 | b |\n|---|---|\n| 一二三四五六七八九十 | x |\n");
        let Block::Table(table) = &found[0] else {
            panic!("{found:?}")
        };
        let widths = widths(table);
        assert!(widths[0] > widths[1]);
        assert!(widths.iter().sum::<usize>() <= TEXT_WIDTH);
    }

    #[test]
    fn a_column_to_be_filled_in_by_hand_has_room() {
        let found = blocks(&format!(
            "| a | b |\n|---|---|\n| {} | |\n",
            "很长".repeat(60)
        ));
        let Block::Table(table) = &found[0] else {
            panic!("{found:?}")
        };
        assert!(widths(table)[1] >= CELL_MARGINS + BY_HAND * LETTER);
    }

    #[test]
    fn a_date_fits_its_column_beside_long_texts() {
        let long = "很长的说明".repeat(30);
        let found = blocks(&format!(
            "| a | b | c |\n|---|---|---|\n| 2026-09-01 | {long} | {long} |\n"
        ));
        let Block::Table(table) = &found[0] else {
            panic!("{found:?}")
        };
        assert!(widths(table)[0] >= CELL_MARGINS + 10 * LETTER);
    }
}
