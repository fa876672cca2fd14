//! Means, medians and given values as methods.

use super::{choice, coverage_k, significance};
use crate::evaluate::consistency::{chi_squared, chi_squared_test};
use crate::evaluate::effective_dof::coverage_factor;
use crate::evaluate::equivalence::{
    Rule, coverage, leave_one_out, unilateral, unilateral_correlated,
};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Field, Inapplicable, Quantities, missing};
use crate::evaluate::reference::consensus::too_few;
use crate::evaluate::reference::median::MAD_TO_SD;
use crate::evaluate::reference::random_effects::{Estimator, random_effects_mean};
use crate::evaluate::reference::report::{self, names};
use crate::evaluate::reference::{
    Basis, Consensus, MedianUncertainty, arithmetic_mean, birge_mean, cut_off_mean, gls_mean,
    largest_consistent_subset, mad_outliers, median, median_scaled_difference,
    pair_difference_chi_squared, read_covariance, weighted_mean,
};
use crate::numeric::sum::{dot, median as middle};

pub(super) fn compute_weighted_mean(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let reference = weighted_mean(&labs)?;
    let test = chi_squared(&labs, &reference, significance(data)?)?;
    let doe = unilateral(&labs, &reference, Rule::Stated)?;
    let mut q = Quantities::default();
    report::reference(&mut q, &labs, &reference);
    report::test(&mut q, &test);
    q.number("birge.scaled_u", birge_mean(&labs)?.u);
    report::equivalence(&mut q, &doe, coverage_k(data)?);
    report::coverage(&mut q, &doe, &coverage(&labs, &reference.weights, 0.95));
    q.number("doe.sum_weighted_D", dot(&reference.weights, &doe.d));
    report::matrices(&mut q, &labs, &reference.weights, None);
    Ok(q)
}

pub(super) fn compute_birge_mean(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let reference = birge_mean(&labs)?;
    let test = chi_squared(&labs, &reference, significance(data)?)?;
    let mut q = Quantities::default();
    report::reference(&mut q, &labs, &reference);
    report::test(&mut q, &test);
    report::equivalence(
        &mut q,
        &unilateral(&labs, &reference, Rule::Stated)?,
        coverage_k(data)?,
    );
    Ok(q)
}

pub(super) fn compute_arithmetic_mean(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read_values(data, "labs")?;
    let reference = mean_by_choice(data, &labs)?;
    let mut q = Quantities::default();
    mean_quantities(&mut q, data, &labs, &reference)?;
    q.number("mean", reference.value);
    q.number("mean.sdom", arithmetic_mean(&labs, Basis::Dispersion)?.u);
    if labs.has_uncertainties() {
        alternatives(&mut q, data, &labs)?;
    }
    Ok(q)
}

/// The arithmetic mean with the uncertainty that the parameter `basis` chooses.
fn mean_by_choice(data: &Data, labs: &Laboratories) -> Result<Consensus, Inapplicable> {
    let basis = choice(
        data,
        "basis",
        &[("dispersion", Basis::Dispersion), ("stated", Basis::Stated)],
    )?;
    arithmetic_mean(labs, basis)
}

/// Both uncertainties of the mean, and the degrees of equivalence from the stated uncertainties, where there are any.
fn mean_quantities(
    q: &mut Quantities,
    data: &Data,
    labs: &Laboratories,
    reference: &Consensus,
) -> Result<(), Inapplicable> {
    report::reference(q, labs, reference);
    q.number("reference.k95", coverage_factor(0.95, reference.dof));
    q.number(
        "reference.U95",
        coverage_factor(0.95, reference.dof) * reference.u,
    );
    q.number(
        "reference.u_dispersion",
        arithmetic_mean(labs, Basis::Dispersion)?.u,
    );
    if labs.has_uncertainties() {
        q.number(
            "reference.u_stated",
            arithmetic_mean(labs, Basis::Stated)?.u,
        );
        report::equivalence(
            q,
            &unilateral(labs, reference, Rule::Stated)?,
            coverage_k(data)?,
        );
    }
    Ok(())
}

