//! Random-effects models, power-moderated means and the largest consistent subset as methods.

use super::{choice, coverage_k, significance};
use crate::evaluate::consistency::chi_squared;
use crate::evaluate::effective_dof::coverage_factor;
use crate::evaluate::equivalence::{Rule, unilateral, unilateral_correlated};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Inapplicable, Quantities};
use crate::evaluate::reference::consensus::Members;
use crate::evaluate::reference::random_effects::{
    Correction, Estimator, Fit, corrected_mean, fit_members, fixed, knapp_hartung,
    random_effects_mean,
};
use crate::evaluate::reference::report::{self, names};
use crate::evaluate::reference::{
    LargestConsistentSubset, Replicates, largest_consistent_subset,
    largest_consistent_subset_correlated, passing_subsets, power_moderated_mean,
    power_moderated_screened, read_covariance, scaled_deviations, vangel_rukhin, weighted_mean,
};
use crate::numeric::distribution::{chi_squared_sf, normal_quantile};
use crate::numeric::sum::median as middle;

pub(super) fn compute_random_effects(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let members = Members::of(&labs, 2)?;
    let dof = members.len() as f64 - 1.0;
    let plain = fixed(&members.x, &members.u);
    let mut q = Quantities::default();
    q.words("lab", labs.lab.clone());
    q.number("Q", plain.q);
    q.number("Q.dof", dof);
    q.number("Q.p_right", chi_squared_sf(plain.q, dof));
    q.number(
        "I2_percent_DL",
        if plain.q > dof {
            100.0 * (plain.q - dof) / plain.q
        } else {
            0.0
        },
    );
    let estimators = [
        ("DL", Estimator::DerSimonianLaird),
        ("MP", Estimator::MandelPaule),
        ("REML", Estimator::Reml),
        ("ML", Estimator::MaximumLikelihood),
    ];
    for (name, estimator) in estimators {
        let fit = fit_members(&members, estimator);
        random_effects_quantities(&mut q, name, &members, &fit);
        if estimator == Estimator::DerSimonianLaird {
            q.number("tau_over_median_u", fit.tau2.sqrt() / middle(&members.u));
        }
    }
    Ok(q)
}

/// Estimates and 95 % intervals of one estimator, in the unit of the data.
fn random_effects_quantities(q: &mut Quantities, name: &str, members: &Members, fit: &Fit) {
    let (mu, u) = (
        members.centre + members.scale * fit.mu,
        members.scale * fit.u,
    );
    let interval = |half: f64| {
        vec![
            members.centre + (members.scale * fit.mu - half),
            members.centre + (members.scale * fit.mu + half),
        ]
    };
    q.number(
        &format!("{name}.tau2"),
        fit.tau2 * members.scale * members.scale,
    );
    q.number(&format!("{name}.tau"), fit.tau2.sqrt() * members.scale);
    q.number(&format!("{name}.mu"), mu);
    q.number(&format!("{name}.u"), u);
    q.numbers(&format!("{name}.weights"), members.spread(&fit.weights));
    q.numbers(&format!("{name}.z95"), interval(normal_quantile(0.975) * u));
    let t = coverage_factor(0.95, members.len() as f64 - 1.0);
    for (form, modified) in [("knha", false), ("knha_modified", true)] {
        let wide = u * knapp_hartung(fit, modified);
        q.number(&format!("{name}.{form}.u"), wide);
        q.numbers(&format!("{name}.{form}95"), interval(t * wide));
    }
    q.number(&format!("{name}.local_maxima"), fit.local_maxima as f64);
}

pub(super) fn compute_one_random_effects(
    data: &Data,
    estimator: Estimator,
) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let plain = random_effects_mean(&labs, estimator)?;
    let corrections = [
        ("none", Correction::None),
        ("knapp-hartung", Correction::KnappHartung),
        ("knapp-hartung-modified", Correction::Modified),
    ];
    let reference = corrected_mean(&labs, estimator, choice(data, "correction", &corrections)?)?;
    let rule = choice(
        data,
        "dark",
        &[
            ("recognised", Rule::DarkRecognised),
            ("ignored", Rule::Stated),
        ],
    )?;
    let mut q = Quantities::default();
    report::reference(&mut q, &labs, &reference);
    q.number("reference.k95", coverage_factor(0.95, reference.dof));
    q.number(
        "reference.U95",
        coverage_factor(0.95, reference.dof) * reference.u,
    );
    report::test(
        &mut q,
        &chi_squared(&labs, &weighted_mean(&labs)?, significance(data)?)?,
    );
    // u²(D) = u_i² + τ² − u²(y) belongs to the model's own u(y); the correction widens the interval of y only.
    report::equivalence(&mut q, &unilateral(&labs, &plain, rule)?, coverage_k(data)?);
    Ok(q)
}

