//! The estimators as computable methods: tables in, named quantities out.

use super::consensus::Members;
use super::random_effects::{
    Estimator, Fit, fit_members, fixed, knapp_hartung, random_effects_mean,
};
use super::report::{self, names};
use super::{
    Basis, Consensus, LargestConsistentSubset, MedianUncertainty, Replicates, arithmetic_mean,
    birge_mean, cut_off_mean, gls_mean, largest_consistent_subset,
    largest_consistent_subset_correlated, mad_outliers, median, median_scaled_difference,
    pair_difference_chi_squared, power_moderated_mean, power_moderated_screened, read_covariance,
    scaled_deviations, vangel_rukhin, weighted_mean,
};
use crate::evaluate::consistency::{chi_squared, chi_squared_test};
use crate::evaluate::effective_dof::coverage_factor;
use crate::evaluate::equivalence::{
    Rule, coverage, leave_one_out, unilateral, unilateral_correlated,
};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities, missing};
use crate::numeric::distribution::{chi_squared_sf, normal_quantile};
use crate::numeric::sum::{dot, median as middle};

/// The methods of this family.
pub const METHODS: &[Method] = &[
    Method {
        id: "weighted-mean",
        compute: compute_weighted_mean,
    },
    Method {
        id: "birge-mean",
        compute: compute_birge_mean,
    },
    Method {
        id: "arithmetic-mean",
        compute: compute_arithmetic_mean,
    },
    Method {
        id: "mean-after-mad-rule",
        compute: compute_mean_after_mad_rule,
    },
    Method {
        id: "median",
        compute: compute_median,
    },
    Method {
        id: "external-value",
        compute: compute_external_value,
    },
    Method {
        id: "generalised-least-squares-mean",
        compute: compute_gls_mean,
    },
    Method {
        id: "cut-off-mean",
        compute: compute_cut_off_mean,
    },
    Method {
        id: "random-effects",
        compute: compute_random_effects,
    },
    Method {
        id: "dersimonian-laird",
        compute: |data| compute_one_random_effects(data, Estimator::DerSimonianLaird),
    },
    Method {
        id: "mandel-paule",
        compute: |data| compute_one_random_effects(data, Estimator::MandelPaule),
    },
    Method {
        id: "restricted-maximum-likelihood",
        compute: |data| compute_one_random_effects(data, Estimator::Reml),
    },
    Method {
        id: "maximum-likelihood",
        compute: |data| compute_one_random_effects(data, Estimator::MaximumLikelihood),
    },
    Method {
        id: "vangel-rukhin",
        compute: compute_vangel_rukhin,
    },
    Method {
        id: "power-moderated-mean",
        compute: compute_power_moderated_mean,
    },
    Method {
        id: "largest-consistent-subset",
        compute: compute_largest_consistent_subset,
    },
    Method {
        id: "leave-one-out",
        compute: compute_leave_one_out,
    },
];

fn significance(data: &Data) -> f64 {
    data.number_or("significance", 0.05)
}

/// Coverage factor of the degrees of equivalence, 2 unless set.
fn coverage_k(data: &Data) -> Result<f64, Inapplicable> {
    let k = data.number_or("coverage", 2.0);
    if k.is_finite() && k > 0.0 {
        return Ok(k);
    }
    Err(Inapplicable::new(
        "invalid-coverage",
        format!("包含因子 coverage = {k}；须大于零，常用 2"),
        format!("the coverage factor is {k}; it must be positive, 2 is usual"),
    ))
}

/// A word parameter that must be one of `known`; the first is the default.
fn choice<T: Copy>(data: &Data, name: &str, known: &[(&str, T)]) -> Result<T, Inapplicable> {
    let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
    let word = data.word_or(name, words.first().copied().unwrap_or(""));
    known
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, value)| *value)
        .ok_or_else(|| {
            let list = words.join(", ");
            Inapplicable::new(
                "unknown-option",
                format!("参数 {name} 的取值 `{word}` 无效；可取：{list}"),
                format!("parameter {name} cannot be `{word}`; it is one of: {list}"),
            )
        })
}

