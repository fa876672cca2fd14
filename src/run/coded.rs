//! Laboratories by code: what a comparison that publishes codes may show, and what is for the organizer alone.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::outcome::{Bilateral, LaboratoryOutcome, Outcome, PointOutcome, VectorDifferences};
use crate::plan::{Plan, Role};
use crate::text::Text;

/// Gives every participant a code where the protocol publishes codes: its own, or one whose number tells nothing of the list of
/// participants. The pilot keeps its name, which every document bears.
pub(super) fn assign(plan: &Plan, laboratories: &mut [LaboratoryOutcome]) {
    let of = |id: &str| plan.laboratory(id);
    let own = |id: &str| of(id).and_then(|l| l.code.clone());
    let nameless = laboratories
        .iter()
        .map(|l| l.laboratory.clone())
        .filter(|id| own(id).is_none() && of(id).is_some_and(|l| l.role == Role::Participant));
    let mut drawn: Vec<(Vec<u8>, String)> = nameless
        .map(|id| (Sha256::digest(format!("{}{id}", plan.digest)).to_vec(), id))
        .collect();
    drawn.sort();
    let taken: Vec<String> = laboratories
        .iter()
        .filter_map(|l| own(&l.laboratory))
        .collect();
    let mut free = (1..)
        .map(|n| format!("P{n:02}"))
        .filter(|code| !taken.contains(code));
    let given: BTreeMap<String, String> = drawn
        .into_iter()
        .filter_map(|(_, id)| Some((id, free.next()?)))
        .collect();
    for laboratory in laboratories {
        let id = &laboratory.laboratory;
        laboratory.code = own(id).or_else(|| given.get(id).cloned());
    }
}

impl Outcome {
    /// Whether something is kept from the readers of a published report: names, or what the screening tests find.
    pub fn withholds(&self) -> bool {
        self.coded || !self.screens.is_empty()
    }

    /// The outcome as it may be published: without what screening finds, and with codes in the place of names where the protocol orders
    /// them, in the order of the codes.
    pub fn for_publication(&self) -> Outcome {
        let mut open = self.clone();
        open.screens.clear();
        if !self.coded {
            return open;
        }
        open.clauses.clear();
        let codes: BTreeMap<String, String> = (self.laboratories.iter())
            .filter_map(|l| Some((l.laboratory.clone(), l.code.clone()?)))
            .collect();
        let code = |id: &str| codes.get(id).cloned().unwrap_or_else(|| id.to_owned());
        for laboratory in &mut open.laboratories {
            laboratory.laboratory = code(&laboratory.laboratory);
            laboratory.title = Text::default();
        }
        open.laboratories
            .sort_by(|a, b| a.laboratory.cmp(&b.laboratory));
        for point in &mut open.points {
            rename(point, &codes, &code);
        }
        for vector in &mut open.vectors {
            for own in &mut vector.laboratories {
                own.laboratory = code(&own.laboratory);
            }
            let of = |own: &VectorDifferences| own.laboratory.clone();
            vector.laboratories.sort_by_key(of);
        }
        open
    }
}

fn rename(
    point: &mut PointOutcome,
    codes: &BTreeMap<String, String>,
    code: &dyn Fn(&str) -> String,
) {
    for result in &mut point.results {
        result.laboratory = code(&result.laboratory);
        result.from.clear();
        if let Some(reason) = &mut result.left_out {
            *reason = without_names(reason, codes);
        }
    }
    point
        .results
        .sort_by(|a, b| a.laboratory.cmp(&b.laboratory));
    for failure in &mut point.failures {
        failure.reason = without_names(&failure.reason, codes);
    }
    if let Some(check) = &mut point.monte_carlo {
        let named = std::mem::take(&mut check.laboratories);
        check.laboratories = (named.into_iter())
            .map(|(id, found)| (code(&id), found))
            .collect();
        for note in &mut check.notes {
            *note = without_names(note, codes);
        }
    }
    if let Some(precision) = &mut point.precision {
        for cell in &mut precision.laboratories {
            cell.laboratory = code(&cell.laboratory);
        }
        (precision.laboratories).sort_by(|a, b| a.laboratory.cmp(&b.laboratory));
        for lab in &mut precision.without {
            *lab = code(lab);
        }
        precision.without.sort();
    }
    let mut pairs = vec![&mut point.bilateral];
    if let Some(link) = &mut point.link {
        for share in &mut link.laboratories {
            share.published.laboratory = code(&share.published.laboratory);
        }
        for absent in &mut link.absent {
            *absent = code(absent);
        }
        pairs.push(&mut link.bilateral);
    }
    for bilateral in pairs.into_iter().flatten() {
        *bilateral = in_order_of_codes(bilateral, code);
    }
}

fn in_order_of_codes(bilateral: &Bilateral, code: &dyn Fn(&str) -> String) -> Bilateral {
    let names: Vec<String> = bilateral.laboratories.iter().map(|id| code(id)).collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| names[*a].cmp(&names[*b]));
    let matrix = |rows: &[Vec<f64>]| -> Vec<Vec<f64>> {
        let row = |i: &usize| order.iter().map(|j| rows[*i][*j]).collect();
        order.iter().map(row).collect()
    };
    Bilateral {
        step: bilateral.step.clone(),
        d: matrix(&bilateral.d),
        u: matrix(&bilateral.u),
        laboratories: order.iter().map(|i| names[*i].clone()).collect(),
    }
}

/// A reason with codes in the place of the names in it.
fn without_names(reason: &Text, codes: &BTreeMap<String, String>) -> Text {
    Text::new(replaced(&reason.zh, codes), replaced(&reason.en, codes))
}

/// Chinese has no blanks between words, so a name with Chinese characters is found wherever it stands; any other as a word of its own, for it
/// may be part of a longer one.
fn replaced(text: &str, codes: &BTreeMap<String, String>) -> String {
    let mut chinese: Vec<_> = codes.iter().filter(|(id, _)| !id.is_ascii()).collect();
    chinese.sort_by_key(|(id, _)| std::cmp::Reverse(id.chars().count()));
    let text = (chinese.into_iter()).fold(text.to_owned(), |text, (id, code)| {
        text.replace(id.as_str(), code)
    });
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut out = String::new();
    let mut word = String::new();
    for sign in text.chars().chain(std::iter::once('\n')) {
        if of_name(sign) {
            word.push(sign);
            continue;
        }
        let bare = word.trim_end_matches('.');
        out.push_str(codes.get(bare).map_or(bare, String::as_str));
        out.extend(word.chars().skip(bare.chars().count()));
        word.clear();
        out.push(sign);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_reason_gives_way_to_its_code_and_a_longer_name_stays() {
        let codes = BTreeMap::from([
            ("LAB1".to_owned(), "C07".to_owned()),
            ("上海院".to_owned(), "C09".to_owned()),
        ]);
        assert_eq!(
            replaced("`LAB1` and LAB10, LAB1.", &codes),
            "`C07` and LAB10, C07."
        );
        assert_eq!(
            replaced("实验室上海院与LAB1 同时", &codes),
            "实验室C09与C07 同时"
        );
    }
}
