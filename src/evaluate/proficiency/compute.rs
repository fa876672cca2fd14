//! The methods of proficiency testing on tables of data.

use crate::evaluate::columns::optional_column;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities, missing};
use crate::evaluate::outlier::{Sides, grubbs, largest_standardised_deviation};
use crate::evaluate::proficiency::consensus::{classical, few};
use crate::evaluate::proficiency::items::compute_homogeneity;
use crate::evaluate::proficiency::robust::{
    Factors, QnConstants, Robust, Stop, algorithm_a, algorithm_s, made, niqr, q_hampel, qn,
};
use crate::evaluate::proficiency::{
    Assigned, Target, Verdict, agreement, between_limits, bootstrap, combined_uncertainty,
    deviations, ez_scores, from_precision, from_previous_rounds, from_reference_material, horwitz,
    kernel_modes, percent_deviations, robust_uncertainty, scaled_deviations, uncertainty_scores,
    words,
};
use crate::evaluate::sample::{
    Sample, alpha, check_count, check_not_negative, check_positive, whole_number,
};
use crate::numeric::sum::{mean, median, standard_deviation};

pub const METHODS: &[Method] = &[
    Method {
        id: "algorithm-a",
        compute: compute_algorithm_a,
    },
    Method {
        id: "algorithm-s",
        compute: compute_algorithm_s,
    },
    Method {
        id: "q-hampel",
        compute: compute_q_hampel,
    },
    Method {
        id: "robust-estimators",
        compute: compute_estimators,
    },
    Method {
        id: "few-participants",
        compute: compute_few,
    },
    Method {
        id: "mean-and-deviation",
        compute: compute_mean_and_deviation,
    },
    Method {
        id: "kernel-mode",
        compute: compute_kernel_mode,
    },
    Method {
        id: "proficiency-scores",
        compute: compute_scores,
    },
    Method {
        id: "z-ceiling",
        compute: compute_ceiling,
    },
    Method {
        id: "homogeneity-stability",
        compute: compute_homogeneity,
    },
    Method {
        id: "crm-comparison",
        compute: compute_crm_comparison,
    },
    Method {
        id: "assigned-value-uncertainty",
        compute: compute_combined,
    },
    Method {
        id: "assigned-value-agreement",
        compute: compute_agreement,
    },
    Method {
        id: "sigma-horwitz",
        compute: compute_horwitz,
    },
    Method {
        id: "sigma-precision",
        compute: compute_from_precision,
    },
    Method {
        id: "sigma-previous-rounds",
        compute: compute_previous_rounds,
    },
];

/// A scalar that the method cannot do without; `tables` tells where it is looked for.
fn required(data: &Data, table: &str, name: &str) -> Result<f64, Inapplicable> {
    data.number(name)?.ok_or_else(|| missing(table, name))
}

fn compute_algorithm_a(data: &Data) -> Result<Quantities, Inapplicable> {
    let values = Sample::read(data)?.value;
    let mut out = Quantities::default();
    let variants = [
        ("converged", Stop::Converged, Factors::Printed),
        ("iso_three_figures", Stop::ThreeFigures, Factors::Printed),
        ("exact_factor", Stop::Converged, Factors::Exact),
    ];
    let wanted = match data.word_or("stop", "converged")?.as_str() {
        "converged" => "converged",
        "three-figures" => "iso_three_figures",
        other => {
            return Err(Inapplicable::new(
                "unknown-choice",
                format!(
                    "参数 stop 为 `{other}`；应为 converged（收敛）或 three-figures（三位有效数字不变）"
                ),
                format!("parameter stop is `{other}`; it should be converged or three-figures"),
            ));
        }
    };
    for (name, stop, factors) in variants {
        let robust = algorithm_a(&values, stop, factors)?;
        if name == wanted {
            out.number("x", robust.x);
            out.number("s", robust.s);
            out.number("u", robust_uncertainty(robust.s, values.len()));
        }
        out.number(&format!("{name}.x"), robust.x);
        out.number(&format!("{name}.s"), robust.s);
        out.number(&format!("{name}.iterations"), robust.iterations as f64);
    }
    Ok(out)
}

