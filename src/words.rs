//! Words that reports, documents and explanations share: verdicts, measures, periods.

use crate::plan::{Measure, Order};
use crate::schema::table;
use crate::text::Lang;

/// A verdict or event in the words of a language; names of the author's own stay as they are.
pub fn verdict(name: &str, lang: Lang) -> String {
    match table::spelled(&table::VERDICTS, name) {
        Some((_, zh)) if lang == Lang::Zh => zh.to_owned(),
        _ => name.to_owned(),
    }
}

/// A word of a closed set of the language (`organizer`, `dissemination`) in the words of `lang`.
fn choice(set: &str, name: &str, lang: Lang) -> String {
    let term = table::table().choice(set).iter().find(|t| t.en == name);
    match term {
        Some(term) if lang == Lang::Zh => term.zh.clone(),
        _ => name.to_owned(),
    }
}

/// A measure in words.
pub fn order(order: &Order, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    match order {
        Order::Rectify { within, evidence } => {
            let period = within.title();
            let proof = evidence
                .as_ref()
                .map(|e| e.get(lang).to_owned())
                .filter(|e| !e.is_empty());
            let head = if zh {
                format!("在{}内完成整改", period.zh)
            } else {
                format!("rectify within {}", period.en)
            };
            match proof {
                Some(proof) if zh => format!("{head}，并提交{proof}"),
                Some(proof) => format!("{head} and submit: {proof}"),
                None => head,
            }
        }
        Order::Suspend { what, until } => {
            let what_zh = choice("suspended", what, Lang::Zh);
            match (until, zh) {
                (Some(state), true) => {
                    format!("暂停所涉及的{what_zh}，直至补测{}", verdict(state, lang))
                }
                (None, true) => format!("暂停所涉及的{what_zh}"),
                (Some(state), false) => {
                    format!("suspend the {what} concerned until a retest is {state}")
                }
                (None, false) => format!("suspend the {what} concerned"),
            }
        }
        Order::Retest { within, .. } => {
            let period = within.title();
            if zh {
                format!("在{}内补测", period.zh)
            } else {
                format!("retest within {}", period.en)
            }
        }
        Order::Refer { to } => {
            if zh {
                format!("移送{}处理", choice("authority", to, lang))
            } else {
                format!("refer to the {to}")
            }
        }
        Order::Lift { what } => {
            if zh {
                format!("解除{}", choice("lifted", what, lang))
            } else {
                format!("lift the {what}")
            }
        }
        Order::Void { what } => {
            if zh {
                format!("{}作废", choice("voided", what, lang))
            } else {
                format!("declare the {what} void")
            }
        }
        Order::Record { what } => {
            if zh {
                format!("记入{}记录", choice("recorded", what, lang))
            } else {
                format!("enter into the record: {what}")
            }
        }
        Order::Notify { whom, .. } => {
            if zh {
                format!("通知{}", choice("authority", whom, lang))
            } else {
                format!("notify the {whom}")
            }
        }
        Order::Nothing => if zh {
            "不作处理"
        } else {
            "nothing follows"
        }
        .to_owned(),
    }
}

/// A measure with what it rests on.
pub fn measure(measure: &Measure, lang: Lang) -> String {
    let text = order(&measure.order, lang);
    match (&measure.basis, lang) {
        (Some(basis), Lang::Zh) => format!("{text}（依据：{}）", basis.get(lang)),
        (Some(basis), Lang::En) => format!("{text} (basis: {})", basis.get(lang)),
        (None, _) => text,
    }
}
