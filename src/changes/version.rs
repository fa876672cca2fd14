//! Steps of a version (Semantic Versioning 2.0.0).

use serde::{Deserialize, Serialize};

use crate::text::Lang;

/// How far a version moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    None,
    Patch,
    Minor,
    Major,
}

impl Step {
    pub fn title(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Step::None, Lang::Zh) => "无",
            (Step::Patch, Lang::Zh) => "修订号",
            (Step::Minor, Lang::Zh) => "次版本号",
            (Step::Major, Lang::Zh) => "主版本号",
            (Step::None, Lang::En) => "no step",
            (Step::Patch, Lang::En) => "patch",
            (Step::Minor, Lang::En) => "minor",
            (Step::Major, Lang::En) => "major",
        }
    }
}

fn parts(version: &str) -> Option<[u64; 3]> {
    let mut numbers = version.split('.').map(str::parse::<u64>);
    let mut next = || numbers.next()?.ok();
    let found = [next()?, next()?, next()?];
    numbers.next().is_none().then_some(found)
}

/// The step from one version to another; none when it goes back or one of them is no version.
pub(super) fn taken(old: &str, new: &str) -> Option<Step> {
    let (old, new) = (parts(old)?, parts(new)?);
    if new < old {
        return None;
    }
    let first = old.iter().zip(&new).position(|(a, b)| a != b);
    Some(match (first, old) {
        (None, _) => Step::None,
        (Some(0), _) => Step::Major,
        // Before 1.0.0 a protocol is a draft: the second number counts as the first (SemVer, item 4).
        (Some(1), [0, ..]) => Step::Major,
        (Some(1), _) => Step::Minor,
        (Some(_), [0, ..]) => Step::Minor,
        (Some(_), _) => Step::Patch,
    })
}

/// The lowest version that takes this step; none for what is no version.
pub fn next(old: &str, step: Step) -> Option<String> {
    let [major, minor, patch] = parts(old)?;
    let [major, minor, patch] = match (step, major) {
        (Step::None, _) => [major, minor, patch],
        (Step::Major, 0) => [0, minor + 1, 0],
        (Step::Major, _) => [major + 1, 0, 0],
        (Step::Minor, 1..) => [major, minor + 1, 0],
        (Step::Minor, 0) | (Step::Patch, _) => [major, minor, patch + 1],
    };
    Some(format!("{major}.{minor}.{patch}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_that_differs_is_the_step() {
        for (old, new, step) in [
            ("1.2.3", "1.2.3", Some(Step::None)),
            ("1.2.3", "1.2.4", Some(Step::Patch)),
            ("1.2.3", "1.10.0", Some(Step::Minor)),
            ("1.2.3", "2.0.0", Some(Step::Major)),
            ("1.2.3", "1.2.2", None),
            ("0.2.3", "0.3.0", Some(Step::Major)),
            ("0.2.3", "0.2.4", Some(Step::Minor)),
            ("1.2", "1.3.0", None),
        ] {
            assert_eq!(taken(old, new), step, "{old} {new}");
        }
    }

    #[test]
    fn the_lowest_version_takes_just_the_step_asked_for() {
        for old in ["1.2.3", "0.2.3"] {
            for step in [Step::None, Step::Patch, Step::Minor, Step::Major] {
                let lowest = next(old, step);
                let found = lowest.as_deref().and_then(|new| taken(old, new));
                assert!(found >= Some(step), "{old} {lowest:?} {found:?}");
            }
        }
        assert_eq!(next("1.2.3", Step::Major).as_deref(), Some("2.0.0"));
        assert_eq!(next("1.2.3", Step::Minor).as_deref(), Some("1.3.0"));
    }
}
