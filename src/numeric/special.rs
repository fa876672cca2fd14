//! Special functions that the densities of comparisons need.

use std::f64::consts::FRAC_PI_2;
use std::sync::LazyLock;

const SQRT_PI: f64 = 1.772_453_850_905_516;
/// Below this argument the scaled error function comes from a table of Taylor series, above from its asymptotic series.
const ERFCX_TABLE_END: f64 = 12.0;
const ERFCX_STEP: f64 = 0.125;
const ERFCX_TERMS: usize = 11;

static ERFCX_TABLE: LazyLock<Vec<[f64; ERFCX_TERMS]>> = LazyLock::new(|| {
    let intervals = (ERFCX_TABLE_END / ERFCX_STEP) as usize;
    (0..intervals)
        .map(|i| erfcx_series((i as f64 + 0.5) * ERFCX_STEP))
        .collect()
});

/// Taylor coefficients of erfcx at `x`, from y' = 2xy − 2/√π.
fn erfcx_series(x: f64) -> [f64; ERFCX_TERMS] {
    let mut c = [0.0; ERFCX_TERMS];
    c[0] = if x < 4.0 {
        (x * x).exp() * libm::erfc(x)
    } else {
        erfcx_continued_fraction(x)
    };
    c[1] = 2.0 * x * c[0] - 2.0 / SQRT_PI;
    for k in 1..ERFCX_TERMS - 1 {
        c[k + 1] = 2.0 * (x * c[k] + c[k - 1]) / (k as f64 + 1.0);
    }
    c
}

/// Laplace's continued fraction, which converges quickly for x ≥ 4.
fn erfcx_continued_fraction(x: f64) -> f64 {
    let tail = (1..=60)
        .rev()
        .fold(x, |below, k| x + 0.5 * f64::from(k) / below);
    1.0 / (SQRT_PI * tail)
}

/// exp(x²) erfc(x) for `x` ≥ 0, to some units of the fifteenth digit.
#[inline]
pub fn erfcx(x: f64) -> f64 {
    if x < ERFCX_TABLE_END {
        let i = (x / ERFCX_STEP) as usize;
        let t = x - (i as f64 + 0.5) * ERFCX_STEP;
        return ERFCX_TABLE[i].iter().rev().fold(0.0, |s, c| s * t + c);
    }
    let q = 0.5 / (x * x);
    let series = [15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0]
        .iter()
        .fold(1.0, |s, k| 1.0 - k * q * s);
    series / (x * SQRT_PI)
}

/// Coefficients in 1/x² of the auxiliary functions f and g of the sine integral, numerator and denominator.
///
/// Source: B. T. P. Rowe et al., Astronomy and Computing 10 (2015) 121–150, appendix B.
const F_ABOVE: [f64; 11] = [
    1.0,
    7.444_370_681_619_367e2,
    1.963_963_728_951_468_7e5,
    2.377_503_101_254_318_3e7,
    1.430_734_038_212_746_4e9,
    4.337_362_388_704_325e10,
    6.405_338_305_740_22e11,
    4.209_681_805_710_769_4e12,
    1.007_951_829_803_685_7e13,
    4.948_166_881_999_52e12,
    -4.947_011_686_454_16e11,
];
const F_BELOW: [f64; 10] = [
    1.0,
    7.464_370_681_619_277e2,
    1.978_652_470_315_839_5e5,
    2.415_356_701_651_268_5e7,
    1.474_789_521_929_854_6e9,
    4.585_951_158_477_658e10,
    7.085_013_081_495_154e11,
    5.060_844_645_934_751e12,
    1.434_685_491_715_810_2e13,
    1.115_354_935_099_142_5e13,
];
const G_ABOVE: [f64; 11] = [
    1.0,
    8.135_952_011_516_862e2,
    2.352_391_816_264_782e5,
    3.125_575_707_957_787_3e7,
    2.062_975_951_467_633_5e9,
    6.830_522_054_236_25e10,
    1.090_495_284_503_627_9e12,
    7.576_645_832_578_343e12,
    1.810_044_874_646_645_8e13,
    6.432_916_131_430_495e12,
    -1.365_171_376_708_716_9e12,
];
const G_BELOW: [f64; 10] = [
    1.0,
    8.195_952_011_514_515e2,
    2.400_367_528_355_787_6e5,
    3.260_266_616_470_908e7,
    2.233_555_432_780_993_6e9,
    7.874_650_173_418_299e10,
    1.398_667_106_964_145_6e12,
    1.171_647_233_717_366e13,
    4.018_390_873_076_566_4e13,
    3.996_532_578_874_908e13,
];

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// Sine integral Si(x) = ∫₀ˣ sin t / t dt, to 4e-16.
pub fn sine_integral(x: f64) -> f64 {
    let a = x.abs();
    let value = if a < SINE_SERIES_END {
        sine_integral_series(a)
    } else {
        let (f, g) = sine_integral_auxiliary(a);
        FRAC_PI_2 - f * a.cos() - g * a.sin()
    };
    if x < 0.0 { -value } else { value }
}

/// Below this argument the sine integral comes from its power series, above from the auxiliary functions.
pub const SINE_SERIES_END: f64 = 4.0;

/// f and g of Si(x) = π/2 − f cos x − g sin x, for `x` of at least [`SINE_SERIES_END`].
pub fn sine_integral_auxiliary(x: f64) -> (f64, f64) {
    let y = 1.0 / (x * x);
    let f = polynomial(&F_ABOVE, y) / (x * polynomial(&F_BELOW, y));
    (f, y * polynomial(&G_ABOVE, y) / polynomial(&G_BELOW, y))
}

fn sine_integral_series(x: f64) -> f64 {
    let mut power = x;
    let mut total = 0.0;
    for k in 0..20 {
        let odd = 2.0 * f64::from(k) + 1.0;
        total += power / odd;
        power *= -x * x / ((odd + 1.0) * (odd + 2.0));
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erfcx_agrees_with_high_precision_values() {
        // mpmath 1.3, 30 digits: exp(x²)·erfc(x).
        for (x, expected) in ERFCX_VALUES {
            assert!(
                (erfcx(x) / expected - 1.0).abs() < 4e-15,
                "{x}: {} against {expected}",
                erfcx(x)
            );
        }
    }

    #[test]
    fn sine_integral_agrees_with_high_precision_values() {
        // mpmath 1.3, 30 digits: si(x).
        for (x, expected) in SI_VALUES {
            assert!(
                (sine_integral(x) - expected).abs() < 4e-15,
                "{x}: {} against {expected}",
                sine_integral(x)
            );
        }
        assert_eq!(sine_integral(-7.0), -sine_integral(7.0));
    }
    const ERFCX_VALUES: [(f64, f64); 9] = [
        (0.0, 1.0),
        (0.06, 0.9357410169356484),
        (0.5, 0.6156903441929259),
        (1.3, 0.3576426690860903),
        (3.99, 0.1373240409142297),
        (4.01, 0.13667636742994915),
        (9.7, 0.057859589450813716),
        (11.999, 0.04685809919752628),
        (30.0, 0.01879588886141675),
    ];
    const SI_VALUES: [(f64, f64); 7] = [
        (0.1, 0.09994446110827696),
        (1.0, 0.946083070367183),
        (3.99, 1.7600892984314866),
        (4.01, 1.7563053683733345),
        (15.5, 1.6325809314229245),
        (39.9, 1.5850396761272794),
        (123.4, 1.5760226421527648),
    ];
}
