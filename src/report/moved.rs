//! What has moved in a plan made anew, for a terminal.

use super::outcome::aligned;
use super::templates::closed_up;
use super::view::revision::{shift, specimen};
use super::view::{Reader, View};
use crate::plan::Plan;
use crate::text::Lang;

/// What happened, every date that has moved with its old and its new day, and who must be told; nothing for a plan that was not made anew.
pub fn moved(plan: &Plan, lang: Lang) -> Option<String> {
    let view = View::new(plan, lang);
    let words = view.words;
    let revision = plan.content.circulation.revision.as_ref()?;
    let mut out = match lang {
        Lang::Zh => format!("第 {} 次重排，截至 {}\n", revision.number, revision.as_of),
        Lang::En => format!(
            "plan made anew, No. {}, as of {}\n",
            revision.number, revision.as_of
        ),
    };
    for happening in revision.happened.iter().filter(|it| it.deviates()) {
        let notify = view.notify(happening).map(|it| format!(" — {it}"));
        let remark = happening.remark.as_ref().map(|it| format!(" [{it}]"));
        out.push_str(&format!(
            "  {}{}{}\n",
            closed_up(&view.happening(Reader::Pilot, happening), lang),
            remark.unwrap_or_default(),
            notify.unwrap_or_default()
        ));
    }
    if revision.moved.is_empty() {
        out.push_str(words.pick("没有日期改变\n", "no date has moved\n"));
        return Some(out);
    }
    let head = [
        ("实验室", "laboratory"),
        ("传递标准", "artefact"),
        ("事项", "what"),
        ("原定", "was"),
        ("现定", "is now"),
        ("天", "days"),
    ];
    let mut rows = vec![Vec::from(
        head.map(|(zh, en)| words.pick(zh, en).to_owned()),
    )];
    for it in &revision.moved {
        let date =
            |date: Option<jiff::civil::Date>| date.map_or("—".to_owned(), |it| it.to_string());
        let laboratory = match it.stop.ordinal {
            1 => it.stop.laboratory.clone(),
            n => format!("{}#{n}", it.stop.laboratory),
        };
        rows.push(vec![
            laboratory,
            specimen(&it.stop),
            view.appointment(it.what),
            date(it.old),
            date(it.new),
            shift(it).unwrap_or_default(),
        ]);
    }
    out.push_str(&aligned(&rows));
    let told: Vec<String> = plan
        .content
        .laboratories
        .iter()
        .filter(|it| revision.tells(&it.id))
        .map(|it| it.id.clone())
        .collect();
    out.push_str(&match lang {
        Lang::Zh => format!("须告知：{}\n", words.list(&told)),
        Lang::En => format!("to be told: {}\n", words.list(&told)),
    });
    Some(out)
}
