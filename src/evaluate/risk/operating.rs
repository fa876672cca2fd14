//! What a comparison judged by E_n can and cannot find: its operating characteristic.

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities, missing};
use crate::numeric::distribution::normal_sf;
use crate::numeric::root::bisect;

pub const OPERATING: Method = Method {
    id: "en-operating-characteristic",
    compute: operating,
};
pub const DETECTABLE: Method = Method {
    id: "detectable-bias",
    compute: detectable,
};

/// One laboratory against a reference, all standard uncertainties in one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    /// Claimed standard uncertainty of the laboratory.
    pub u_claimed: f64,
    /// Standard deviation that its results really have.
    pub u_true: f64,
    /// Standard uncertainty of the reference value at the laboratory (transport and drift included), independent of it.
    pub u_ref: f64,
    /// Coverage factor of both expanded uncertainties.
    pub k: f64,
}

impl Design {
    /// The difference beyond which |E_n| > 1: k (u_claimed² + u_ref²)^½.
    pub fn limit(&self) -> f64 {
        self.k * self.u_claimed.hypot(self.u_ref)
    }

    /// P(|E_n| > 1) when the laboratory has the bias `bias`, normal distributions.
    pub fn p_fail(&self, bias: f64) -> f64 {
        let sd = self.u_true.hypot(self.u_ref);
        normal_sf((self.limit() - bias) / sd) + normal_sf((self.limit() + bias) / sd)
    }

    /// The least bias that gives |E_n| > 1 with probability `power`; 0 when even no bias does. For correct claims and 80 % at k = 2
    /// it is 2.84 (u_lab² + u_ref²)^½.
    pub fn detectable_bias(&self, power: f64) -> f64 {
        let sd = self.u_true.hypot(self.u_ref);
        let top = self.limit() + 40.0 * sd;
        if top.is_finite() {
            bisect(|bias| self.p_fail(bias) - power, 0.0, top)
        } else {
            f64::NAN
        }
    }
}

/// Scenarios: claimed u is 1, the rest in its units.
struct Scenario {
    u_ref: f64,
    ratio: f64,
    bias: f64,
}

/// Table `scenarios`: `key` such as `uref=0.3,true/claimed=2,bias=1`, or the columns `uref`, `ratio`, `bias`.
fn scenarios(data: &Data) -> Result<Vec<Scenario>, Inapplicable> {
    let table = data
        .table("scenarios")
        .ok_or_else(|| missing("scenarios", "key"))?;
    if let Some(Field::Words(keys)) = table.get("key") {
        return keys.iter().map(|key| parse(key)).collect();
    }
    if let Some(Field::Word(key)) = table.get("key") {
        return Ok(vec![parse(key)?]);
    }
    let u_ref = columns::free_column(data, "scenarios", &["uref", "u_ref"])?;
    let n = u_ref.len();
    let ratio =
        columns::optional_column(data, "scenarios", &["ratio"], n)?.unwrap_or_else(|| vec![1.0; n]);
    let bias =
        columns::optional_column(data, "scenarios", &["bias"], n)?.unwrap_or_else(|| vec![0.0; n]);
    Ok((0..n)
        .map(|i| Scenario {
            u_ref: u_ref[i],
            ratio: ratio[i],
            bias: bias[i],
        })
        .collect())
}

fn parse(key: &str) -> Result<Scenario, Inapplicable> {
    let part = |name: &str, absent: f64| -> Option<f64> {
        match key
            .split(',')
            .filter_map(|p| p.split_once('='))
            .find(|(n, _)| n.trim() == name)
        {
            Some((_, value)) => value.trim().parse().ok(),
            None => Some(absent),
        }
    };
    let known = key.split(',').all(|p| {
        p.split_once('=')
            .is_some_and(|(n, _)| ["uref", "true/claimed", "bias"].contains(&n.trim()))
    });
    match (
        known,
        part("uref", 0.0),
        part("true/claimed", 1.0),
        part("bias", 0.0),
    ) {
        (true, Some(u_ref), Some(ratio), Some(bias)) => Ok(Scenario { u_ref, ratio, bias }),
        _ => Err(Inapplicable::new(
            "unreadable-scenario",
            format!(
                "情景 `{key}` 无法识别；请写成 `uref=0.3,true/claimed=2,bias=1`（均以实验室声明的标准不确定度为单位）"
            ),
            format!(
                "scenario `{key}` cannot be read; write `uref=0.3,true/claimed=2,bias=1` (all in units of the claimed standard uncertainty)"
            ),
        )),
    }
}