/// What else the same results give: weighted mean and its test, DerSimonian–Laird, pair differences and the largest consistent
/// subset of all results, those outside the reference value included.
fn alternatives(q: &mut Quantities, data: &Data, labs: &Laboratories) -> Result<(), Inapplicable> {
    let weighted = weighted_mean(labs)?;
    q.number("weighted_mean", weighted.value);
    q.number("weighted_mean.u", weighted.u);
    report::test(q, &chi_squared(labs, &weighted, significance(data)?)?);
    let dark = random_effects_mean(labs, Estimator::DerSimonianLaird)?;
    q.number("DL.mu", dark.value);
    q.number("DL.tau", dark.tau);
    q.number("DL.u", dark.u);
    q.numbers("pair_difference_chi2", pair_difference_chi_squared(labs));
    q.numbers("median_scaled_difference", median_scaled_difference(labs));
    let everyone = labs.all_in();
    match largest_consistent_subset(&everyone, significance(data)?) {
        Ok(lcs) => {
            q.words(
                &format!("lcs.members_of_all_{}", labs.len()),
                names(labs, &lcs.rows),
            );
            q.number("lcs.reference", lcs.mean.value);
            q.number("lcs.u", lcs.mean.u);
            q.number("lcs.chi2", lcs.test.observed);
        }
        // Without two results that agree there is no such subset to show beside the mean.
        Err(refused) if refused.kind == "no-consistent-subset" => {
            q.words(&format!("lcs.members_of_all_{}", labs.len()), Vec::new())
        }
        Err(refused) => return Err(refused),
    }
    Ok(())
}

pub(super) fn compute_mean_after_mad_rule(data: &Data) -> Result<Quantities, Inapplicable> {
    let mut labs = Laboratories::read_values(data, "labs")?;
    let limit = data.number_or("limit", 2.5)?;
    let (s_mad, outliers) = mad_outliers(&labs, limit, data.number_or("mad_factor", MAD_TO_SD)?)?;
    let centre = middle(
        &labs
            .value
            .iter()
            .zip(&labs.in_reference)
            .filter(|(_, inside)| **inside)
            .map(|(v, _)| *v)
            .collect::<Vec<_>>(),
    );
    for row in &outliers {
        labs.in_reference[*row] = false;
    }
    let reference = mean_by_choice(data, &labs)?;
    let mut q = Quantities::default();
    q.number("median", centre);
    q.number("s_mad", s_mad);
    q.number("limit", limit * s_mad);
    q.words("outliers", names(&labs, &outliers));
    mean_quantities(&mut q, data, &labs, &reference)?;
    Ok(q)
}

pub(super) fn compute_median(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read_values(data, "labs")?;
    let forms = [
        ("large-sample", MedianUncertainty::LargeSample),
        ("mueller", MedianUncertainty::Mueller),
    ];
    let form = choice(data, "u_form", &forms)?;
    let mut reference = median(&labs, form)?;
    // A comparison may fix the uncertainty of the reference value after review; that one then stands.
    if let Some(u) = ["reference", "kcrv"]
        .into_iter()
        .find_map(|table| reviewed_u(data, table))
    {
        let given = Consensus::given(reference.value, u, f64::INFINITY, labs.len())?;
        reference = reference.with_u(given.u);
    }
    let mut q = Quantities::default();
    report::reference(&mut q, &labs, &reference);
    q.number(
        "reference.u_large_sample",
        median(&labs, MedianUncertainty::LargeSample)?.u,
    );
    q.number(
        "reference.u_mueller",
        median(&labs, MedianUncertainty::Mueller)?.u,
    );
    if labs.has_uncertainties() {
        report::equivalence(
            &mut q,
            &unilateral(&labs, &reference, Rule::Reference)?,
            coverage_k(data)?,
        );
    }
    Ok(q)
}

/// The standard uncertainty given in `table`, as `u` or as `U` with `k`.
fn reviewed_u(data: &Data, table: &str) -> Option<f64> {
    let number = |name: &str| match data.tables.get(table)?.get(name) {
        Some(Field::Number(v)) => Some(*v),
        _ => None,
    };
    number("u").or_else(|| Some(number("U")? / number("k")?))
}

