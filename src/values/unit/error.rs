//! What can be wrong with a unit, and how to say it.

use crate::text::Text;

/// Why a text is not a unit, or why two units do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitError {
    /// Nothing where a unit should stand.
    Empty,
    /// No unit of this name; the suggestions are known spellings close to it.
    Unknown {
        word: String,
        suggestions: Vec<String>,
    },
    /// A character that only looks right; the second text is what was meant.
    LookAlike { found: String, meant: String },
    /// A root or a fractional exponent.
    Root(String),
    /// `a/b·c`, which people read in two ways; the suggestions say both.
    AmbiguousSlash {
        text: String,
        suggestions: Vec<String>,
    },
    /// An exponent that is zero, too large or not a whole number.
    Exponent(String),
    /// A parenthesis without its partner.
    Parenthesis(String),
    /// An operator without a unit beside it.
    MissingOperand(String),
    /// A logarithmic unit in a product, a quotient or a power.
    LogarithmicProduct(String),
    /// A month or working day in a product, a quotient or a power.
    CalendarProduct(String),
    /// Conversion of a logarithmic unit into another unit.
    LogarithmicConversion { from: String, to: String },
    /// Conversion of a month or working day into another unit.
    CalendarConversion { from: String, to: String },
    /// Two units of different kinds of quantity; names of the kinds included.
    Incommensurable {
        from: String,
        to: String,
        kinds: Box<[Text; 2]>,
    },
    /// A factor or exponent beyond what can be held exactly.
    OutOfRange(String),
    /// A library entry whose definition uses units that are nowhere declared, or itself.
    Unresolved(String),
    /// A spelling that two library entries claim.
    Duplicate(String),
    /// A library entry with an unknown base.
    UnknownDimension(String),
    /// A fault in the text of a library table.
    Table(Text),
}

impl UnitError {
    /// The message for a person.
    pub fn message(&self) -> Text {
        match self {
            UnitError::Empty => Text::new("此处缺少单位", "a unit is missing here"),
            UnitError::Unknown { word, suggestions } => unknown(word, suggestions),
            UnitError::LookAlike { found, meant } => Text::new(
                format!("`{found}`中有兼容字符或全角字符，请改写为`{meant}`"),
                format!(
                    "`{found}` contains a compatibility or full-width character; write `{meant}`"
                ),
            ),
            UnitError::Root(text) => Text::new(
                format!(
                    "`{text}`含方根，单位只支持整数次幂；请改用其平方，例如把 nV/√Hz 改写为 nV²/Hz"
                ),
                format!(
                    "`{text}` contains a root; units take whole powers only. Use the square instead: nV²/Hz for nV/√Hz"
                ),
            ),
            UnitError::AmbiguousSlash { text, suggestions } => Text::new(
                format!(
                    "`{text}`中斜线之后又有乘号，有两种读法；请写明：{}",
                    suggestions.join(" 或 ")
                ),
                format!(
                    "`{text}` has a product after the solidus and can be read in two ways; write {}",
                    suggestions.join(" or ")
                ),
            ),
            UnitError::Exponent(text) => Text::new(
                format!("`{text}`的指数应为不等于零的整数，且绝对值不超过 24，例如 m³、s-2"),
                format!(
                    "the exponent in `{text}` must be a whole number other than zero, at most 24, as in m³ or s-2"
                ),
            ),
            UnitError::Parenthesis(text) => Text::new(
                format!("`{text}`的括号不成对"),
                format!("the parentheses in `{text}` do not match"),
            ),
            UnitError::MissingOperand(text) => Text::new(
                format!("`{text}`的乘号或除号旁边缺少单位"),
                format!("in `{text}` a unit is missing beside a multiplication or division sign"),
            ),
            UnitError::LogarithmicProduct(word) => Text::new(
                format!("对数单位`{word}`不能参与乘、除或乘方"),
                format!(
                    "the logarithmic unit `{word}` cannot stand in a product, quotient or power"
                ),
            ),
            UnitError::CalendarProduct(word) => Text::new(
                format!("`{word}`没有固定长度，不能参与乘、除或乘方；可改用 d 或 a"),
                format!(
                    "`{word}` has no fixed length and cannot stand in a product, quotient or power; use d or a"
                ),
            ),
            UnitError::LogarithmicConversion { from, to } => Text::new(
                format!("对数单位不作线性换算：{from} 不能换算为 {to}，请直接用 {to} 给出数值"),
                format!(
                    "logarithmic units are not converted linearly: {from} cannot become {to}; state the value in {to}"
                ),
            ),
            UnitError::CalendarConversion { from, to } => Text::new(
                format!(
                    "{from} 与 {to} 之间没有固定的换算关系（月和工作日的长短取决于日历），请用同一种单位给出期限"
                ),
                format!(
                    "there is no fixed conversion between {from} and {to} (months and working days depend on the calendar); state both periods in one unit"
                ),
            ),
            UnitError::Incommensurable { from, to, kinds } => {
                let [mine, theirs] = kinds.as_ref();
                Text::new(
                    format!(
                        "量的种类不同：{from} 是{}，{to} 是{}，二者不能比较或换算",
                        mine.zh, theirs.zh
                    ),
                    format!(
                        "different kinds of quantity: {from} is {}, {to} is {}; they can be neither compared nor converted",
                        mine.en, theirs.en
                    ),
                )
            }
            UnitError::OutOfRange(text) => Text::new(
                format!("`{text}`的换算系数或量纲指数超出可精确表示的范围"),
                format!(
                    "the conversion factor or an exponent of `{text}` is beyond what can be held exactly"
                ),
            ),
            UnitError::Unresolved(name) => Text::new(
                format!("单位`{name}`的定义引用了未声明的单位，或引用了它自己"),
                format!(
                    "the unit `{name}` is defined by a unit that is not declared, or by itself"
                ),
            ),
            UnitError::Duplicate(word) => Text::new(
                format!(
                    "写法`{word}`被两个单位同时占用；请删去一处，或给较少用的一个加上 only-expected"
                ),
                format!(
                    "the spelling `{word}` is claimed by two units; drop one, or mark the rarer unit only-expected"
                ),
            ),
            UnitError::UnknownDimension(name) => Text::new(
                format!("没有名为`{name}`的基本量"),
                format!("there is no base quantity named `{name}`"),
            ),
            UnitError::Table(text) => text.clone(),
        }
    }
}

fn unknown(word: &str, suggestions: &[String]) -> Text {
    if suggestions.is_empty() {
        return Text::new(
            format!("不认识单位`{word}`"),
            format!("the unit `{word}` is unknown"),
        );
    }
    Text::new(
        format!("不认识单位`{word}`，是否应为 {}？", suggestions.join("、")),
        format!(
            "the unit `{word}` is unknown; did you mean {}?",
            suggestions.join(", ")
        ),
    )
}

crate::values::spoken!(UnitError);