fn compute_algorithm_s(data: &Data) -> Result<Quantities, Inapplicable> {
    let sample = Sample::read(data)?;
    let dof = whole_number(data, "dof", 1, 1)? as usize;
    let robust = |factors| algorithm_s(&sample.value, dof, Stop::Converged, factors);
    let mut out = Quantities::default();
    out.number("w", robust(Factors::Printed)?.s);
    out.number("exact_factor.w", robust(Factors::Exact)?.s);
    out.number(
        "iso_three_figures.w",
        algorithm_s(&sample.value, dof, Stop::ThreeFigures, Factors::Printed)?.s,
    );
    Ok(out)
}

/// One value for each laboratory as groups of one.
fn singles(values: &[f64]) -> Vec<Vec<f64>> {
    values.iter().map(|v| vec![*v]).collect()
}

fn compute_q_hampel(data: &Data) -> Result<Quantities, Inapplicable> {
    let groups = match super::items::replicates(data, &["data", "participants", "labs", "results"])?
    {
        Some(groups) => groups,
        None => singles(&Sample::read(data)?.value),
    };
    let robust = q_hampel(&groups)?;
    let mut out = Quantities::default();
    out.number("x", robust.x);
    out.number("s", robust.s);
    out.number("u", robust_uncertainty(robust.s, groups.len()));
    Ok(out)
}

/// Gives location, standard deviation and standard uncertainty of the location as one triple, and each under its own name.
fn triple(out: &mut Quantities, name: &str, robust: Robust, u: f64) {
    out.numbers(name, [robust.x, robust.s, u]);
    out.number(&format!("{name}.x"), robust.x);
    out.number(&format!("{name}.s"), robust.s);
    out.number(&format!("{name}.u"), u);
}

/// Arithmetic mean with its own standard deviation and standard uncertainty s/√p.
fn arithmetic(out: &mut Quantities, name: &str, values: &[f64]) {
    let s = standard_deviation(values);
    let robust = Robust {
        x: mean(values),
        s,
        iterations: 0,
    };
    triple(out, name, robust, s / (values.len() as f64).sqrt());
}

fn compute_estimators(data: &Data) -> Result<Quantities, Inapplicable> {
    let values = Sample::read(data)?.value;
    let p = values.len();
    check_count(p, 3)?;
    let mut out = Quantities::default();
    let (niqr, made) = (niqr(&values), made(&values));
    out.number("median", median(&values));
    out.number("nIQR", niqr);
    out.number("MADe", made);
    out.number("u_median_nIQR", robust_uncertainty(niqr, p));
    out.number("u_median_MADe", robust_uncertainty(made, p));
    let a = algorithm_a(&values, Stop::Converged, Factors::Printed)?;
    triple(&mut out, "algorithm_a", a, robust_uncertainty(a.s, p));
    let q = q_hampel(&singles(&values))?;
    triple(&mut out, "q_hampel", q, robust_uncertainty(q.s, p));
    arithmetic(&mut out, "mean", &values);
    let mut kept = values.clone();
    // Results that are all equal leave Grubbs' test nothing to do; any other refusal is one.
    match grubbs(&values, alpha(data)?, Sides::Two) {
        Ok(steps) => {
            let removed: Vec<usize> = steps
                .iter()
                .filter(|s| s.removed)
                .map(|s| s.index)
                .collect();
            kept = values
                .iter()
                .enumerate()
                .filter(|(i, _)| !removed.contains(i))
                .map(|(_, v)| *v)
                .collect();
        }
        Err(refusal) if refusal.kind == "no-spread" => {}
        Err(refusal) => return Err(refusal),
    }
    arithmetic(&mut out, "mean_outliers_removed", &kept);
    out.number("outliers_removed", (p - kept.len()) as f64);
    let replicates = whole_number(data, "replicates", 2000, 100)?.min(1_000_000) as usize;
    let resampled = bootstrap(
        &values,
        replicates,
        whole_number(data, "seed", 13528, 0)?,
        |s| Ok::<f64, Inapplicable>(mean(s)),
    )?;
    out.numbers("bootstrap_mean", [resampled.mean, resampled.u]);
    out.number("Qn_amd1", qn(&values, QnConstants::Iso13528)?);
    out.number("Qn_robustbase", qn(&values, QnConstants::Robustbase)?);
    Ok(out)
}

