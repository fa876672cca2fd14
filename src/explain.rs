//! What a code means, why it matters and how to mend it: one document for each code of the register.
//!
//! The documents are `codes/E0107.md` and so on, with sections `## zh`, `## en`, `## failing` and `## mended`; the tests compile both
//! examples. Findings in submitted files have their titles from the readers of those files.

use include_dir::{Dir, include_dir};

use crate::diagnostic::Code;
use crate::intake::codes;
use crate::text::{Lang, Text};

static DOCUMENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/diagnostic/codes");

/// The parts of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explanation {
    pub text: Text,
    /// A source with this finding; empty where none can be written down.
    pub failing: String,
    /// Codes of errors that come along with it in that source.
    pub also: Vec<String>,
    /// The same source, mended.
    pub mended: String,
}

/// The document of a code (`E0107` or `decimal-comma`, in any case) in Markdown; none for a code that does not exist.
pub fn document(code: &str, lang: Lang) -> Option<String> {
    let wanted = code.trim();
    let code = Code::ALL.iter().copied().find(|code| {
        code.id().eq_ignore_ascii_case(wanted) || code.slug().eq_ignore_ascii_case(wanted)
    })?;
    let explanation = explanation(code)?;
    let mut out = format!(
        "# {} {}\n\n{}\n",
        code.id(),
        code.slug(),
        explanation.text.get(lang)
    );
    let (failing, mended) = match lang {
        Lang::Zh => ("有此问题的写法", "改正之后"),
        Lang::En => ("With this finding", "Mended"),
    };
    for (title, example) in [
        (failing, &explanation.failing),
        (mended, &explanation.mended),
    ] {
        if !example.is_empty() {
            out.push_str(&format!("\n## {title}\n\n```bidui\n{example}```\n"));
        }
    }
    Some(out)
}

/// The document of a code in its parts; none when nothing has been written about it.
pub fn explanation(code: Code) -> Option<Explanation> {
    match DOCUMENTS
        .get_file(format!("{}.md", code.id()))
        .and_then(|file| file.contents_utf8())
    {
        Some(text) => Some(parts(text)),
        None => about_a_submitted_file(code),
    }
}

fn parts(document: &str) -> Explanation {
    let failing = section(document, "failing");
    let also = failing
        .lines()
        .find_map(|line| line.strip_prefix("also: "))
        .unwrap_or_default();
    Explanation {
        text: Text::new(section(document, "zh"), section(document, "en")),
        failing: fenced(failing),
        also: also.split_whitespace().map(str::to_owned).collect(),
        mended: fenced(section(document, "mended")),
    }
}

/// What stands below a heading, up to the next one.
fn section<'t>(document: &'t str, title: &str) -> &'t str {
    let heading = format!("\n## {title}\n");
    let Some((_, behind)) = document.split_once(&heading) else {
        return "";
    };
    behind
        .split_once("\n## ")
        .map_or(behind, |(text, _)| text)
        .trim()
}

/// What stands between the fences.
fn fenced(section: &str) -> String {
    let inside = section
        .split_once("```bidui\n")
        .map_or("", |(_, behind)| behind);
    inside
        .rsplit_once("```")
        .map_or("", |(inside, _)| inside)
        .to_owned()
}

fn about_a_submitted_file(code: Code) -> Option<Explanation> {
    let kind = codes::ALL.iter().find(|kind| kind.id == code.id())?;
    Some(Explanation {
        text: Text::new(
            format!(
                "{}。\n\n这是在参比实验室提交的文件中发现的问题。提示给出文件、行和列，并说明应如何填写。请由提交的实验室改正后重新提交；\
                 主导实验室不应代为修改，否则数据的来源不再清楚。",
                kind.zh
            ),
            format!(
                "{}.\n\nThis is found in a file that a laboratory submitted. The finding names file, row and column and says what should stand \
                 there. Let the laboratory correct it and submit again; the pilot should not change it, or the origin of the data is lost.",
                capitalised(kind.en)
            ),
        ),
        ..Explanation::default()
    })
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next();
    first
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(characters)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_code_is_explained_in_both_languages() {
        for code in Code::ALL {
            let explanation = explanation(*code).unwrap_or_default();
            assert!(!explanation.text.zh.is_empty(), "{}", code.id());
            assert!(!explanation.text.en.is_empty(), "{}", code.id());
        }
    }

    #[test]
    fn every_document_belongs_to_a_code_and_bears_its_name() {
        for file in DOCUMENTS.files() {
            let id = file.path().file_stem().and_then(|s| s.to_str()).unwrap();
            let code = Code::of(id).unwrap();
            let title = format!("# {id} {}\n", code.slug());
            assert!(file.contents_utf8().unwrap().starts_with(&title), "{id}");
        }
    }

    #[test]
    fn a_code_is_found_by_number_and_by_name_and_an_invented_one_is_not() {
        let by_number = document("e0107", Lang::En).unwrap();
        assert!(by_number.contains("decimal sign"));
        assert_eq!(
            document("unknown-unit", Lang::Zh),
            document("E0301", Lang::Zh)
        );
        assert!(document("D0054", Lang::Zh).unwrap().contains("公式"));
        assert_eq!(document("E9999", Lang::En), None);
    }
}