fn operating(data: &Data) -> Result<Quantities, Inapplicable> {
    let scenarios = scenarios(data)?;
    let k = columns::coverage_factor(data)?;
    let power = columns::option_probability(data, "power", 0.8)?;
    columns::not_negative(
        &scenarios.iter().map(|s| s.u_ref).collect::<Vec<_>>(),
        "scenarios",
        "uref",
    )?;
    columns::positive(
        &scenarios.iter().map(|s| s.ratio).collect::<Vec<_>>(),
        "scenarios",
        "true/claimed",
    )?;
    let design = |s: &Scenario| Design {
        u_claimed: 1.0,
        u_true: s.ratio,
        u_ref: s.u_ref,
        k,
    };
    let mut out = Quantities::default();
    out.numbers(
        "p_fail",
        scenarios
            .iter()
            .map(|s| design(s).p_fail(s.bias))
            .collect::<Vec<_>>(),
    );
    let mut u_ref: Vec<f64> = Vec::new();
    for scenario in &scenarios {
        if !u_ref.contains(&scenario.u_ref) {
            u_ref.push(scenario.u_ref);
        }
    }
    let honest = |u_ref: &f64| Design {
        u_claimed: 1.0,
        u_true: 1.0,
        u_ref: *u_ref,
        k,
    };
    out.numbers(
        &format!("detectable_bias_{}", percent(power)),
        u_ref
            .iter()
            .map(|u| honest(u).detectable_bias(power))
            .collect::<Vec<_>>(),
    );
    out.numbers("detectable_bias.uref", u_ref);
    columns::in_range(out)
}

/// 0.8 as 80, free of the rounding of the product.
fn percent(p: f64) -> f64 {
    (p * 1e6).round() / 1e4
}

/// At plan time: the bias of each laboratory that the declared uncertainties can find.
fn detectable(data: &Data) -> Result<Quantities, Inapplicable> {
    let u = columns::free_column(data, "labs", &["u_lab", "u"])?;
    columns::positive(&u, "labs", "u")?;
    let u_ref = columns::column(data, "labs", &["u_ref"], u.len())?;
    columns::not_negative(&u_ref, "labs", "u_ref")?;
    let k = columns::coverage_factor(data)?;
    let power = columns::option_probability(data, "power", 0.8)?;
    let designs: Vec<Design> = u
        .iter()
        .zip(&u_ref)
        .map(|(u, r)| Design {
            u_claimed: *u,
            u_true: *u,
            u_ref: *r,
            k,
        })
        .collect();
    let bias: Vec<f64> = designs.iter().map(|d| d.detectable_bias(power)).collect();
    let mut out = Quantities::default();
    out.number("false_alarm", 2.0 * normal_sf(k));
    out.numbers(
        "detectable_bias_over_U",
        bias.iter()
            .zip(&u)
            .map(|(b, u)| b / (k * u))
            .collect::<Vec<_>>(),
    );
    out.numbers("detectable_bias", bias);
    columns::in_range(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::from_toml;

    #[test]
    fn an_honest_laboratory_fails_in_4_55_percent_whatever_the_reference() {
        for u_ref in [0.0, 0.5, 3.0] {
            let design = Design {
                u_claimed: 1.0,
                u_true: 1.0,
                u_ref,
                k: 2.0,
            };
            assert!((design.p_fail(0.0) - 0.045_500_263_896_358_4).abs() < 1e-14);
        }
    }

    #[test]
    fn the_detectable_bias_gives_the_power_back() {
        let design = Design {
            u_claimed: 0.3,
            u_true: 0.4,
            u_ref: 0.2,
            k: 2.0,
        };
        assert!((design.p_fail(design.detectable_bias(0.9)) - 0.9).abs() < 1e-13);
    }

    #[test]
    fn scenarios_may_be_columns_and_a_bad_key_is_refused() {
        let columns =
            from_toml("[input.scenarios]\nuref=[0.3]\nratio=[2.0]\nbias=[1.0]\n").unwrap();
        let keys =
            from_toml("[input.scenarios]\nkey=['bias=1, uref=0.3, true/claimed=2']\n").unwrap();
        assert_eq!(operating(&columns).unwrap(), operating(&keys).unwrap());
        let bad = from_toml("[input.scenarios]\nkey=['uref=0.3,biass=1']\n").unwrap();
        assert_eq!(operating(&bad).unwrap_err().kind, "unreadable-scenario");
    }
}
