//! Text in the two languages of the project.
//!
//! Everything a person reads (messages, documents, reports) exists in Chinese and in English; a [`Text`] carries both and a
//! [`Lang`] chooses. A text of which only one language was written falls back to that one.

use serde::{Deserialize, Serialize};

/// The language of messages and documents.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese (simplified).
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Of two things, the one of this language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// Names in backticks, one behind the other: `` `a`、`b` `` or `` `a`, `b` ``.
pub fn listed(names: impl IntoIterator<Item = impl std::fmt::Display>, lang: Lang) -> String {
    let quoted: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    quoted.join(lang.pick("、", ", "))
}

/// One text in both languages; an empty half means "not written".
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
pub struct Text {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zh: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

impl Text {
    /// A text written in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Text {
        Text {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// A text that is the same in both languages (a name, a formula).
    pub fn same(both: impl Into<String>) -> Text {
        let both = both.into();
        Text {
            zh: both.clone(),
            en: both,
        }
    }

    /// The text in `lang`, or in the other language when that half is empty.
    pub fn get(&self, lang: Lang) -> &str {
        let (wanted, other) = match lang {
            Lang::Zh => (&self.zh, &self.en),
            Lang::En => (&self.en, &self.zh),
        };
        if wanted.is_empty() { other } else { wanted }
    }

    /// Whether neither language was written.
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }
}