pub(super) fn compute_external_value(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let given = ["reference", "pilot", "assigned"]
        .into_iter()
        .find(|name| data.tables.contains_key(*name));
    let table = given.ok_or_else(|| missing("reference", "value"))?;
    let external = Laboratories::read(data, table)?;
    let [value, u, dof] = match (
        external.value.as_slice(),
        external.u.as_slice(),
        external.dof.as_slice(),
    ) {
        ([value], [u], [dof]) => [*value, *u, *dof],
        _ => {
            return Err(Inapplicable::new(
                "several-references",
                format!(
                    "数据表 `{table}` 中有 {} 个参考值；只能给出一个",
                    external.len()
                ),
                format!(
                    "table `{table}` gives {} reference values; give one",
                    external.len()
                ),
            ));
        }
    };
    let reference = Consensus::given(value, u, dof, labs.len())?;
    let mut q = Quantities::default();
    report::reference(&mut q, &labs, &reference);
    report::equivalence(
        &mut q,
        &unilateral(&labs, &reference, Rule::Reference)?,
        coverage_k(data)?,
    );
    Ok(q)
}

pub(super) fn compute_gls_mean(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let v = read_covariance(data, &labs)?;
    let gls = gls_mean(&labs, &v)?;
    let reference = &gls.mean;
    let test = chi_squared_test(
        gls.observed,
        labs.members() as f64 - 1.0,
        significance(data)?,
    )?;
    let doe = unilateral_correlated(&labs, reference, &v);
    let plain = weighted_mean(&labs)?;
    let mut q = Quantities::default();
    report::reference(&mut q, &labs, reference);
    report::test(&mut q, &test);
    report::equivalence(&mut q, &doe, coverage_k(data)?);
    report::matrices(&mut q, &labs, &reference.weights, Some(&v));
    q.number("ignoring_correlation.reference", plain.value);
    q.number("ignoring_correlation.u", plain.u);
    Ok(q)
}

pub(super) fn compute_cut_off_mean(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let result = cut_off_mean(&labs, significance(data)?)?;
    let mut q = Quantities::default();
    q.words("lab", labs.lab.clone());
    q.number("cutoff", result.cut_off);
    q.numbers("weights", result.mean.weights.clone());
    q.number("reference.value", result.mean.value);
    q.number("reference.u", result.mean.u);
    q.number("chi2.adjusted", result.test.observed);
    q.number("chi2.p_right", result.test.p_right);
    q.flag("chi2.consistent", result.test.consistent);
    let reference = match &result.adjusted {
        None => &result.mean,
        Some(adjusted) => {
            q.number("mandel_paule.s", adjusted.mean.tau);
            q.number("mandel_paule.reference", adjusted.mean.value);
            q.numbers("mandel_paule.weights", adjusted.mean.weights.clone());
            q.number("mandel_paule.u_stated", adjusted.u_stated);
            q.number("mandel_paule.u_with_s", adjusted.mean.u);
            &adjusted.mean
        }
    };
    let doe = unilateral(&labs, reference, Rule::Stated)?;
    let k = coverage_k(data)?;
    q.numbers("doe.D", doe.d.clone());
    q.numbers("doe.u_stated", doe.u.clone());
    q.numbers("doe.U", doe.expanded(k));
    q.numbers(&format!("doe.En_k{k}"), doe.normalised(k));
    Ok(q)
}

pub(super) fn compute_leave_one_out(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    type Estimate = fn(&Laboratories) -> Result<Consensus, Inapplicable>;
    let known: [(&str, Estimate); 4] = [
        ("weighted-mean", weighted_mean),
        ("arithmetic-mean", |labs| {
            arithmetic_mean(labs, Basis::Stated)
        }),
        ("dersimonian-laird", |labs| {
            random_effects_mean(labs, Estimator::DerSimonianLaird)
        }),
        ("mandel-paule", |labs| {
            random_effects_mean(labs, Estimator::MandelPaule)
        }),
    ];
    let estimate = choice(data, "estimator", &known)?;
    if labs.members() < 3 {
        // Every estimator is left with one result fewer, of which it needs two.
        return Err(too_few(labs.members(), 3));
    }
    let doe = leave_one_out(&labs, None, estimate)?;
    let mut q = Quantities::default();
    report::reference(&mut q, &labs, &estimate(&labs)?);
    report::equivalence(&mut q, &doe, coverage_k(data)?);
    Ok(q)
}
