//! The methods of linking as `bidui compute` calls them.

use crate::evaluate::columns;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::linking::link::{Comparisons, LinkWeights, Linking};
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::numeric::least_squares::rows;

/// The methods of this family.
pub const METHODS: &[Method] = &[
    Method {
        id: "link-to-key-comparison",
        compute: additive,
    },
    Method {
        id: "link-to-key-comparison-ratio",
        compute: multiplicative,
    },
];

fn additive(data: &Data) -> Result<Quantities, Inapplicable> {
    let key = Laboratories::read(data, "kc")?;
    let regional = Laboratories::read(data, regional_table(data))?;
    link(data, key, regional, false)
}

/// The same on the natural logarithms: differences are ln ratios, uncertainties relative.
fn multiplicative(data: &Data) -> Result<Quantities, Inapplicable> {
    let key = logarithms(Laboratories::read(data, "kc")?)?;
    let regional = logarithms(Laboratories::read(data, regional_table(data))?)?;
    link(data, key, regional, true)
}

/// The comparison to be linked: regional, or bilateral.
fn regional_table(data: &Data) -> &'static str {
    if data.tables.contains_key("bilateral") {
        "bilateral"
    } else {
        "rmo"
    }
}

/// ln x with u(x)/x. First-order propagation, so a relative uncertainty above 10 % is refused.
fn logarithms(mut labs: Laboratories) -> Result<Laboratories, Inapplicable> {
    for i in 0..labs.len() {
        let relative = labs.u[i] / labs.value[i];
        if labs.value[i] <= 0.0 || relative > 0.1 {
            return Err(Inapplicable::new(
                "not-a-ratio-scale",
                format!(
                    "实验室 `{}` 的结果 {} 不为正，或相对标准不确定度 {relative} 大于 10 %，不能取对数连接；请改用差值连接（link-to-key-comparison）",
                    labs.lab[i], labs.value[i]
                ),
                format!(
                    "the result {1} of laboratory `{0}` is not positive, or its relative standard uncertainty {relative} exceeds 10 %, so it cannot be linked on logarithms; link differences instead (link-to-key-comparison)",
                    labs.lab[i], labs.value[i]
                ),
            ));
        }
        labs.value[i] = labs.value[i].ln();
        labs.u[i] = relative;
    }
    Ok(labs)
}

fn link(
    data: &Data,
    key: Laboratories,
    regional: Laboratories,
    ratio: bool,
) -> Result<Quantities, Inapplicable> {
    let linking = read_linking(data, &key, &regional, ratio)?;
    let key_weights = columns::optional_column(data, "kc", &["w"], key.len())?;
    if let Some(w) = &key_weights {
        columns::not_negative(w, "kc", "w")?;
    }
    let all = Comparisons::new(key, regional, linking, key_weights)?;
    let mut out = Quantities::default();
    let reference = all.reference();
    let (d, u) = all.key_equivalence();
    if ratio {
        out.number("kcrv.ratio_value", reference.value.exp());
    }
    out.number("kcrv.value", reference.value);
    out.number("kcrv.u", reference.u);
    out.numbers("kc.D", d);
    out.numbers("kc.u_D", u);
    out.matrix("link.covariance", rows(&all.link_covariance()));
    for (name, weights) in [
        ("transfer", LinkWeights::Transfer),
        ("gls", LinkWeights::MinimumVariance),
        ("equal", LinkWeights::Equal),
    ] {
        record(&all, name, &weights, ratio, &mut out)?;
    }
    out.number("naive.u_R", all.naive_u(&all.link(&LinkWeights::Transfer)?));
    columns::in_range(out)
}

fn record(
    all: &Comparisons,
    name: &str,
    weights: &LinkWeights,
    ratio: bool,
    out: &mut Quantities,
) -> Result<(), Inapplicable> {
    let linked = all.link(weights)?;
    out.numbers(&format!("{name}.weights"), linked.weights.clone());
    if ratio {
        out.number(&format!("{name}.ratio_R"), linked.reference.value.exp());
    }
    out.number(&format!("{name}.R"), linked.reference.value);
    out.number(&format!("{name}.u_R"), linked.reference.u);
    out.words(
        &format!("{name}.lab"),
        linked
            .rows
            .iter()
            .map(|i| all.regional.lab[*i].clone())
            .collect(),
    );
    out.numbers(&format!("{name}.D"), linked.d.clone());
    out.numbers(&format!("{name}.u_D"), linked.u_d.clone());
    for (i, row) in linked.rows.iter().enumerate() {
        for (j, other) in all.key.lab.iter().enumerate() {
            let pair = all.bilateral(&linked, i, j);
            out.number(
                &format!("{name}.bilateral_{}_{other}.D", all.regional.lab[*row]),
                pair.value,
            );
            out.number(
                &format!("{name}.bilateral_{}_{other}.u", all.regional.lab[*row]),
                pair.u,
            );
        }
    }
    Ok(())
}

/// Table `linking`: `lab` and `s_common` (0 when absent). On a ratio scale `s_common` is a relative standard uncertainty.
fn read_linking(
    data: &Data,
    key: &Laboratories,
    regional: &Laboratories,
    ratio: bool,
) -> Result<Vec<Linking>, Inapplicable> {
    let names = columns::labels(data, "linking", "lab", None)?;
    let s_common = columns::optional_column(
        data,
        "linking",
        &[if ratio {
            "s_common_relative"
        } else {
            "s_common"
        }],
        names.len(),
    )?;
    let s_common = s_common.unwrap_or_else(|| vec![0.0; names.len()]);
    let place = |labs: &Laboratories, name: &String, table: &str| {
        labs.lab.iter().position(|lab| lab == name).ok_or_else(|| {
            Inapplicable::new(
                "linking-laboratory-missing",
                format!("连接实验室 `{name}` 在数据表 `{table}` 中没有结果；连接实验室须同时参加两个比对"),
                format!("linking laboratory `{name}` has no result in table `{table}`; it must have taken part in both comparisons"),
            )
        })
    };
    let mut linking: Vec<Linking> = Vec::new();
    for (name, s_common) in names.iter().zip(s_common) {
        let link = Linking {
            key: place(key, name, "kc")?,
            regional: place(regional, name, regional_table(data))?,
            s_common,
        };
        if linking.iter().any(|other| other.key == link.key) {
            return Err(Inapplicable::new(
                "linking-laboratory-twice",
                format!("连接实验室 `{name}` 列出了两次；请只保留一行"),
                format!("linking laboratory `{name}` is listed twice; keep one row"),
            ));
        }
        linking.push(link);
    }
    Ok(linking)
}
