//! Levels of evidence. A screen gives evidence for a person to weigh, never a verdict and never a sanction.

/// How strongly a probability, corrected for the number of tests, speaks against honest independent results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    None,
    Weak,
    Moderate,
    Strong,
}

impl Evidence {
    /// Corrected probability below 0.05 weak, below 0.01 moderate, below 0.001 strong.
    pub fn of(p_corrected: f64) -> Evidence {
        match p_corrected {
            p if p < 0.001 => Evidence::Strong,
            p if p < 0.01 => Evidence::Moderate,
            p if p < 0.05 => Evidence::Weak,
            _ => Evidence::None,
        }
    }

    /// Stable word for files.
    pub fn word(self) -> &'static str {
        match self {
            Evidence::None => "none",
            Evidence::Weak => "weak",
            Evidence::Moderate => "moderate",
            Evidence::Strong => "strong",
        }
    }
}

/// The words for a family of probabilities, each multiplied by the size of the family (Bonferroni).
pub fn words(p: &[f64]) -> Vec<String> {
    p.iter()
        .map(|v| Evidence::of(v * p.len() as f64).word().to_owned())
        .collect()
}