fn compute_few(data: &Data) -> Result<Quantities, Inapplicable> {
    let values = Sample::read(data)?.value;
    let p = values.len();
    let robust = few(&values)?;
    let mut out = Quantities::default();
    out.number("median", robust.x);
    out.number("mean", mean(&values));
    out.number("s", standard_deviation(&values));
    out.number("s_star", robust.s);
    out.number("u", robust_uncertainty(robust.s, p));
    out.number("z_ceiling", largest_standardised_deviation(p));
    Ok(out)
}

fn compute_mean_and_deviation(data: &Data) -> Result<Quantities, Inapplicable> {
    let values = Sample::read(data)?.value;
    let found = classical(&values)?;
    let mut out = Quantities::default();
    out.number("x", found.x);
    out.number("s", found.s);
    out.number("u", found.s / (values.len() as f64).sqrt());
    Ok(out)
}

fn compute_kernel_mode(data: &Data) -> Result<Quantities, Inapplicable> {
    let values = Sample::read(data)?.value;
    let p = values.len();
    let inspection = |s: f64| 0.9 * s / (p as f64).powf(0.2);
    let h = match (
        data.number("bandwidth")?,
        data.number("sigma_pt")?,
        data.number("delta_E")?,
    ) {
        (Some(h), _, _) => h,
        (None, Some(sigma), _) => 0.75 * sigma,
        (None, None, Some(limit)) => 0.25 * limit,
        (None, None, None) => {
            inspection(algorithm_a(&values, Stop::Converged, Factors::Printed)?.s)
        }
    };
    let modes = kernel_modes(&values, h)?;
    let replicates = whole_number(data, "replicates", 1000, 100)?.min(100_000) as usize;
    let mode = |s: &[f64]| super::kernel_mode(s, h);
    let resampled = bootstrap(
        &values,
        replicates,
        whole_number(data, "seed", 13528, 0)?,
        mode,
    )?;
    let mut out = Quantities::default();
    out.number("mode", super::kernel_mode(&values, h)?);
    out.number("u", resampled.u);
    out.number("bandwidth", h);
    out.numbers("modes.x", modes.iter().map(|m| m.x).collect::<Vec<_>>());
    out.numbers(
        "modes.density",
        modes.iter().map(|m| m.density).collect::<Vec<_>>(),
    );
    Ok(out)
}

/// The assigned value from the table `assigned`: x_pt, u or U with k, and σ_pt as such or as a fraction of x_pt.
fn target(data: &Data) -> Result<Target, Inapplicable> {
    let table = "assigned";
    let first = |names: &[&str]| -> Result<Option<f64>, Inapplicable> {
        for name in names {
            let stated = data.tables.get(table).and_then(|t| t.get(*name)).cloned();
            let field = stated.or_else(|| data.parameters.get(*name).cloned());
            if let Some(field) = field {
                let mut one = Data::default();
                one.parameters.insert((*name).to_owned(), field);
                return one.number(name);
            }
        }
        Ok(None)
    };
    let x_pt = first(&["x_pt", "value", "x"])?.ok_or_else(|| missing(table, "x_pt"))?;
    let k = first(&["k"])?.unwrap_or(2.0);
    check_positive("包含因子", "coverage factor", k)?;
    let (u, expanded) = match (
        first(&["u", "u_x_pt", "u_pt"])?,
        first(&["U", "U_x_pt", "U_pt"])?,
    ) {
        (Some(u), Some(expanded)) => (u, expanded),
        (Some(u), None) => (u, k * u),
        (None, Some(expanded)) => (expanded / k, expanded),
        (None, None) => (0.0, 0.0),
    };
    let fraction = data
        .number("sigma_pt_fraction")?
        .or(data.number("sigma_pt_fraction_of_mean")?);
    let sigma = data
        .number("sigma_pt")?
        .or(fraction.map(|f| f * x_pt.abs()));
    let limits = (
        data.number("sigma_pt_floor")?,
        data.number("sigma_pt_ceiling")?,
    );
    let sigma_pt = sigma
        .map(|sigma| between_limits(sigma, limits.0, limits.1))
        .transpose()?;
    let target = Target {
        x_pt,
        u,
        expanded,
        sigma_pt,
        delta_e: data.number("delta_E")?,
    };
    target.check()?;
    Ok(target)
}

