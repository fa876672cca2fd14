//! Exact search over independent results in O(n² log n).
//!
//! For a fixed centre c the best subset of m results has the m smallest z_i = |x_i − c|/u_i, and min over c of the best at c is the
//! best of all. As c moves from the smallest value to the largest, the order of the z_i changes only where two of them are equal, at
//! no more than n(n − 1) places; a change swaps neighbours and so alters the subset of a single size. At each change the χ² of the
//! altered subset is evaluated from sums that are carried along.

use super::{Found, LISTED};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::consensus::Members;
use crate::numeric::sum::{dot, sum};

/// Relative difference below which two χ² are equal.
const TIE: f64 = 1e-12;
/// Guard for the rounding of sums carried along; what comes so near to the best is computed anew.
const GUARD: f64 = 1e-7;

/// Two results change places in the order of z at the centre `c`.
#[derive(Clone, Copy)]
struct Crossing {
    c: f64,
    a: u32,
    b: u32,
}

/// Σ1/u², Σ(x − o)/u², Σ(x − o)²/u² of the first results in the order, about an origin o near the centre.
#[derive(Clone, Copy, Default)]
struct Sums {
    w: f64,
    wx: f64,
    wxx: f64,
}

impl Sums {
    fn with(self, x: f64, w: f64) -> Sums {
        Sums {
            w: self.w + w,
            wx: self.wx + w * x,
            wxx: self.wxx + w * x * x,
        }
    }

    fn chi_squared(self) -> f64 {
        (self.wxx - self.wx * self.wx / self.w).max(0.0)
    }
}

/// The tied largest consistent subsets of the members of `labs`; `critical[m]` is the largest χ² a subset of m may have.
pub(super) fn search(labs: &Laboratories, critical: &[f64]) -> Result<Found, Inapplicable> {
    let members = Members::of(labs, 2)?;
    let n = members.len();
    let crossings = crossings(&members);
    let mut least = vec![f64::INFINITY; n + 1];
    Sweep::new(&members).run(&crossings, |m, chi_squared, _| {
        least[m] = least[m].min(chi_squared)
    });
    // The carried sums may miss the limit by their rounding, so each size is decided on subsets computed anew.
    for m in (2..=n)
        .rev()
        .filter(|m| least[*m] <= critical[*m] + GUARD * (1.0 + critical[*m]))
    {
        let best = best_of_size(&members, &crossings, m, least[m]);
        if best
            .first()
            .is_some_and(|(chi_squared, _)| *chi_squared <= critical[m] * (1.0 + TIE))
        {
            return Ok(in_rows(
                &members,
                best.into_iter().map(|(_, subset)| subset).collect(),
            ));
        }
    }
    Ok(Found {
        subsets: vec![vec![members.index[0]]],
        count: n as u64,
    })
}

/// All places within the range of the values where two z are equal, ascending.
fn crossings(members: &Members) -> Vec<Crossing> {
    let (x, u) = (&members.x, &members.u);
    let n = x.len();
    let (low, high) = (x[0], x[n - 1]);
    let mut all = Vec::with_capacity(n * (n - 1));
    for a in 0..n {
        for b in a + 1..n {
            // Between the two values, from x_a measured by the shares of the uncertainties; and outside, on the side of the smaller u.
            let gap = x[b] - x[a];
            let between = x[a] + gap * (u[a] / (u[a] + u[b]));
            let outside = x[a] - gap * (u[a] / (u[b] - u[a]));
            for c in [between, outside] {
                if c > low && c < high {
                    all.push(Crossing {
                        c,
                        a: a as u32,
                        b: b as u32,
                    });
                }
            }
        }
    }
    all.sort_unstable_by(|p, q| p.c.total_cmp(&q.c).then(p.a.cmp(&q.a)).then(p.b.cmp(&q.b)));
    all
}

