//! The ladders as lines of text, for the terminal.

use super::machine::{Ladder, StateKind};
use super::words::Words;
use crate::model::rules::Consequence;
use crate::text::Lang;

/// Each ladder from its event down to its ends, branches indented under the retest that opens them.
pub fn outline(consequences: &[Consequence], words: &Words, lang: Lang) -> String {
    let mut out = String::new();
    for consequence in consequences {
        let ladder = Ladder::of(consequence, words);
        if let Some(event) = ladder.states.first() {
            out.push_str(&format!("  {}\n", event.title.get(lang)));
        }
        steps(&ladder, 0, 2, lang, &mut out);
    }
    out
}

fn steps(ladder: &Ladder, state: usize, depth: usize, lang: Lang, out: &mut String) {
    for it in ladder.next(state) {
        let Some(next) = ladder.states.get(it.to) else {
            continue;
        };
        if next.kind == StateKind::End {
            continue;
        }
        let under = it
            .under
            .as_ref()
            .map_or(String::new(), |verdict| match lang {
                Lang::Zh => format!("{}：", verdict.get(lang)),
                Lang::En => format!("{}: ", verdict.get(lang)),
            });
        let detail = next
            .detail
            .as_ref()
            .map_or(String::new(), |detail| match lang {
                Lang::Zh => format!("（{}）", detail.get(lang)),
                Lang::En => format!(" ({})", detail.get(lang)),
            });
        let title = next.title.get(lang);
        out.push_str(&format!("{}→ {under}{title}{detail}\n", "  ".repeat(depth)));
        let deeper = depth + usize::from(next.kind == StateKind::Retest);
        steps(ladder, it.to, deeper, lang, out);
    }
}
