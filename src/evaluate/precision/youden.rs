//! Youden pairs: two similar items measured by every laboratory.

use crate::evaluate::consistency::check_significance;
use crate::evaluate::laboratories::refuse_repeated;
use crate::evaluate::method::{Data, Inapplicable};
use crate::evaluate::sample::{
    Frame, check_count, check_finite, check_lengths, labels, no_spread, table_name,
};
use crate::numeric::distribution::fisher_critical;
use crate::numeric::sum::{dot, mean, standard_deviation};

/// The pairs of results in a table, with the coverage of the ellipse.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedPairs {
    pub lab: Vec<String>,
    pub a: Vec<f64>,
    pub b: Vec<f64>,
    pub coverage: f64,
}

/// Reads columns `a` and `b` (or `A` and `B`) of the table `pairs`, `data` or `labs`, or of the only one, and the parameter `coverage`
/// (0.95 when not stated).
pub fn pairs(data: &Data) -> Result<NamedPairs, Inapplicable> {
    let table = table_name(data, ["pairs", "data", "labs"]);
    let column = |names: [&str; 2]| {
        data.numbers(table, names[0])
            .or_else(|refusal| data.numbers(table, names[1]).map_err(|_| refusal))
    };
    let (a, b) = (column(["a", "A"])?, column(["b", "B"])?);
    check_lengths(("a", a.len()), ("b", b.len()))?;
    let lab = match data.table(table) {
        Some(fields) => labels(fields, a.len())?,
        None => Vec::new(),
    };
    refuse_repeated(lab.iter().map(String::as_str))?;
    Ok(NamedPairs {
        lab,
        a,
        b,
        coverage: data.number_or("coverage", 0.95)?,
    })
}

/// What pairs of results (A, B) say about scatter within and bias of laboratories.
#[derive(Debug, Clone, PartialEq)]
pub struct Youden {
    pub mean: [f64; 2],
    /// Standard deviation of (A − B)/√2: scatter within laboratories.
    pub within: f64,
    /// Standard deviation of (A + B)/√2: scatter and bias together.
    pub total: f64,
    /// Standard deviation of the bias, √((total² − within²)/2), 0 when negative.
    pub between: f64,
    /// Correlation of A and B.
    pub correlation: f64,
    /// Half axes of the ellipse, the longer one first, and the angle of the longer one from the axis of A in degrees.
    pub half_axes: [f64; 2],
    pub angle: f64,
    /// Squared Mahalanobis distance of each laboratory from the mean, over that of the ellipse: above 1 is outside.
    pub distance: Vec<f64>,
}

/// Evaluates the pairs of at least four laboratories. The ellipse holds a further laboratory with the probability `coverage`:
/// T² = 2(n² − 1)/(n(n − 2)) F(2, n − 2) (Hotelling). Refuses pairs on a straight line.
///
/// Source: W. J. Youden, Industrial Quality Control 15 (1959) 24–28, for the two standard deviations.
pub fn youden(a: &[f64], b: &[f64], coverage: f64) -> Result<Youden, Inapplicable> {
    check_lengths(("a", a.len()), ("b", b.len()))?;
    check_finite(a)?;
    check_finite(b)?;
    check_count(a.len(), 4)?;
    check_significance(1.0 - coverage)?;
    let n = a.len() as f64;
    let ((frame_a, za), (frame_b, zb)) = (Frame::of(a), Frame::of(b));
    if frame_a.unit <= 0.0 || frame_b.unit <= 0.0 {
        return Err(no_spread());
    }
    let centre = |z: &[f64], unit: f64| -> Vec<f64> {
        let average = mean(z);
        z.iter().map(|v| unit * (v - average)).collect()
    };
    let unit = frame_a.unit.max(frame_b.unit);
    let (da, db) = (
        centre(&za, frame_a.unit / unit),
        centre(&zb, frame_b.unit / unit),
    );
    let (aa, bb, ab) = (
        dot(&da, &da) / (n - 1.0),
        dot(&db, &db) / (n - 1.0),
        dot(&da, &db) / (n - 1.0),
    );
    let determinant = aa * bb - ab * ab;
    if determinant <= 1e-12 * aa * bb {
        return Err(Inapplicable::new(
            "pairs-on-a-line",
            "各实验室的两个结果严格成线性关系，置信椭圆退化；请核对数据是否由换算得来",
            "the pairs lie on a straight line, so the ellipse has no area; check whether one result was calculated from the other",
        ));
    }
    let threshold =
        2.0 * (n * n - 1.0) / (n * (n - 2.0)) * fisher_critical(1.0 - coverage, 2.0, n - 2.0);
    let distance = da
        .iter()
        .zip(&db)
        .map(|(x, y)| (x * x * bb - 2.0 * x * y * ab + y * y * aa) / determinant / threshold)
        .collect();
    let (middle, half) = (0.5 * (aa + bb), (0.5 * (aa - bb)).hypot(ab));
    let long = (middle + half).sqrt();
    let short = (determinant / (middle + half)).sqrt();
    let along = |sign: f64| -> f64 {
        let turned: Vec<f64> = da
            .iter()
            .zip(&db)
            .map(|(x, y)| (x + sign * y) * std::f64::consts::FRAC_1_SQRT_2)
            .collect();
        unit * standard_deviation(&turned)
    };
    let (within, total) = (along(-1.0), along(1.0));
    Ok(Youden {
        mean: [frame_a.position(mean(&za)), frame_b.position(mean(&zb))],
        within,
        total,
        between: (0.5 * (total - within) * (total + within)).max(0.0).sqrt(),
        correlation: ab / (aa * bb).sqrt(),
        half_axes: [
            unit * long * threshold.sqrt(),
            unit * short * threshold.sqrt(),
        ],
        angle: 0.5 * (2.0 * ab).atan2(aa - bb).to_degrees(),
        distance,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn independent_pairs_of_equal_scatter_make_a_circle() {
        let result = youden(&[1.0, -1.0, 0.0, 0.0], &[0.0, 0.0, 1.0, -1.0], 0.95).unwrap();
        assert!((result.half_axes[0] - result.half_axes[1]).abs() < 1e-12);
        assert!((result.within - result.total).abs() < 1e-15 && result.between < 1e-7);
        // F₀.₉₅(2, 2) = 19: T² = 2·15/8·19, variance 2/3.
        assert!((result.half_axes[0] - (2.0_f64 / 3.0 * 71.25).sqrt()).abs() < 1e-12);
        assert!((result.distance[0] - 1.5 / 71.25).abs() < 1e-15);
    }

    #[test]
    fn a_common_bias_lies_along_the_diagonal() {
        let result = youden(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.1, 1.9, 3.1, 3.9, 5.0], 0.95).unwrap();
        assert!(
            (result.angle - 45.0).abs() < 1.0 && result.correlation > 0.99 && result.between > 1.0
        );
    }

    #[test]
    fn pairs_on_a_line_and_short_lists_are_refused() {
        assert_eq!(
            youden(&[1.0, 2.0, 3.0, 4.0], &[2.0, 4.0, 6.0, 8.0], 0.95)
                .unwrap_err()
                .kind,
            "pairs-on-a-line"
        );
        assert_eq!(
            youden(&[1.0; 4], &[2.0, 4.0, 6.0, 8.0], 0.95)
                .unwrap_err()
                .kind,
            "no-spread"
        );
        assert_eq!(
            youden(&[1.0], &[2.0, 4.0], 0.95).unwrap_err().kind,
            "unequal-columns"
        );
    }
}