fn compute_weighted_mean(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let reference = weighted_mean(&labs)?;
    let test = chi_squared(&labs, &reference, significance(data))?;
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

fn compute_birge_mean(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let reference = birge_mean(&labs)?;
    let test = chi_squared(&labs, &reference, significance(data))?;
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

fn compute_arithmetic_mean(data: &Data) -> Result<Quantities, Inapplicable> {
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
    report::test(q, &chi_squared(labs, &weighted, significance(data))?);
    let dark = random_effects_mean(labs, Estimator::DerSimonianLaird)?;
    q.number("DL.mu", dark.value);
    q.number("DL.tau", dark.tau);
    q.number("DL.u", dark.u);
    q.numbers("pair_difference_chi2", pair_difference_chi_squared(labs));
    q.numbers("median_scaled_difference", median_scaled_difference(labs));
    let everyone = labs.all_in();
    match largest_consistent_subset(&everyone, significance(data)) {
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

fn compute_mean_after_mad_rule(data: &Data) -> Result<Quantities, Inapplicable> {
    let mut labs = Laboratories::read_values(data, "labs")?;
    let limit = data.number_or("limit", 2.5);
    let (s_mad, outliers) = mad_outliers(&labs, limit)?;
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

fn compute_median(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read_values(data, "labs")?;
    let forms = [
        ("large-sample", MedianUncertainty::LargeSample),
        ("mueller", MedianUncertainty::Mueller),
    ];
    let form = choice(data, "u_form", &forms)?;
    let mut reference = median(&labs, form)?;
    // A comparison may fix the uncertainty of the reference value after review; that one then stands.
    if let Some(Field::Number(u)) = data.tables.get("reference").and_then(|t| t.get("u")) {
        let given = Consensus::given(reference.value, *u, f64::INFINITY, labs.len())?;
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

fn compute_external_value(data: &Data) -> Result<Quantities, Inapplicable> {
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

fn compute_gls_mean(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let v = read_covariance(data, &labs)?;
    let gls = gls_mean(&labs, &v)?;
    let reference = &gls.mean;
    let test = chi_squared_test(
        gls.observed,
        labs.members() as f64 - 1.0,
        significance(data),
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

fn compute_cut_off_mean(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let result = cut_off_mean(&labs, significance(data))?;
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

fn compute_random_effects(data: &Data) -> Result<Quantities, Inapplicable> {
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

fn compute_one_random_effects(
    data: &Data,
    estimator: Estimator,
) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let reference = random_effects_mean(&labs, estimator)?;
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
    report::test(
        &mut q,
        &chi_squared(&labs, &weighted_mean(&labs)?, significance(data))?,
    );
    report::equivalence(
        &mut q,
        &unilateral(&labs, &reference, rule)?,
        coverage_k(data)?,
    );
    Ok(q)
}

fn compute_vangel_rukhin(data: &Data) -> Result<Quantities, Inapplicable> {
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

fn compute_power_moderated_mean(data: &Data) -> Result<Quantities, Inapplicable> {
    let mut labs = Laboratories::read(data, "labs")?;
    let alpha = match data.find("alpha") {
        Some(Field::Number(alpha)) => Some(*alpha),
        _ => None,
    };
    let limit = data.number_or("outlier_limit", 2.5);
    let mut q = Quantities::default();
    // The outlier rule only points at results; it takes them out when the comparison has declared that it should.
    let pmm = if data.flag_or("exclude_outliers", false) {
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

fn compute_largest_consistent_subset(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let level = significance(data);
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

fn compute_leave_one_out(data: &Data) -> Result<Quantities, Inapplicable> {
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
    let doe = leave_one_out(&labs, estimate)?;
    let mut q = Quantities::default();
    report::reference(&mut q, &labs, &estimate(&labs)?);
    report::equivalence(&mut q, &doe, coverage_k(data)?);
    Ok(q)
}
