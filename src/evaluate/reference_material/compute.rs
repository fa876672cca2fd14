//! The methods for reference materials on tables of data.

use super::{anova, between_units, certified_uncertainty, characterisation, trend};
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities, missing};
use crate::evaluate::proficiency::replicates;
use crate::evaluate::sample::{Sample, alpha, check_not_negative, check_positive, table_name};
use crate::numeric::distribution::{fisher_critical, student_critical};

pub const METHODS: &[Method] = &[
    Method {
        id: "homogeneity-anova",
        compute: compute_homogeneity,
    },
    Method {
        id: "stability-trend",
        compute: compute_trend,
    },
    Method {
        id: "characterisation",
        compute: compute_characterisation,
    },
    Method {
        id: "certified-uncertainty",
        compute: compute_certified,
    },
];

fn compute_homogeneity(data: &Data) -> Result<Quantities, Inapplicable> {
    let tables = ["homogeneity", "units", "data", "cells"];
    let units = replicates(data, &tables)?.ok_or_else(|| missing("homogeneity", "replicates"))?;
    let alpha = alpha(data)?;
    let study = anova(&units)?;
    let between = between_units(&study);
    let critical = fisher_critical(alpha, study.dof_between, study.dof_within);
    let mut out = Quantities::default();
    out.number("mean", study.mean);
    out.number("MS_between", study.ms_between);
    out.number("MS_within", study.ms_within);
    out.number("n0", study.n0);
    out.number("F", study.f);
    out.number("F_critical", critical);
    out.number("p_value", study.p_value);
    // Units without any scatter inside differ significantly as soon as they differ at all.
    out.flag(
        "significant",
        if study.f.is_nan() {
            study.ms_between > 0.0
        } else {
            study.f > critical
        },
    );
    out.flag(
        "MS_between_below_MS_within",
        study.ms_between < study.ms_within,
    );
    out.number("s_bb", between.s_bb);
    out.number("u_bb_star", between.u_star);
    out.number("u_bb", between.u_bb);
    if let Some(sigma) = data.number("sigma_pt")? {
        out.flag("homogeneous", between.s_bb <= 0.3 * sigma);
    }
    Ok(out)
}

fn compute_trend(data: &Data) -> Result<Quantities, Inapplicable> {
    let table = table_name(data, ["stability", "data", "labs"]);
    let y = data
        .numbers(table, "value")
        .or_else(|_| data.numbers(table, "y"))?;
    let alpha = alpha(data)?;
    let line = trend(&data.numbers(table, "t")?, &y)?;
    let critical = student_critical(0.5 * alpha, line.dof);
    let mut out = Quantities::default();
    out.number("slope", line.slope);
    out.number("intercept", line.intercept);
    out.number("s_slope", line.s_slope);
    out.number("t", line.t);
    out.number("t_critical", critical);
    out.number("p_value", line.p_value);
    out.flag("significant", line.t > critical);
    for (name, period) in [("u_lts", "t_certificate"), ("u_sts", "t_transport")] {
        if let Some(time) = data.number(period)? {
            check_not_negative("时间", "time", time)?;
            out.number(name, line.s_slope * time);
        }
    }
    Ok(out)
}

fn compute_characterisation(data: &Data) -> Result<Quantities, Inapplicable> {
    let (value, u) = characterisation(&Sample::read(data)?.value)?;
    let mut out = Quantities::default();
    out.number("reference.value", value);
    out.number("u_char", u);
    Ok(out)
}

fn compute_certified(data: &Data) -> Result<Quantities, Inapplicable> {
    let part = |name: &str| -> Result<f64, Inapplicable> { Ok(data.number(name)?.unwrap_or(0.0)) };
    let u_char = data
        .number("u_char")?
        .ok_or_else(|| missing("options", "u_char"))?;
    let u = certified_uncertainty(u_char, part("u_bb")?, part("u_lts")?, part("u_sts")?)?;
    let k = data.number_or("k", 2.0)?;
    check_positive("包含因子", "coverage factor", k)?;
    let mut out = Quantities::default();
    out.number("u_CRM", u);
    out.number("k", k);
    out.number("U_CRM", k * u);
    Ok(out)
}
