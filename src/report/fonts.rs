//! The fonts of the system and those that Typst brings along.

use std::collections::BTreeSet;
use std::sync::Arc;

use typst_kit::fonts::{FontStore, embedded, system};

use crate::text::{Lang, Text};

/// Chinese fonts by preference: what Linux, macOS and Windows bring along or offer.
const SERIF: [&str; 7] = [
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Songti SC",
    "SimSun",
    "FandolSong",
    "AR PL UMing CN",
];
const SANS: [&str; 8] = [
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
];

/// Signs for which there is no font.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoFont {
    /// No font with Chinese characters is installed.
    Chinese,
    /// No font has these.
    For(String),
}

impl NoFont {
    /// The message for a person.
    pub fn message(&self) -> Text {
        match self {
            NoFont::Chinese => Text::new(
                "本机没有可用的中文字体",
                "no font with Chinese characters is installed",
            ),
            NoFont::For(signs) => Text::new(
                format!("本机没有字体含有以下字符：{signs}"),
                format!("no installed font has these signs: {signs}"),
            ),
        }
    }

    /// What to do.
    pub fn help() -> Text {
        Text::new(
            "安装中文字体，如 Debian 软件包 `fonts-noto-cjk`，再运行一次",
            "install a font with Chinese characters, such as the Debian package `fonts-noto-cjk`, and run again",
        )
    }
}

/// The fonts that can be used on this machine; a copy shares them.
#[derive(Clone)]
pub struct Fonts {
    store: Arc<FontStore>,
    serif: Option<String>,
    sans: Option<String>,
}

impl Fonts {
    /// Looks through the fonts that are installed.
    pub fn installed() -> Fonts {
        let mut store = FontStore::new();
        store.extend(embedded());
        store.extend(system());
        Fonts::of(store)
    }

    /// No fonts but those that Typst brings along.
    #[cfg(test)]
    pub(super) fn embedded() -> Fonts {
        let mut store = FontStore::new();
        store.extend(embedded());
        Fonts::of(store)
    }

    fn of(store: FontStore) -> Fonts {
        let first = |names: &[&str]| {
            let mut known = names.iter();
            let found = known.find(|name| store.book().contains_family(&name.to_lowercase()));
            found.map(|name| (*name).to_owned())
        };
        let (serif, sans) = (first(&SERIF), first(&SANS));
        Fonts {
            serif: serif.clone().or_else(|| sans.clone()),
            sans: sans.or(serif),
            store: Arc::new(store),
        }
    }

    pub(super) fn store(&self) -> Arc<FontStore> {
        Arc::clone(&self.store)
    }

    /// The families for text, headings and code as arguments of the layout. Quotation marks and dashes belong to both scripts: in a
    /// Chinese document they come from the Chinese font.
    pub(super) fn families(&self, lang: Lang) -> String {
        let latin = |name: &str| match lang {
            Lang::Zh => format!("(name: \"{name}\", covers: \"latin-in-cjk\"), "),
            Lang::En => format!("\"{name}\", "),
        };
        let chinese = |name: &Option<String>| {
            let name = name.iter().map(|name| format!("\"{name}\", "));
            name.collect::<String>()
        };
        let (serif, sans) = (chinese(&self.serif), chinese(&self.sans));
        let text = latin("Libertinus Serif");
        format!(
            "serif: ({text}{serif}), sans: ({sans}{text}), mono: (\"DejaVu Sans Mono\", {sans})"
        )
    }

    /// The fonts that Typst brings along, as files.
    pub(super) fn brought_along() -> impl Iterator<Item = Vec<u8>> {
        embedded().map(|(font, _)| font.data().to_vec())
    }

    /// Whether every sign of a text has a font.
    pub(super) fn have(&self, text: &str) -> Result<(), NoFont> {
        let signs: BTreeSet<char> = text
            .chars()
            .filter(|c| !c.is_control() && !c.is_whitespace())
            .collect();
        let missing: Vec<char> = signs.into_iter().filter(|c| !self.has(*c)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let chinese = |c: &char| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
        if self.serif.is_none() && missing.iter().any(chinese) {
            return Err(NoFont::Chinese);
        }
        let shown = missing.iter().take(20);
        let shown: Vec<String> = shown
            .map(|c| format!("{c} (U+{:04X})", u32::from(*c)))
            .collect();
        Err(NoFont::For(shown.join("  ")))
    }

    fn has(&self, sign: char) -> bool {
        let infos = (0..).map_while(|index| self.store.book().info(index));
        infos
            .into_iter()
            .any(|info| info.coverage.contains(u32::from(sign)))
    }
}
