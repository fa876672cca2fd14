//! What a change of a part of the plan means, by `areas.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::version::Step;
use crate::text::Text;

/// A part of the plan and the step that its changes need.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Area {
    path: String,
    pub step: Step,
    pub title: Text,
    /// Its changes are told in one line.
    #[serde(default)]
    pub together: bool,
}

#[derive(Deserialize)]
struct File {
    area: Vec<Area>,
}

fn areas() -> &'static [Area] {
    static AREAS: LazyLock<Vec<Area>> = LazyLock::new(|| {
        let file: Result<File, _> = toml::from_str(include_str!("areas.toml"));
        file.map(|f| f.area).unwrap_or_default()
    });
    &AREAS
}

impl Area {
    /// How many parts of the path it names, if it is about the path.
    fn depth(&self, path: &[String]) -> Option<usize> {
        let pattern: Vec<&str> = self.path.split('.').collect();
        let fits = pattern.len() <= path.len()
            && (pattern.iter().zip(path)).all(|(p, part)| *p == "*" || p == part);
        fits.then_some(pattern.len())
    }
}

/// The area of a place; of several that fit, the most exact.
pub(super) fn area(path: &[String]) -> Option<&'static Area> {
    let named = |area: &Area| area.path.split('.').filter(|p| *p != "*").count();
    (areas().iter())
        .filter_map(|area| Some((area.depth(path)?, named(area), area)))
        .max_by_key(|(depth, named, _)| (*depth, *named))
        .map(|(_, _, area)| area)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn the_most_exact_area_counts() {
        let step = |text: &str| area(&path(text)).unwrap().step;
        assert_eq!(step("measurands.dm"), Step::Major);
        assert_eq!(step("measurands.dm.title"), Step::Patch);
        assert_eq!(step("laboratories.NIM"), Step::Minor);
        assert_eq!(step("laboratories.NIM.contact"), Step::Patch);
        assert_eq!(step("laboratories.NIM.role"), Step::Major);
        assert_eq!(step("laboratories.NIM.code"), Step::Minor);
    }

    #[test]
    fn every_part_of_a_plan_has_its_area() {
        let schema: serde_json::Value = serde_json::from_str(&crate::plan::json::schema()).unwrap();
        let parts = schema["$defs"]["Content"]["properties"]
            .as_object()
            .unwrap();
        for part in parts.keys().filter(|p| *p != "rules") {
            assert!(area(&path(part)).is_some(), "{part}");
        }
        for rules in ["rules.point", "rules.laboratory"] {
            assert!(area(&path(rules)).is_some());
        }
    }
}
