//! Layouts of documents: templates that give Markdown, strict about what they refer to.
//!
//! A template sees the data of [`super::view`] and three helpers: `t(zh, en, …)` writes the text of the document's language with the
//! arguments put in at `{0}`, `{1}` …; `absent()` says that the protocol leaves a matter open; the filter `md` lets the Markdown of a
//! longer text act. Everything else that is put in is escaped, so that no text of an author can change the layout.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Rest;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use unicode_width::UnicodeWidthChar;

use super::words::escape;
use crate::project::standard_file;
use crate::text::{Lang, Text};

/// The layouts that there are, each for one kind of document; `parts.md` holds what several of them use.
pub const NAMES: [&str; 13] = [
    "changes.md",
    "checklist.md",
    "evaluation.md",
    "handover.md",
    "instructions.md",
    "labels.md",
    "monitoring.md",
    "notice.md",
    "organizer.md",
    "parts.md",
    "pretest.md",
    "protocol.md",
    "risks.md",
];

/// Why a template could not be read or filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// Name of the template.
    pub template: String,
    /// Line in it, from one, where known.
    pub line: Option<usize>,
    /// That line as written.
    pub source: String,
    /// What was found and how to mend it.
    pub what: Text,
}

impl TemplateError {
    /// The message for a person.
    pub fn message(&self) -> Text {
        let place = self.line.map_or_else(
            || Text::same(self.template.clone()),
            |line| {
                Text::new(
                    format!("{} 第 {line} 行", self.template),
                    format!("{}, line {line}", self.template),
                )
            },
        );
        let written = match self.source.as_str() {
            "" => String::new(),
            line => format!("\n    {line}"),
        };
        Text::new(
            format!("文件模板 {}：{}{written}", place.zh, self.what.zh),
            format!("document template {}: {}{written}", place.en, self.what.en),
        )
    }
}

/// The templates of one run: those of the library, with the author's own in place of some.
#[derive(Debug, Clone)]
pub struct Templates {
    sources: BTreeMap<String, String>,
}

impl Templates {
    /// The library's templates, those in `overrides` (by file name) replaced.
    ///
    /// # Errors
    /// A name that no document uses; a template that cannot be read.
    pub fn load(overrides: Option<&BTreeMap<String, String>>) -> Result<Templates, TemplateError> {
        let mut sources = BTreeMap::new();
        for name in NAMES {
            let text = standard_file(&format!("templates/{name}")).unwrap_or_default();
            sources.insert(name.to_owned(), text.to_owned());
        }
        for (name, text) in overrides.into_iter().flatten() {
            if !sources.contains_key(name) {
                return Err(unknown(name));
            }
            sources.insert(name.clone(), text.clone());
        }
        let templates = Templates { sources };
        templates.environment(Lang::Zh)?;
        Ok(templates)
    }

    /// Fills a template in.
    ///
    /// # Errors
    /// A name that the data do not have, a part that cannot be computed; with template and line.
    pub fn render(&self, name: &str, lang: Lang, data: Value) -> Result<String, TemplateError> {
        let environment = self.environment(lang)?;
        environment
            .get_template(name)
            .and_then(|template| template.render(data))
            .map(|text| tidy(&text, lang))
            .map_err(|error| self.fault(name, &error))
    }

    fn environment(&self, lang: Lang) -> Result<Environment<'_>, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let layout = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(|error| self.fault("parts.md", &error))?;
        environment.set_syntax(layout);
        environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
        environment.set_formatter(|out, _, value| {
            if value.is_none() {
                return Err(Error::new(ErrorKind::UndefinedError, "the value is absent"));
            }
            match value.as_str() {
                Some(text) if !value.is_safe() => out.write_str(&escape(text))?,
                _ => write!(out, "{value}")?,
            }
            Ok(())
        });
        environment.add_function("t", move |zh: String, en: String, rest: Rest<Value>| {
            said(lang, &zh, &en, &rest)
        });
        environment.add_function("absent", move || {
            Value::from_safe_string(
                match lang {
                    Lang::Zh => "本方案未作规定。",
                    Lang::En => "*The protocol does not say.*",
                }
                .to_owned(),
            )
        });
        environment.add_filter("md", |text: String| Value::from_safe_string(text));
        for (name, text) in &self.sources {
            environment
                .add_template(name, text)
                .map_err(|error| self.fault(name, &error))?;
        }
        Ok(environment)
    }

    fn fault(&self, name: &str, error: &Error) -> TemplateError {
        let template = error.name().unwrap_or(name).to_owned();
        let line = error.line();
        let source = line
            .and_then(|line| self.sources.get(&template)?.lines().nth(line - 1))
            .unwrap_or_default()
            .trim()
            .to_owned();
        let detail = error.detail().unwrap_or_default();
        let brackets = |open: &str, close: &str| match detail {
            "" => String::new(),
            detail => format!("{open}{detail}{close}"),
        };
        let (zh, en) = match error.kind() {
            ErrorKind::SyntaxError => (
                "模板语法有误，请对照标准模板改正",
                "the template is not well formed; compare it with the library's",
            ),
            ErrorKind::UndefinedError => (
                "引用了没有的内容；请核对名称，或先用 {% if … %} 判断是否存在",
                "it refers to what is not there; check the name, or ask with {% if … %} first",
            ),
            ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest => (
                "用到了没有的函数或过滤器",
                "it uses a function or filter that does not exist",
            ),
            _ => ("无法按模板生成文件", "the document cannot be made from it"),
        };
        TemplateError {
            template,
            line,
            source,
            what: Text::new(
                format!("{zh}{}", brackets("（", "）")),
                format!("{en}{}", brackets(" (", ")")),
            ),
        }
    }
}

