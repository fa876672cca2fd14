//! The short names that files give to modules.

use std::collections::BTreeMap;

use super::library::Library;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::Document;
use crate::source::{FileId, Span};
use crate::text::Text;

/// The short names that files give to modules.
#[derive(Debug, Clone, Default)]
pub struct Names {
    aliases: BTreeMap<(FileId, String), (String, Span)>,
}

impl Names {
    /// Reads the `use` statements of a file.
    pub fn read(
        &mut self,
        document: &Document,
        library: &Library,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for entry in document.entries.iter().filter(|e| e.word() == "use") {
            let Some(module) = entry.name("module") else {
                continue;
            };
            let at = entry.one("module").map_or(entry.span, |a| a.span);
            if !library.has_module(module) {
                diagnostics.push(unknown_module(module, at, library));
                // The alias is known all the same, so that its uses are not reported as well.
            }
            let alias = entry
                .name("alias")
                .unwrap_or_else(|| module.rsplit('.').next().unwrap_or(module));
            let alias_at = entry.one("alias").map_or(at, |a| a.span);
            if let Some((_, first)) = self.aliases.get(&(at.file, alias.to_owned())) {
                diagnostics.push(
                    Diagnostic::new(
                        Code::DuplicateName,
                        alias_at,
                        Text::new(
                            format!("简名 `{alias}` 重复"),
                            format!("the short name `{alias}` is used twice"),
                        ),
                    )
                    .with_label(
                        *first,
                        Text::new("第一次用在这里", "it is given here already"),
                    )
                    .with_help(Text::new(
                        "用 `记作` 另取一个简名",
                        "give another one with `as`",
                    )),
                );
                continue;
            }
            self.aliases
                .insert((at.file, alias.to_owned()), (module.to_owned(), alias_at));
        }
    }

    /// The module behind the first part of `path` in a file, when that is a short name.
    pub fn module(&self, path: &str, file: FileId) -> Option<&str> {
        let head = path.split('.').next().unwrap_or(path);
        let (module, _) = self.aliases.get(&(file, head.to_owned()))?;
        Some(module)
    }

    /// The full name of `path` in a file: its first part replaced; none when that is no short name.
    pub fn full(&self, path: &str, file: FileId) -> Option<String> {
        let module = self.module(path, file)?;
        Some(match path.split_once('.') {
            Some((_, rest)) => format!("{module}.{rest}"),
            None => module.to_owned(),
        })
    }
}

fn unknown_module(module: &str, at: Span, library: &Library) -> Diagnostic {
    let near = library
        .paths()
        .map(|name| (strsim::damerau_levenshtein(name, module), name))
        .filter(|(distance, _)| *distance <= 1 + module.len() / 4)
        .min()
        .map(|(_, name)| name.to_owned());
    let mut diagnostic = Diagnostic::new(
        Code::UnknownModule,
        at,
        Text::new(
            format!("没有模块 `{module}`"),
            format!("there is no module `{module}`"),
        ),
    );
    if let Some(near) = near {
        diagnostic = diagnostic.suggesting(at, &near);
    } else {
        diagnostic = diagnostic.with_help(Text::new(
            "标准库模块以 `std.` 开头；其他模块在 `bidui.toml` 所列文件夹中查找",
            "modules of the standard library begin with `std.`; others are looked for in the folders that `bidui.toml` names",
        ));
    }
    diagnostic
}
