//! Homogeneity and stability of proficiency items from tables of data.

use crate::evaluate::method::{Data, Field, Inapplicable, Quantities, missing};
use crate::evaluate::proficiency::{Homogeneity, Stability, homogeneity, stability};
use crate::evaluate::sample::{check_positive, replicate_rows};

/// The replicates in the first of `tables` that has them, as [`replicate_rows`] reads them, or single results `values` or `value`.
pub(crate) fn replicates(
    data: &Data,
    tables: &[&str],
) -> Result<Option<Vec<Vec<f64>>>, Inapplicable> {
    for table in tables.iter().filter_map(|name| data.table(name)) {
        if let Some(rows) = replicate_rows(table)? {
            return Ok(Some(rows));
        }
        if let Some(Field::Numbers(values)) = table.get("values").or(table.get("value")) {
            return Ok(Some(values.iter().map(|v| vec![*v]).collect()));
        }
    }
    Ok(None)
}

/// σ_pt and the limit of the criteria: 0.3 σ_pt, or 0.1 δ_E. σ_pt may be stated as a fraction of the mean of the items.
fn limit(data: &Data, mean: f64) -> Result<(Option<f64>, f64), Inapplicable> {
    let fraction = data
        .number("sigma_pt_fraction_of_mean")?
        .or(data.number("sigma_pt_fraction")?);
    let sigma = data
        .number("sigma_pt")?
        .or(fraction.map(|f| f * mean.abs()));
    match (sigma, data.number("delta_E")?) {
        (Some(sigma), _) => {
            check_positive(
                "能力评定标准差",
                "standard deviation for proficiency assessment",
                sigma,
            )?;
            Ok((Some(sigma), 0.3 * sigma))
        }
        (None, Some(delta)) => {
            check_positive(
                "最大允许偏差 δ_E",
                "largest permissible deviation δ_E",
                delta,
            )?;
            Ok((None, 0.1 * delta))
        }
        (None, None) => Err(missing("options", "sigma_pt")),
    }
}

fn report_homogeneity(out: &mut Quantities, items: &Homogeneity, sigma: Option<f64>, limit: f64) {
    out.number("mean", items.mean);
    out.number("s_x", items.s_x);
    out.number("s_s", items.s_s);
    if let Some(sigma) = sigma {
        out.number("sigma_pt", sigma);
        // B.2.5 a): σ′_pt takes the spread between items in, for use when the criterion is not met.
        out.number("sigma_pt_expanded", sigma.hypot(items.s_s));
    }
    out.number("limit_0.3_sigma", limit);
    out.flag("homogeneous", items.s_s <= limit);
    if items.m > 1 {
        out.number("s_w", items.s_w);
        let expanded = items.expanded_limit(limit);
        out.number("expanded_criterion_sqrt_c", expanded);
        out.flag("homogeneous_expanded", items.s_s <= expanded);
        out.number("anova_F", items.f);
        out.number("anova_F_critical_95", items.f_critical(0.05));
        out.flag("anova_significant", items.f > items.f_critical(0.05));
    }
}

fn report_stability(out: &mut Quantities, change: &Stability, limit: f64) {
    out.number("stability.mean", change.mean);
    out.number("stability.difference", change.difference);
    out.number("stability.limit", limit);
    out.flag("stable", change.difference <= limit);
    let expanded = change.expanded_limit(limit);
    if expanded.is_finite() {
        out.number("stability.expanded_limit", expanded);
        out.flag("stable_expanded", change.difference <= expanded);
    }
}

pub(super) fn compute_homogeneity(data: &Data) -> Result<Quantities, Inapplicable> {
    let named = if data.tables.contains_key("homogeneity") {
        "homogeneity"
    } else {
        "data"
    };
    let first = replicates(data, &[named])?.ok_or_else(|| missing("homogeneity", "replicates"))?;
    let items = homogeneity(&first)?;
    let (sigma, limit) = limit(data, items.mean)?;
    let mut out = Quantities::default();
    report_homogeneity(&mut out, &items, sigma, limit);
    if data.tables.contains_key("stability") {
        let second =
            replicates(data, &["stability"])?.ok_or_else(|| missing("stability", "replicates"))?;
        report_stability(&mut out, &stability(&first, &second)?, limit);
    }
    Ok(out)
}