/// Expanded uncertainties of the participants as reported, or k·u (k = 2 when not stated).
fn expanded_uncertainties(data: &Data, table: &str, u: &[f64]) -> Result<Vec<f64>, Inapplicable> {
    if let Some(expanded) = optional_column(data, table, &["U"], u.len())? {
        return Ok(expanded);
    }
    let k = optional_column(data, table, &["k"], u.len())?;
    let k = k.unwrap_or_else(|| vec![2.0; u.len()]);
    Ok(u.iter().zip(k).map(|(u, k)| k * u).collect())
}

fn compute_scores(data: &Data) -> Result<Quantities, Inapplicable> {
    let table = if data.tables.contains_key("participants") {
        "participants"
    } else {
        "labs"
    };
    let labs = Laboratories::read_values(data, table)?;
    let target = target(data)?;
    let (values, x_pt) = (&labs.value, target.x_pt);
    let mut out = Quantities::default();
    out.words("lab", labs.lab.clone());
    out.numbers("D", deviations(values, x_pt));
    if x_pt != 0.0 {
        out.numbers("D_percent", percent_deviations(values, x_pt)?);
    }
    if let Some(limit) = target.permissible() {
        let share = scaled_deviations(values, x_pt, limit)?;
        out.numbers("PA", share.iter().map(|v| 100.0 * v).collect::<Vec<_>>());
        out.words("verdict.PA", words(&share, Verdict::of_en));
    }
    if let Some(sigma) = target.sigma_pt {
        let z = scaled_deviations(values, x_pt, sigma)?;
        let z_prime = scaled_deviations(values, x_pt, sigma.hypot(target.u))?;
        out.words("verdict.z", words(&z, Verdict::of_z));
        out.words("verdict.z_prime", words(&z_prime, Verdict::of_z));
        out.numbers("z", z);
        out.numbers("z_prime", z_prime);
        out.number("z_reduction_factor", sigma / sigma.hypot(target.u));
    }
    if let Some(negligible) = target.u_negligible() {
        out.flag("u_negligible", negligible);
        out.word("applicable", if negligible { "z" } else { "z_prime" });
    }
    if labs.has_uncertainties() {
        let expanded = expanded_uncertainties(data, table, &labs.u)?;
        let zeta = uncertainty_scores(values, &labs.u, x_pt, target.u)?;
        let en = uncertainty_scores(values, &expanded, x_pt, target.expanded)?;
        let (minus, plus) = ez_scores(values, &expanded, x_pt, target.expanded)?;
        out.words("verdict.zeta", words(&zeta, Verdict::of_z));
        out.words("verdict.En", words(&en, Verdict::of_en));
        out.numbers("zeta", zeta);
        out.numbers("En", en);
        out.numbers("Ez_minus", minus);
        out.numbers("Ez_plus", plus);
    }
    Ok(out)
}

fn compute_ceiling(data: &Data) -> Result<Quantities, Inapplicable> {
    let counts = match (data.find("n"), Sample::read(data)) {
        (Some(_), _) => {
            let table = data
                .tables
                .iter()
                .find(|(_, t)| t.contains_key("n"))
                .map_or("options", |(name, _)| name);
            match data.number("n") {
                Ok(Some(n)) => vec![n],
                _ => data.numbers(table, "n")?,
            }
        }
        (None, Ok(sample)) => vec![sample.value.len() as f64],
        (None, Err(refusal)) => return Err(refusal),
    };
    let limit = data.number_or("limit", 3.0)?;
    let mut ceilings = Vec::new();
    for n in counts {
        check_not_negative("实验室数", "number of laboratories", n)?;
        check_count(n as usize, 2)?;
        ceilings.push(largest_standardised_deviation(n as usize));
    }
    let reachable = ceilings.iter().all(|c| *c >= limit);
    let mut out = Quantities::default();
    match ceilings.as_slice() {
        [one] => out.number("ceiling", *one),
        many => out.numbers("ceiling", many),
    }
    out.flag("reachable", reachable);
    // The least n with (n − 1)/√n ≥ limit: √n ≥ (limit + √(limit² + 4))/2.
    let root = 0.5 * (limit + (limit * limit + 4.0).sqrt());
    out.number("least_n", (root * root - 1e-9).ceil());
    Ok(out)
}

