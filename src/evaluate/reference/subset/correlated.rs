//! Exact search by branch and bound: the largest consistent subsets of correlated results, and all subsets of one size that pass.
//!
//! χ² never falls when a result is added: the minimum over the centre of the quadratic form of a larger set is at least that of any
//! of its parts (the rest adds a Schur complement, which is not negative). So a partial choice whose χ² already exceeds the limit of
//! the wanted size cannot be completed and is dropped; sizes are tried from the largest down.

use super::{Found, LISTED, Passing};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::consensus::Members;
use crate::evaluate::reference::covariance::{check_size, factor};

/// Most results that are searched; the work can double with each one.
pub const REACH: usize = 24;

/// A partial choice: rows of the Cholesky factor of its covariance, and L⁻¹x, L⁻¹1.
#[derive(Default)]
struct Chosen {
    rows: Vec<usize>,
    factor: Vec<Vec<f64>>,
    x: Vec<f64>,
    one: Vec<f64>,
}

impl Chosen {
    /// Appends a result; O(k²).
    fn push(&mut self, search: &Search, i: usize) {
        let mut row: Vec<f64> = Vec::with_capacity(self.rows.len() + 1);
        for (k, j) in self.rows.iter().enumerate() {
            let known: f64 = (0..k).map(|p| row[p] * self.factor[k][p]).sum();
            row.push((search.v[i][*j] - known) / self.factor[k][k]);
        }
        let left = search.v[i][i] - row.iter().map(|l| l * l).sum::<f64>();
        // The whole matrix has a Cholesky factor, so every part has one; the floor only meets rounding.
        let pivot = left.max(f64::MIN_POSITIVE).sqrt();
        let project = |known: &[f64], value: f64| {
            (value - row.iter().zip(known).map(|(l, k)| l * k).sum::<f64>()) / pivot
        };
        let (x, one) = (project(&self.x, search.x[i]), project(&self.one, 1.0));
        row.push(pivot);
        self.rows.push(i);
        self.factor.push(row);
        self.x.push(x);
        self.one.push(one);
    }

    fn pop(&mut self) {
        self.rows.pop();
        self.factor.pop();
        self.x.pop();
        self.one.pop();
    }

    /// Minimum over the centre of the quadratic form.
    fn chi_squared(&self) -> f64 {
        let total: f64 = self.one.iter().map(|a| a * a).sum();
        let centre = self
            .one
            .iter()
            .zip(&self.x)
            .map(|(a, b)| a * b)
            .sum::<f64>()
            / total;
        self.one
            .iter()
            .zip(&self.x)
            .map(|(a, b)| (b - centre * a) * (b - centre * a))
            .sum()
    }
}

struct Search<'a> {
    x: &'a [f64],
    v: Vec<Vec<f64>>,
    size: usize,
    limit: f64,
    /// Whether a subset found lowers the limit, so that only the best remain.
    best_only: bool,
    found: Vec<(f64, Vec<usize>)>,
    count: u64,
}

/// The tied largest consistent subsets of the members of `labs` under the covariance `v` of all laboratories.
pub(super) fn search(
    labs: &Laboratories,
    v: &[Vec<f64>],
    critical: &[f64],
) -> Result<Found, Inapplicable> {
    let members = Members::of(labs, 2)?;
    let n = members.len();
    if n > REACH {
        return Err(Inapplicable::new(
            "beyond-reach",
            format!(
                "相关结果的最大一致子集只能对不超过 {REACH} 个结果精确求解，现有 {n} 个；请先确定参与参考值的实验室，或改用广义最小二乘平均值"
            ),
            format!(
                "the largest consistent subset of correlated results is exact for up to {REACH} results, there are {n}; settle first who takes part, or use the generalised least-squares mean"
            ),
        ));
    }
    check_size(v, labs.len())?;
    factor(&members, v)?;
    for size in (2..=n).rev() {
        let search = run(&members, v, size, critical[size], true);
        if search.count > 0 {
            let mut subsets: Vec<Vec<usize>> = search
                .found
                .into_iter()
                .map(|(_, subset)| rows(&members, &subset))
                .collect();
            subsets.sort();
            return Ok(Found {
                subsets,
                count: search.count,
            });
        }
    }
    Ok(Found {
        subsets: vec![vec![members.index[0]]],
        count: n as u64,
    })
}

/// All subsets of `size` members whose χ² does not exceed `limit`: how many, and the first [`LISTED`] by χ², rows ascending.
/// `None` beyond [`REACH`].
pub(super) fn passing(
    labs: &Laboratories,
    v: Option<&[Vec<f64>]>,
    size: usize,
    limit: f64,
) -> Result<Option<Passing>, Inapplicable> {
    let members = Members::of(labs, 2)?;
    if members.len() > REACH {
        return Ok(None);
    }
    let search = match v {
        Some(v) => run(&members, v, size, limit, false),
        None => run(&members, &super::diagonal(labs), size, limit, false),
    };
    let subsets = search
        .found
        .into_iter()
        .map(|(chi_squared, subset)| (chi_squared, rows(&members, &subset)))
        .collect();
    Ok(Some(Passing {
        count: search.count,
        subsets,
    }))
}

fn run<'a>(
    members: &'a Members,
    v: &[Vec<f64>],
    size: usize,
    limit: f64,
    best_only: bool,
) -> Search<'a> {
    let scale2 = members.scale * members.scale;
    let scaled = |i: &usize| members.index.iter().map(|j| v[*i][*j] / scale2).collect();
    let mut search = Search {
        x: &members.x,
        v: members.index.iter().map(scaled).collect(),
        size,
        limit: limit * (1.0 + 1e-12),
        best_only,
        found: Vec::new(),
        count: 0,
    };
    descend(&mut search, &mut Chosen::default(), 0);
    search
}

fn rows(members: &Members, subset: &[usize]) -> Vec<usize> {
    let mut rows: Vec<usize> = subset.iter().map(|i| members.index[*i]).collect();
    rows.sort_unstable();
    rows
}

/// Decides on result `next` and all after it.
fn descend(search: &mut Search, chosen: &mut Chosen, next: usize) {
    let n = search.x.len();
    if chosen.rows.len() == search.size {
        search.accept(chosen.chi_squared(), &chosen.rows);
        return;
    }
    if chosen.rows.len() + (n - next) < search.size {
        return;
    }
    chosen.push(search, next);
    if chosen.chi_squared() <= search.limit {
        descend(search, chosen, next + 1);
    }
    chosen.pop();
    descend(search, chosen, next + 1);
}

impl Search<'_> {
    /// Takes in a complete subset within the limit.
    fn accept(&mut self, chi_squared: f64, rows: &[usize]) {
        if self.best_only {
            let near = chi_squared + tolerance(chi_squared);
            if self.found.iter().any(|(known, _)| *known > near) {
                self.found.retain(|(known, _)| *known <= near);
                self.count = self.found.len() as u64;
            }
            self.limit = self.limit.min(near);
        }
        self.count += 1;
        let place = self
            .found
            .partition_point(|(known, _)| *known <= chi_squared);
        if place < LISTED {
            self.found.insert(place, (chi_squared, rows.to_vec()));
            self.found.truncate(LISTED);
        }
    }
}

fn tolerance(chi_squared: f64) -> f64 {
    1e-12 * (1.0 + chi_squared)
}