/// The state while the centre moves.
struct Sweep<'a> {
    members: &'a Members,
    /// Members by ascending z at the centre, and the place of each in that order.
    order: Vec<usize>,
    place: Vec<usize>,
    /// Sums of the first m in the order.
    sums: Vec<Sums>,
    origin: f64,
}

impl<'a> Sweep<'a> {
    fn new(members: &'a Members) -> Sweep<'a> {
        let n = members.len();
        Sweep {
            members,
            order: (0..n).collect(),
            place: (0..n).collect(),
            sums: vec![Sums::default(); n + 1],
            origin: members.x[0],
        }
    }

    /// Moves the centre over all crossings and calls `visit(m, χ², order)` for the first m of the order whenever they are new.
    fn run(&mut self, crossings: &[Crossing], mut visit: impl FnMut(usize, f64, &[usize])) {
        let n = self.members.len();
        let (low, high) = (self.members.x[0], self.members.x[n - 1]);
        // Crossings nearer than this cannot be told apart; the results concerned are sorted together.
        let apart = 1e-13 * (high - low);
        let first = crossings.first().map_or(high, |crossing| crossing.c);
        self.sort(0, n - 1, low + 0.5 * (first - low));
        self.renew(0, n, &mut visit);
        let (mut at, mut since_origin) = (0, 0);
        while at < crossings.len() {
            let mut end = at + 1;
            while end < crossings.len() && crossings[end].c - crossings[end - 1].c <= apart {
                end += 1;
            }
            since_origin += end - at;
            if since_origin > n {
                // The sums keep their digits only about an origin near the centre.
                self.origin = crossings[at].c;
                since_origin = 0;
                self.renew(0, n, &mut |_, _, _| {});
            }
            let next = crossings.get(end).map_or(high, |crossing| crossing.c);
            let centre = crossings[end - 1].c + 0.5 * (next - crossings[end - 1].c);
            self.cross(&crossings[at..end], centre, &mut visit);
            at = end;
        }
    }

    /// Carries out crossings at one place; `centre` lies just behind it.
    fn cross(
        &mut self,
        group: &[Crossing],
        centre: f64,
        visit: &mut impl FnMut(usize, f64, &[usize]),
    ) {
        let places = |c: &Crossing, place: &[usize]| {
            let (p, q) = (place[c.a as usize], place[c.b as usize]);
            (p.min(q), p.max(q))
        };
        if let [single] = group {
            let (p, q) = places(single, &self.place);
            if q == p + 1 {
                self.order.swap(p, q);
                self.place[self.order[p]] = p;
                self.place[self.order[q]] = q;
                self.renew(p, q, visit);
                return;
            }
        }
        let mut ranges: Vec<(usize, usize)> =
            group.iter().map(|c| places(c, &self.place)).collect();
        ranges.sort_unstable();
        let mut at = 0;
        while at < ranges.len() {
            let (from, mut to) = ranges[at];
            while at < ranges.len() && ranges[at].0 <= to {
                to = to.max(ranges[at].1);
                at += 1;
            }
            self.sort(from, to, centre);
            self.renew(from, to, visit);
        }
    }

    /// Puts the places `from..=to` in the order of z at `centre`.
    fn sort(&mut self, from: usize, to: usize, centre: f64) {
        let z = |i: usize| (self.members.x[i] - centre).abs() / self.members.u[i];
        self.order[from..=to].sort_unstable_by(|a, b| z(*a).total_cmp(&z(*b)).then(a.cmp(b)));
        for place in from..=to {
            self.place[self.order[place]] = place;
        }
    }

    /// Computes the sums of the first from+1 … `to` of the order from those of the first `from`.
    fn renew(&mut self, from: usize, to: usize, visit: &mut impl FnMut(usize, f64, &[usize])) {
        for m in from + 1..=to {
            let i = self.order[m - 1];
            let u = self.members.u[i];
            self.sums[m] = self.sums[m - 1].with(self.members.x[i] - self.origin, 1.0 / (u * u));
            visit(m, self.sums[m].chi_squared(), &self.order);
        }
    }
}

/// The subsets of size `m` with the least χ², computed anew, each ascending and all different.
fn best_of_size(
    members: &Members,
    crossings: &[Crossing],
    m: usize,
    least: f64,
) -> Vec<(f64, Vec<usize>)> {
    let mut best: Vec<(f64, Vec<usize>)> = Vec::new();
    let near = least + GUARD * (1.0 + least);
    let mut last: Vec<usize> = Vec::new();
    Sweep::new(members).run(crossings, |size, chi_squared, order| {
        if size != m || chi_squared > near {
            return;
        }
        let mut subset = order[..m].to_vec();
        subset.sort_unstable();
        if subset == last {
            return;
        }
        let exact = exact(members, &subset);
        last.clone_from(&subset);
        let leader = best.iter().map(|(q, _)| *q).fold(f64::INFINITY, f64::min);
        if exact <= leader + tolerance(leader.min(exact))
            && best.iter().all(|(_, known)| *known != subset)
        {
            best.retain(|(q, _)| *q <= exact + tolerance(exact));
            best.push((exact, subset));
        }
    });
    best.sort_by(|a, b| a.1.cmp(&b.1));
    best
}

fn tolerance(chi_squared: f64) -> f64 {
    TIE * (1.0 + chi_squared)
}

fn exact(members: &Members, subset: &[usize]) -> f64 {
    let weights: Vec<f64> = subset
        .iter()
        .map(|i| 1.0 / (members.u[*i] * members.u[*i]))
        .collect();
    let x: Vec<f64> = subset.iter().map(|i| members.x[*i]).collect();
    let centre = dot(&weights, &x) / sum(weights.iter().copied());
    sum(weights
        .iter()
        .zip(&x)
        .map(|(w, x)| w * (x - centre) * (x - centre)))
}

/// The subsets in rows of the table, with the choices among equal results added, in ascending order.
fn in_rows(members: &Members, subsets: Vec<Vec<usize>>) -> Found {
    let mut count = 0_u64;
    let mut listed: Vec<Vec<usize>> = Vec::new();
    for subset in subsets {
        let mut choices: Vec<Vec<usize>> = vec![Vec::new()];
        let mut number = 1_u64;
        let mut at = 0;
        while at < members.len() {
            let same = |i: usize| members.x[i] == members.x[at] && members.u[i] == members.u[at];
            let end = (at..members.len())
                .find(|i| !same(*i))
                .unwrap_or(members.len());
            let taken = subset.iter().filter(|i| (at..end).contains(*i)).count();
            let rows: Vec<usize> = members.index[at..end].to_vec();
            number = number.saturating_mul(binomial(rows.len() as u64, taken as u64));
            let picks = combinations(&rows, taken);
            choices = choices
                .iter()
                .flat_map(|c| picks.iter().map(move |p| [c.clone(), p.clone()].concat()))
                .take(LISTED)
                .collect();
            at = end;
        }
        count = count.saturating_add(number);
        listed.extend(choices.into_iter().map(|mut rows| {
            rows.sort_unstable();
            rows
        }));
    }
    listed.sort();
    listed.dedup();
    listed.truncate(LISTED);
    Found {
        subsets: listed,
        count,
    }
}

fn binomial(n: u64, k: u64) -> u64 {
    (0..k.min(n - k)).fold(1_u64, |product, i| product.saturating_mul(n - i) / (i + 1))
}

/// The first [`LISTED`] ways to take `k` of `rows`, in lexical order.
fn combinations(rows: &[usize], k: usize) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    let mut pick: Vec<usize> = (0..k).collect();
    while all.len() < LISTED {
        all.push(pick.iter().map(|i| rows[*i]).collect());
        let Some(turn) = (0..k).rev().find(|i| pick[*i] < rows.len() - k + i) else {
            break;
        };
        pick[turn] += 1;
        for i in turn + 1..k {
            pick[i] = pick[i - 1] + 1;
        }
    }
    all
}
