//! Things that need one another in a circle.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text::Text;

/// One thing on the way, and the place where the one before it asks for it.
#[derive(Debug, Clone)]
pub(super) struct Hop {
    pub name: String,
    pub at: Span,
}

/// How a circle is told: what it is, and what one hop does to the next.
pub(super) struct Telling {
    pub message: Text,
    pub verb: Text,
    pub help: Text,
}

/// The circle that closes when the last hop asks for `name` at `at`; none while `name` is not on the way.
pub(super) fn closed(way: &[Hop], name: &str, at: Span, telling: &Telling) -> Option<Diagnostic> {
    let first = way.iter().position(|hop| hop.name == name)?;
    let circle = way.get(first..).unwrap_or_default();
    let names: Vec<&str> = (circle.iter().map(|hop| hop.name.as_str()))
        .chain([name])
        .collect();
    let route = names.join(" → ");
    let told = |from: &str, to: &str| {
        Text::new(
            format!("`{from}` {} `{to}`", telling.verb.zh),
            format!("`{from}` {} `{to}`", telling.verb.en),
        )
    };
    let last = circle.last().map_or(name, |hop| hop.name.as_str());
    let diagnostic = Diagnostic::new(
        Code::CircularUse,
        at,
        Text::new(
            format!("{}：{route}", telling.message.zh),
            format!("{}: {route}", telling.message.en),
        ),
    )
    .labelled(told(last, name))
    .with_help(telling.help.clone());
    // The first hop was asked for from outside; the circle begins with what it asks for itself.
    let inside = circle.iter().skip(1).zip(&names);
    Some(inside.fold(diagnostic, |diagnostic, (hop, from)| {
        diagnostic.with_label(hop.at, told(from, &hop.name))
    }))
}
