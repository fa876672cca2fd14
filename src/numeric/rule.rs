//! Quadrature rules on [−1, 1].

/// Nodes in ascending order and their weights.
pub struct Rule<const N: usize> {
    pub nodes: [f64; N],
    pub weights: [f64; N],
}

/// The ten-point Gauss–Legendre rule.
///
/// Source: M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, table 25.4.
pub static LEGENDRE: Rule<10> = Rule::symmetric([
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_1),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_4),
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_9),
]);

/// The 15-point Kronrod rule, of which every other node belongs to the 7-point Gauss rule.
///
/// Source: R. Piessens et al., QUADPACK (Springer, 1983), routine QK15.
pub static KRONROD: Rule<15> = Rule::symmetric([
    (0.991_455_371_120_812_6, 0.022_935_322_010_529_224),
    (0.949_107_912_342_758_5, 0.063_092_092_629_978_56),
    (0.864_864_423_359_769_1, 0.104_790_010_322_250_18),
    (0.741_531_185_599_394_4, 0.140_653_259_715_525_92),
    (0.586_087_235_467_691_1, 0.169_004_726_639_267_9),
    (0.405_845_151_377_397_2, 0.190_350_578_064_785_4),
    (0.207_784_955_007_898_48, 0.204_432_940_075_298_9),
    (0.0, 0.209_482_141_084_727_82),
]);

impl<const N: usize> Rule<N> {
    /// Of the nodes that are not negative, outermost first, with their weights.
    const fn symmetric<const HALF: usize>(half: [(f64, f64); HALF]) -> Rule<N> {
        let (mut nodes, mut weights) = ([0.0; N], [0.0; N]);
        let mut i = 0;
        while i < HALF {
            let (node, weight) = half[i];
            nodes[i] = -node;
            weights[i] = weight;
            nodes[N - 1 - i] = node;
            weights[N - 1 - i] = weight;
            i += 1;
        }
        Rule { nodes, weights }
    }

    /// ∫ `function` from `low` to `high` by the rule on two halves.
    pub fn integral_on_halves(&self, function: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
        let quarter = 0.25 * (high - low);
        let mut total = 0.0;
        for middle in [low + quarter, high - quarter] {
            for (node, weight) in self.nodes.iter().zip(&self.weights) {
                total += weight * function(middle + quarter * node);
            }
        }
        total * quarter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_exact_for_the_polynomials_of_their_degree() {
        let even = |degree: i32| (3f64.powi(degree + 1) - 1.0) / f64::from(degree + 1);
        for degree in [0, 1, 2, 7, 18, 19] {
            let power = |x: f64| x.powi(degree);
            let expected = even(degree);
            assert!((LEGENDRE.integral_on_halves(power, 1.0, 3.0) / expected - 1.0).abs() < 1e-14);
            assert!((KRONROD.integral_on_halves(power, 1.0, 3.0) / expected - 1.0).abs() < 1e-14);
        }
    }
}