/// The text of the language with the arguments at their places.
fn said(lang: Lang, zh: &str, en: &str, arguments: &[Value]) -> Result<Value, Error> {
    let mut text = match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
    .to_owned();
    for (index, argument) in arguments.iter().enumerate() {
        if argument.is_undefined() || argument.is_none() {
            return Err(Error::new(
                ErrorKind::UndefinedError,
                format!("argument {index} of t(…) is absent"),
            ));
        }
        let shown = match argument.as_str() {
            Some(text) if !argument.is_safe() => escape(text),
            _ => argument.to_string(),
        };
        let place = format!("{{{index}}}");
        // What an author wrote as a sentence brings its full stop along.
        for stop in ['。', '.'] {
            let ends = format!("{place}{stop}");
            text = text.replace(
                &ends,
                &format!("{}{stop}", shown.trim_end_matches(['。', '.'])),
            );
        }
        text = text.replace(&place, &shown);
    }
    Ok(Value::from_safe_string(text))
}

fn unknown(name: &str) -> TemplateError {
    let known = NAMES.join(", ");
    TemplateError {
        template: name.to_owned(),
        line: None,
        source: String::new(),
        what: Text::new(
            format!("没有哪种文件使用这个模板；可替换的模板有：{known}"),
            format!("no document uses this template; those that may be replaced are: {known}"),
        ),
    }
}

/// At most one empty line between blocks, none at the ends, one line end at the end.
fn tidy(text: &str, lang: Lang) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        out.push_str(&closed_up(line, lang));
        out.push('\n');
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// A line without the blanks between two Chinese characters, which come from names put into a sentence.
pub(super) fn closed_up(line: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return line.to_owned();
    }
    let wide = |c: Option<char>| c.and_then(UnicodeWidthChar::width) == Some(2);
    let mut out = String::with_capacity(line.len());
    let mut before = None;
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        if !(c == ' ' && wide(before) && wide(rest.peek().copied())) {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use minijinja::context;

    fn with(text: &str) -> Result<Templates, TemplateError> {
        Templates::load(Some(&BTreeMap::from([(
            "labels.md".to_owned(),
            text.to_owned(),
        )])))
    }

    #[test]
    fn a_name_that_is_not_there_is_an_error_with_its_line() {
        let templates = with("# ok\n\n{{ nobody.knows }}\n").unwrap();
        let error = templates
            .render("labels.md", Lang::En, context! {})
            .unwrap_err();
        assert_eq!(
            (error.template.as_str(), error.line),
            ("labels.md", Some(3))
        );
        assert!(error.message().en.contains("{{ nobody.knows }}"));
    }

    #[test]
    fn a_sentence_put_into_a_sentence_has_one_full_stop() {
        let templates = with("{{ t(\"迟报：{0}。\", \"Late: {0}. Void.\", late) }}").unwrap();
        let say = |lang, late| {
            templates
                .render("labels.md", lang, context! { late })
                .unwrap()
        };
        assert_eq!(say(Lang::Zh, "不参与参考值。"), "迟报：不参与参考值。\n");
        assert_eq!(say(Lang::En, "no part."), "Late: no part. Void.\n");
        assert_eq!(say(Lang::En, "no part"), "Late: no part. Void.\n");
    }

    #[test]
    fn a_value_that_is_absent_is_an_error_and_not_a_word() {
        let templates = with("{{ x }}").unwrap();
        let nothing: Option<String> = None;
        assert!(
            templates
                .render("labels.md", Lang::Zh, context! { x => nothing })
                .is_err()
        );
    }

    #[test]
    fn a_broken_template_is_refused_when_it_is_loaded() {
        let error = with("first\n{% if %}\n").unwrap_err();
        assert_eq!(error.line, Some(2));
    }

    #[test]
    fn a_template_that_no_document_uses_is_refused() {
        let other = BTreeMap::from([("letter.md".to_owned(), String::new())]);
        let error = Templates::load(Some(&other)).unwrap_err();
        assert!(error.message().en.contains("instructions.md"));
    }

    #[test]
    fn a_name_put_into_a_chinese_sentence_leaves_no_gap() {
        let templates = with("{{ t('由 {0} 发往 {1}。', '', x, y) }}").unwrap();
        let data = context! { x => "上海院", y => "NIM" };
        let text = templates.render("labels.md", Lang::Zh, data).unwrap();
        assert_eq!(text, "由上海院发往 NIM。\n");
    }

    #[test]
    fn texts_of_authors_cannot_change_the_layout() {
        let templates = with("{{ x }}\n\n{{ t('甲{0}', 'a {0}', x) }}").unwrap();
        let text = templates
            .render("labels.md", Lang::Zh, context! { x => "**b** <i>" })
            .unwrap();
        assert_eq!(text, "\\*\\*b\\*\\* \\<i\\>\n\n甲\\*\\*b\\*\\* \\<i\\>\n");
    }
}
