//! The kinds of token.

/// One token: its kind and its bytes in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
}

/// What a token is; the grammar's rules by another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Blank,
    Newline,
    /// `// …`
    Comment,
    /// `/// …`, kept for the statement below.
    Doc,
    /// `"…"` or `“…”`
    Text,
    /// `"""…"""`
    LongText,
    /// `2026-09-01`
    Date,
    /// `1.0.0`
    Version,
    /// `2026-A-17`
    Identifier,
    /// A number as written: `0.05`, `1_000`, `1.000 012(34)`.
    Number,
    /// A name, a keyword, a dotted path or a unit.
    Word,
    Symbol(Symbol),
    Open(Bracket),
    Close(Bracket),
    /// A slip of the pen that the grammar knows by name.
    Slip(Slip),
    Junk,
}

/// Signs, by meaning; full-width twins are the same sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    Arrow,
    AtMost,
    AtLeast,
    NotEqual,
    Equal,
    Less,
    Greater,
    Range,
    PlusMinus,
    Plus,
    Minus,
    Times,
    Dot,
    Over,
    Power,
    Bar,
    Comma,
    Colon,
    Semicolon,
    At,
    /// `。`, which ends a sentence but no statement.
    FullStop,
}

/// Brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bracket {
    Round,
    Square,
    Curly,
}

/// Slips that have a message and a fix of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// `"…` without its end.
    OpenText,
    /// `"""…` without its end.
    OpenLongText,
    /// `2026/9/1`, `2026年9月1日`, `２０２６-０９-０１`
    LooseDate,
    /// `31.12.2026`
    ForeignDate,
    /// `0,05`
    CommaNumber,
    /// `１２．５`
    FullWidthNumber,
    /// `1×10^-6`
    PowerNumber,
    /// `「…」`, `'…'`
    StrangeText,
}

impl Kind {
    /// Whether the token only separates others.
    pub fn is_trivia(self) -> bool {
        matches!(
            self,
            Kind::Blank | Kind::Newline | Kind::Comment | Kind::Doc
        )
    }
}

impl Symbol {
    /// The sign that `text` spells, full-width or not.
    pub fn of(text: &str) -> Option<Symbol> {
        Some(match text {
            "->" | "\u{2192}" | "\u{2014}\u{2192}" => Symbol::Arrow,
            "<=" | "=<" | "\u{2264}" | "\u{2266}" | "\u{2A7D}" => Symbol::AtMost,
            ">=" | "\u{2265}" | "\u{2267}" | "\u{2A7E}" => Symbol::AtLeast,
            "!=" | "<>" | "\u{2260}" => Symbol::NotEqual,
            "=" | "==" | "\u{FF1D}" => Symbol::Equal,
            "<" | "\u{FF1C}" => Symbol::Less,
            ">" | "\u{FF1E}" => Symbol::Greater,
            ".." | "\u{2026}" | "\u{FF5E}" | "~" => Symbol::Range,
            "\u{00B1}" | "+/-" | "+-" => Symbol::PlusMinus,
            "+" | "\u{FF0B}" => Symbol::Plus,
            "-" | "\u{2212}" | "\u{FF0D}" => Symbol::Minus,
            "*" | "\u{00D7}" => Symbol::Times,
            "\u{00B7}" | "\u{22C5}" => Symbol::Dot,
            "/" | "\u{FF0F}" | "\u{00F7}" => Symbol::Over,
            "^" => Symbol::Power,
            "|" | "\u{FF5C}" => Symbol::Bar,
            "," | "\u{FF0C}" | "\u{3001}" => Symbol::Comma,
            ":" | "\u{FF1A}" => Symbol::Colon,
            ";" | "\u{FF1B}" => Symbol::Semicolon,
            "@" => Symbol::At,
            "\u{3002}" => Symbol::FullStop,
            _ => return None,
        })
    }

    /// The spelling the formatter writes.
    pub fn canonical(self) -> &'static str {
        match self {
            Symbol::Arrow => "->",
            Symbol::AtMost => "<=",
            Symbol::AtLeast => ">=",
            Symbol::NotEqual => "!=",
            Symbol::Equal => "=",
            Symbol::Less => "<",
            Symbol::Greater => ">",
            Symbol::Range => "..",
            Symbol::PlusMinus => "\u{00B1}",
            Symbol::Plus => "+",
            Symbol::Minus => "-",
            Symbol::Times => "*",
            Symbol::Dot => "\u{00B7}",
            Symbol::Over => "/",
            Symbol::Power => "^",
            Symbol::Bar => "|",
            Symbol::Comma => ",",
            Symbol::Colon => ":",
            Symbol::Semicolon => ";",
            Symbol::At => "@",
            Symbol::FullStop => "\u{3002}",
        }
    }
}

impl Bracket {
    /// The bracket that `text` opens or closes.
    pub fn of(text: &str) -> Bracket {
        match text {
            "(" | ")" | "\u{FF08}" | "\u{FF09}" => Bracket::Round,
            "[" | "]" | "\u{FF3B}" | "\u{FF3D}" | "\u{3010}" | "\u{3011}" => Bracket::Square,
            _ => Bracket::Curly,
        }
    }
}