fn compute_crm_comparison(data: &Data) -> Result<Quantities, Inapplicable> {
    let table = data
        .tables
        .iter()
        .find(|(_, t)| ["d", "differences"].iter().any(|c| t.contains_key(*c)));
    let (name, column) = table.map_or(("data", "differences"), |(name, t)| {
        (
            name.as_str(),
            if t.contains_key("d") {
                "d"
            } else {
                "differences"
            },
        )
    });
    let differences = data.numbers(name, column)?;
    let assigned = from_reference_material(
        required(data, "crm", "x_crm")?,
        required(data, "crm", "u_crm")?,
        &differences,
    )?;
    let s = standard_deviation(&differences);
    let mut out = Quantities::default();
    out.number("x_pt", assigned.x_pt);
    out.number("u", assigned.u);
    out.number("mean_difference", mean(&differences));
    out.number("s_d", s);
    out.number("u_d", s / (differences.len() as f64).sqrt());
    Ok(out)
}

fn compute_combined(data: &Data) -> Result<Quantities, Inapplicable> {
    let part = |name: &str| -> Result<f64, Inapplicable> { Ok(data.number(name)?.unwrap_or(0.0)) };
    let characterisation = required(data, "assigned", "u_char")?;
    let u = combined_uncertainty(
        characterisation,
        part("u_hom")?,
        part("u_trans")?,
        part("u_stab")?,
    )?;
    let mut out = Quantities::default();
    out.number("u", u);
    if let Some(sigma) = data.number("sigma_pt")? {
        out.flag("u_negligible", super::negligible(u, sigma));
    }
    Ok(out)
}

fn compute_agreement(data: &Data) -> Result<Quantities, Inapplicable> {
    let value = |x: &str, u: &str| -> Result<Assigned, Inapplicable> {
        let (x_pt, u) = (
            required(data, "assigned", x)?,
            required(data, "assigned", u)?,
        );
        check_not_negative("标准不确定度", "standard uncertainty", u)?;
        Ok(Assigned { x_pt, u })
    };
    let result = agreement(value("x_ref", "u_ref")?, value("x_pt", "u_x_pt")?);
    let mut out = Quantities::default();
    out.number("x_diff", result.difference);
    out.number("u_diff", result.u);
    out.number("ratio", result.ratio);
    out.flag("agree", result.agree);
    Ok(out)
}

fn compute_horwitz(data: &Data) -> Result<Quantities, Inapplicable> {
    let content = required(data, "options", "mass_fraction")?;
    let sigma = horwitz(content)?;
    let mut out = Quantities::default();
    out.number("sigma_pt", sigma);
    if content > 0.0 {
        out.number("relative_percent", 100.0 * sigma / content);
    }
    Ok(out)
}

fn compute_from_precision(data: &Data) -> Result<Quantities, Inapplicable> {
    let (s_r, s_big_r) = (
        required(data, "options", "sigma_r")?,
        required(data, "options", "sigma_R")?,
    );
    let mut out = Quantities::default();
    out.number(
        "sigma_pt",
        from_precision(s_big_r, s_r, whole_number(data, "m", 1, 1)?)?,
    );
    Ok(out)
}

fn compute_previous_rounds(data: &Data) -> Result<Quantities, Inapplicable> {
    let line = from_previous_rounds(
        &data.numbers("rounds", "x_pt")?,
        &data.numbers("rounds", "s")?,
    )?;
    let mut out = Quantities::default();
    out.number("slope", line.slope);
    out.number("intercept", line.intercept);
    out.number("r_squared", line.r_squared);
    if let Some(x_pt) = data.number("x")? {
        out.number("sigma_pt", line.intercept + line.slope * x_pt);
    }
    Ok(out)
}
