//! Networks of comparisons that bring the middle values of some columns to their place, for all rows at once.
//!
//! A network compares the same places whatever the values, so a whole column is compared with another in one pass without a
//! branch, which is several times quicker than selecting in every row.

/// Comparisons that leave the middle value, or both middle values, of `count` columns in the middle columns.
#[derive(Debug, Clone)]
pub struct MedianNetwork {
    count: usize,
    /// Places (low, high): the smaller value goes to `low`.
    comparisons: Vec<(usize, usize)>,
}

impl MedianNetwork {
    /// Batcher's odd-even merge sort without the comparisons on which no middle value depends. `count` is at least 1.
    ///
    /// Source: D. E. Knuth, The Art of Computer Programming, vol. 3, 5.2.2, algorithm M.
    pub fn new(count: usize) -> MedianNetwork {
        let mut needed = vec![false; count];
        for place in middle(count) {
            needed[place] = true;
        }
        let mut comparisons: Vec<(usize, usize)> = merge_exchange(count)
            .into_iter()
            .rev()
            .filter(|(low, high)| {
                let matters = needed[*low] || needed[*high];
                needed[*low] |= matters;
                needed[*high] |= matters;
                matters
            })
            .collect();
        comparisons.reverse();
        MedianNetwork { count, comparisons }
    }

    /// The median of every row of `columns` (column after column, each of the length of `medians`), which are reordered in rows.
    pub fn medians(&self, columns: &mut [f64], medians: &mut [f64]) {
        let rows = medians.len();
        for (low, high) in &self.comparisons {
            let (before, from) = columns.split_at_mut(high * rows);
            let lower = &mut before[low * rows..(low + 1) * rows];
            let upper = &mut from[..rows];
            for (a, b) in lower.iter_mut().zip(upper) {
                // Two conditions, not one: a shared one becomes a branch, these become the minimum and maximum of several rows.
                let (x, y) = (*a, *b);
                *a = if x < y { x } else { y };
                *b = if x > y { x } else { y };
            }
        }
        let [first, second] = middle(self.count);
        let (a, b) = (&columns[first * rows..], &columns[second * rows..]);
        for (median, (a, b)) in medians.iter_mut().zip(a.iter().zip(b)) {
            *median = a + 0.5 * (b - a);
        }
    }
}

/// The middle places of `count` sorted values: twice the same for an odd number.
fn middle(count: usize) -> [usize; 2] {
    [(count - 1) / 2, count / 2]
}

fn merge_exchange(count: usize) -> Vec<(usize, usize)> {
    let mut comparisons = Vec::new();
    let top = count.next_power_of_two() / 2;
    let mut p = top;
    while p > 0 {
        let (mut q, mut r, mut d) = (top, 0, p);
        loop {
            comparisons.extend(
                (0..count.saturating_sub(d))
                    .filter(|i| i & p == r)
                    .map(|i| (i, i + d)),
            );
            if q == p {
                break;
            }
            (d, q, r) = (q - p, q / 2, p);
        }
        p /= 2;
    }
    comparisons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::stream::Stream;
    use crate::numeric::sum;

    #[test]
    fn every_row_gets_the_median_that_sorting_gives() {
        let mut stream = Stream::new(5, 0);
        for count in 1..=33 {
            let rows = 40;
            // Coarse values, so that many are equal.
            let mut columns: Vec<f64> = (0..count * rows)
                .map(|_| (3.0 * stream.normal()).round())
                .collect();
            let expected: Vec<f64> = (0..rows)
                .map(|row| {
                    let values: Vec<f64> = (0..count).map(|c| columns[c * rows + row]).collect();
                    sum::median(&values)
                })
                .collect();
            let mut found = vec![0.0; rows];
            MedianNetwork::new(count).medians(&mut columns, &mut found);
            assert_eq!(found, expected, "{count}");
        }
    }

    #[test]
    fn comparisons_that_no_middle_value_needs_are_left_out() {
        let (all, needed) = (
            merge_exchange(20).len(),
            MedianNetwork::new(20).comparisons.len(),
        );
        assert!(needed < all, "{needed} of {all}");
    }
}
