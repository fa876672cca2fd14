//! Tokens out of the pest grammar in `grammar/bidui.pest`.

use pest::Parser;

use super::token::{Bracket, Kind, Slip, Symbol, Token};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/bidui.pest"]
struct Grammar;

/// The tokens of `text`; together they cover every byte of it in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let Ok(mut pairs) = Grammar::parse(Rule::file, text) else {
        // The grammar ends in a rule that takes any character, so this branch is for the type alone.
        return vec![Token {
            kind: Kind::Junk,
            start: 0,
            end: text.len() as u32,
        }];
    };
    let mut tokens = Vec::with_capacity(text.len() / 4);
    for pair in pairs.next().into_iter().flat_map(|file| file.into_inner()) {
        let span = pair.as_span();
        let kind = match pair.as_rule() {
            Rule::newline => Kind::Newline,
            Rule::blank | Rule::byte_order_mark => Kind::Blank,
            Rule::doc => Kind::Doc,
            Rule::comment => Kind::Comment,
            Rule::text => Kind::Text,
            Rule::long_text => Kind::LongText,
            Rule::strange_text => Kind::Slip(Slip::StrangeText),
            Rule::power_number => Kind::Slip(Slip::PowerNumber),
            Rule::open_text => Kind::Slip(Slip::OpenText),
            Rule::open_long_text => Kind::Slip(Slip::OpenLongText),
            Rule::date => Kind::Date,
            Rule::loose_date | Rule::full_width_date => Kind::Slip(Slip::LooseDate),
            Rule::foreign_date => Kind::Slip(Slip::ForeignDate),
            Rule::version => Kind::Version,
            Rule::identifier => Kind::Identifier,
            Rule::number => Kind::Number,
            Rule::comma_number => Kind::Slip(Slip::CommaNumber),
            Rule::full_width_number => Kind::Slip(Slip::FullWidthNumber),
            Rule::word => Kind::Word,
            Rule::open => Kind::Open(Bracket::of(span.as_str())),
            Rule::close => Kind::Close(Bracket::of(span.as_str())),
            Rule::symbol => Symbol::of(span.as_str()).map_or(Kind::Junk, Kind::Symbol),
            Rule::EOI => continue,
            _ => Kind::Junk,
        };
        tokens.push(Token {
            kind,
            start: span.start() as u32,
            end: span.end() as u32,
        });
    }
    tokens
}
