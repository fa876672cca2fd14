//! Sums and histograms of drawn quantities, which can be added up over blocks.

/// Bins of the histograms that give quantiles; they cover ±SPAN standard deviations.
const BINS: usize = 4096;
const SPAN: f64 = 10.0;

/// Sums and histograms of some quantities, each in units of its own scale about its own centre.
pub struct Tally {
    count: Vec<usize>,
    first: Vec<f64>,
    second: Vec<f64>,
    bins: Vec<u32>,
}

impl Tally {
    pub fn new(quantities: usize) -> Tally {
        Tally {
            count: vec![0; quantities],
            first: vec![0.0; quantities],
            second: vec![0.0; quantities],
            bins: vec![0; quantities * BINS],
        }
    }

    /// Adds drawn `values` of quantity `k`; z = (value − `centre`)·`per_scale` is what is kept.
    pub fn add(&mut self, k: usize, values: &[f64], centre: f64, per_scale: f64) {
        const PER_UNIT: f64 = BINS as f64 / (2.0 * SPAN);
        let bins = &mut self.bins[k * BINS..(k + 1) * BINS];
        // Four sums side by side, so that one addition need not wait for the last.
        let (mut first, mut second) = ([0.0; 4], [0.0; 4]);
        for four in values.chunks(4) {
            for (lane, value) in four.iter().enumerate() {
                let z = (value - centre) * per_scale;
                first[lane] += z;
                second[lane] += z * z;
                // A conversion to an integer saturates, so what is far off goes into the outermost bins.
                let bin = ((z + SPAN) * PER_UNIT) as usize;
                bins[bin.min(BINS - 1)] += 1;
            }
        }
        self.count[k] += values.len();
        self.first[k] += first.iter().sum::<f64>();
        self.second[k] += second.iter().sum::<f64>();
    }

    pub fn merge(&mut self, other: &Tally) {
        let add = |to: &mut [f64], from: &[f64]| {
            to.iter_mut().zip(from).for_each(|(a, b)| *a += b);
        };
        add(&mut self.first, &other.first);
        add(&mut self.second, &other.second);
        self.count
            .iter_mut()
            .zip(&other.count)
            .for_each(|(a, b)| *a += b);
        self.bins
            .iter_mut()
            .zip(&other.bins)
            .for_each(|(a, b)| *a += b);
    }

    /// Number of draws of the first quantity.
    pub fn count(&self) -> usize {
        self.count.first().copied().unwrap_or(0)
    }

    /// Mean and standard deviation of quantity `k` in units of its scale.
    pub fn mean_and_sd(&self, k: usize) -> (f64, f64) {
        let n = self.count[k] as f64;
        let mean = self.first[k] / n;
        let variance = (self.second[k] - n * mean * mean) / (n - 1.0);
        (mean, variance.max(0.0).sqrt())
    }

    /// Quantile by linear interpolation within a bin; a bin is 1/205 of a standard deviation.
    pub fn quantile(&self, k: usize, p: f64) -> f64 {
        let target = p * self.count[k] as f64;
        let mut below = 0.0;
        for (bin, count) in self.bins[k * BINS..(k + 1) * BINS].iter().enumerate() {
            let here = f64::from(*count);
            if below + here >= target && here > 0.0 {
                return (bin as f64 + (target - below) / here) * (2.0 * SPAN / BINS as f64) - SPAN;
            }
            below += here;
        }
        SPAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_added_up_give_the_tally_of_the_whole() {
        let values: Vec<f64> = (0..1001).map(|i| 0.01 * f64::from(i) - 3.0).collect();
        let mut whole = Tally::new(1);
        whole.add(0, &values, 0.0, 0.5);
        let (mut first, mut second) = (Tally::new(1), Tally::new(1));
        first.add(0, &values[..300], 0.0, 0.5);
        second.add(0, &values[300..], 0.0, 0.5);
        first.merge(&second);
        assert_eq!(first.count(), 1001);
        assert_eq!(first.quantile(0, 0.3), whole.quantile(0, 0.3));
        let ((mean, sd), (m, s)) = (first.mean_and_sd(0), whole.mean_and_sd(0));
        assert!((mean - m).abs() < 1e-13 && (sd - s).abs() < 1e-13);
        // Values −3 to 7 in units of 2: the mean is 1, the quantile 0.3 is 0, each to the width of a bin.
        assert!((mean - 1.0).abs() < 1e-12 && first.quantile(0, 0.3).abs() < 0.005);
    }

    #[test]
    fn what_is_far_off_is_counted_at_the_ends() {
        let mut tally = Tally::new(1);
        tally.add(0, &[-1e300, 1e300, 0.0], 0.0, 1.0);
        assert!(tally.quantile(0, 0.1) < -9.9 && tally.quantile(0, 0.9) > 9.9);
    }
}