pub(super) fn compute_vangel_rukhin(data: &Data) -> Result<Quantities, Inapplicable> {
    let column = |name: &str| data.numbers("labs", name);
    let replicates = Replicates {
        mean: column("value")?,
        s: column("s")?,
        n: column("n")?,
    };
    let fit = vangel_rukhin(&replicates)?;
    let half = normal_quantile(0.975) * fit.u;
    let mut q = Quantities::default();
    q.number("mu", fit.mu);
    q.number("u", fit.u);
    q.number("sigma2_between", fit.sigma2_between);
    q.numbers("ci95", vec![fit.mu - half, fit.mu + half]);
    q.numbers("sigma2_within", fit.sigma2_within);
    q.numbers("weights", fit.weights);
    q.number("local_maxima", fit.local_maxima as f64);
    Ok(q)
}

pub(super) fn compute_power_moderated_mean(data: &Data) -> Result<Quantities, Inapplicable> {
    let mut labs = Laboratories::read(data, "labs")?;
    if data.tables.contains_key("linked") {
        labs = labs.with_outside(Laboratories::read(data, "linked")?);
    }
    let alpha = data.number("alpha")?;
    let limit = data.number_or("outlier_limit", 2.5)?;
    let mut q = Quantities::default();
    // The outlier rule only points at results; it takes them out when the comparison has declared that it should.
    let pmm = if data.flag_or("exclude_outliers", false)? {
        let screened = power_moderated_screened(&labs, alpha, limit)?;
        q.words("pmm.excluded", names(&labs, &screened.excluded));
        labs = screened.labs;
        screened.pmm
    } else {
        power_moderated_mean(&labs, alpha)?
    };
    let deviations = scaled_deviations(&labs, &pmm);
    let extreme: Vec<usize> = (0..labs.len()).filter(|i| deviations[*i] > limit).collect();
    let inside: Vec<f64> = pmm
        .mean
        .weights
        .iter()
        .zip(&labs.in_reference)
        .filter(|(_, inside)| **inside)
        .map(|(w, _)| *w)
        .collect();
    q.number("kcrv.value", pmm.mean.value);
    q.number("kcrv.u", pmm.mean.u);
    q.number("pmm.alpha", pmm.alpha);
    q.number("pmm.s", pmm.mean.tau);
    q.number("pmm.S", pmm.characteristic);
    q.numbers("pmm.weights", inside);
    q.numbers("pmm.scaled_deviation", deviations);
    q.words("pmm.extreme", names(&labs, &extreme));
    report::reference(&mut q, &labs, &pmm.mean);
    report::equivalence(
        &mut q,
        &unilateral(&labs, &pmm.mean, Rule::Reference)?,
        coverage_k(data)?,
    );
    Ok(q)
}

pub(super) fn compute_largest_consistent_subset(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let level = significance(data)?;
    let v = if data.tables.contains_key("covariance") {
        Some(read_covariance(data, &labs)?)
    } else {
        None
    };
    let lcs: LargestConsistentSubset = match &v {
        None => largest_consistent_subset(&labs, level)?,
        Some(v) => largest_consistent_subset_correlated(&labs, v, level)?,
    };
    let mut q = Quantities::default();
    q.words("lcs.members", names(&labs, &lcs.rows));
    q.words("lcs.excluded", names(&labs, &lcs.excluded));
    q.number("lcs.size", lcs.rows.len() as f64);
    q.number("lcs.tie_count", lcs.tie_count as f64);
    q.words(
        "lcs.ties",
        lcs.ties
            .iter()
            .map(|rows| names(&labs, rows).join(","))
            .collect(),
    );
    if let Some(passing) = passing_subsets(&labs, v.as_deref(), &lcs)? {
        q.number("lcs.passing_count", passing.count as f64);
        q.words(
            "lcs.passing",
            passing
                .subsets
                .iter()
                .map(|(_, rows)| names(&labs, rows).join(","))
                .collect(),
        );
        q.numbers(
            "lcs.passing_chi2",
            passing
                .subsets
                .iter()
                .map(|(chi_squared, _)| *chi_squared)
                .collect::<Vec<_>>(),
        );
    }
    report::reference(&mut q, &labs, &lcs.mean);
    report::test(&mut q, &lcs.test);
    let doe = match &v {
        None => unilateral(&labs, &lcs.mean, Rule::Stated)?,
        Some(v) => unilateral_correlated(&labs, &lcs.mean, v),
    };
    report::equivalence(&mut q, &doe, coverage_k(data)?);
    report::matrices(&mut q, &labs, &lcs.mean.weights, v.as_deref());
    Ok(q)
}
