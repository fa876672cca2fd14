//! Which methods of the library have a chart, and the chart of what a method gives.

use super::equivalence::{self, Degree, Degrees};
use super::mandel::{self, Experiment};
use super::scores::{self, Scores};
use super::youden::{self, Middle, Pairs};
use crate::evaluate::laboratories::membership;
use crate::evaluate::method::{Data, Field, Inapplicable, Quantities};
use crate::evaluate::precision::{experiment, pairs};
use crate::library::Declared;
use crate::text::{Lang, Text};
use crate::values::unit::per;

/// A chart that shows what a method gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    Equivalence,
    Scores,
    Youden,
    Mandel,
}

impl Chart {
    /// The chart of a method, by the quantities that it declares to give.
    pub fn of(method: &Declared) -> Option<Chart> {
        let gives = method.gives();
        let all = |names: &[&str]| names.iter().all(|name| gives.contains(name));
        [
            (Chart::Equivalence, ["doe.D", "doe.U"].as_slice()),
            (Chart::Scores, &["z", "z_prime", "applicable"]),
            (Chart::Youden, &["ellipse.half_axes", "ellipse.angle"]),
            (Chart::Mandel, &["mandel.h", "mandel.k"]),
        ]
        .into_iter()
        .find(|(_, names)| all(names))
        .map(|(chart, _)| chart)
    }

    pub fn title(self) -> Text {
        match self {
            Chart::Equivalence => Text::new("等效度图", "graph of the degrees of equivalence"),
            Chart::Scores => Text::new("比分数条形图", "bars of the scores"),
            Chart::Youden => Text::new("尤登图", "Youden plot"),
            Chart::Mandel => Text::new("曼德尔 h、k 图", "bars of Mandel's h and k"),
        }
    }

    /// Draws it of `data` and what the method computed from them, as SVG.
    ///
    /// # Errors
    /// Quantities that the chart needs and that these data do not give.
    pub fn draw(
        self,
        data: &Data,
        quantities: &Quantities,
        lang: Lang,
    ) -> Result<String, Inapplicable> {
        match self {
            Chart::Equivalence => equivalence_chart(data, quantities, lang),
            Chart::Scores => scores_chart(quantities, lang),
            Chart::Youden => youden_chart(data, lang),
            Chart::Mandel => mandel_chart(data, lang),
        }
    }
}

fn equivalence_chart(
    data: &Data,
    quantities: &Quantities,
    lang: Lang,
) -> Result<String, Inapplicable> {
    let (Some(Field::Words(lab)), Some(Field::Numbers(d)), Some(Field::Numbers(expanded))) = (
        quantities.get("lab"),
        quantities.get("doe.D"),
        quantities.get("doe.U"),
    ) else {
        return Err(nothing_to_draw("doe.D, doe.U"));
    };
    let inside = match quantities.get("reference.weights") {
        Some(Field::Numbers(weights)) => weights.iter().map(|w| *w != 0.0).collect(),
        _ => membership(data, "labs", lab.len())?,
    };
    let k = data.number_or("coverage", 2.0)?;
    let laboratories = (lab.iter().zip(d).zip(expanded).zip(inside))
        .map(|(((lab, d), expanded), in_reference)| Degree {
            laboratory: lab.clone(),
            d: *d,
            expanded: *expanded,
            in_reference,
        })
        .collect();
    let title = match lang {
        Lang::Zh => format!("等效度 D 与 U(D)（k = {k}）"),
        Lang::En => format!("degrees of equivalence D with U(D) (k = {k})"),
    };
    let degrees = Degrees {
        title,
        unit: unit(data),
        laboratories,
    };
    equivalence::draw(&degrees, lang).ok_or_else(|| nothing_to_draw("doe.D, doe.U"))
}

/// z, or z′ where the uncertainty of the assigned value calls for it; ζ where there is no σ_pt.
fn scores_chart(quantities: &Quantities, lang: Lang) -> Result<String, Inapplicable> {
    let applicable = match quantities.get("applicable") {
        Some(Field::Word(name)) => name.as_str(),
        _ => "z",
    };
    let known = [("z", "z"), ("z_prime", "z′"), ("zeta", "ζ")];
    let found = (known.into_iter())
        .filter(|(name, _)| *name == applicable || *name == "zeta")
        .find_map(|(name, symbol)| match quantities.get(name) {
            Some(Field::Numbers(values)) => Some((symbol, values)),
            _ => None,
        });
    let (Some(Field::Words(lab)), Some((symbol, values))) = (quantities.get("lab"), found) else {
        return Err(nothing_to_draw("z, z_prime, zeta"));
    };
    let title = match lang {
        Lang::Zh => format!("各实验室的 {symbol} 比分数"),
        Lang::En => format!("{symbol} scores of the laboratories"),
    };
    let laboratories = lab.iter().map(String::as_str).zip(values.iter().copied());
    let scores = Scores {
        title,
        symbol,
        laboratories: laboratories.collect(),
    };
    Ok(scores::draw(&scores, lang))
}

fn youden_chart(data: &Data, lang: Lang) -> Result<String, Inapplicable> {
    let found = pairs(data)?;
    let axis = |item: &str| {
        let name = match lang {
            Lang::Zh => format!("样品 {item} 的结果"),
            Lang::En => format!("result for item {item}"),
        };
        format!(
            "{name}{}",
            unit(data).map_or(String::new(), |unit| per(&unit))
        )
    };
    let shown = Pairs {
        title: lang.pick("尤登图", "Youden plot").to_owned(),
        lab: &found.lab,
        a: &found.a,
        b: &found.b,
        axes: [axis("A"), axis("B")],
        coverage: found.coverage,
        middle: Middle::Medians,
    };
    youden::draw(&shown, lang)
}

fn mandel_chart(data: &Data, lang: Lang) -> Result<String, Inapplicable> {
    let experiment = experiment(data)?;
    let lab = experiment.laboratories();
    let levels = experiment.consistency(&lab)?;
    let shown = Experiment {
        title: lang
            .pick(
                "精密度试验：曼德尔 h 和 k",
                "precision experiment: Mandel's h and k",
            )
            .to_owned(),
        lab: &lab,
        levels,
    };
    mandel::draw(&shown, lang).ok_or_else(|| nothing_to_draw("mandel.h, mandel.k"))
}

/// The unit that the rows state.
fn unit(data: &Data) -> Option<String> {
    (data.tables.values()).find_map(|table| match table.get("unit") {
        Some(Field::Words(units)) => units.first().cloned(),
        Some(Field::Word(unit)) => Some(unit.clone()),
        _ => None,
    })
}

fn nothing_to_draw(names: &str) -> Inapplicable {
    Inapplicable::new(
        "nothing-to-draw",
        format!("这些数据没有给出图中所示的量（{names}），不能作图；去掉 `--picture` 即可只计算"),
        format!(
            "these data do not give what the picture shows ({names}); leave `--picture` out to compute alone"
        ),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::from_toml;
    use crate::library::{declared, find};

    fn drawn(id: &str, text: &str, lang: Lang) -> Result<String, Inapplicable> {
        let method = find(id).unwrap();
        let data = from_toml(text).unwrap();
        let quantities = (method.method.compute)(&data)?;
        Chart::of(&method).unwrap().draw(&data, &quantities, lang)
    }

    #[test]
    fn every_method_with_a_chart_draws_its_worked_example() {
        let mut kinds = Vec::new();
        for method in declared() {
            let Some(chart) = Chart::of(&method) else {
                continue;
            };
            let example = method.example().unwrap().table;
            for lang in [Lang::Zh, Lang::En] {
                let svg = drawn(method.method.id, example, lang).unwrap();
                let picture = roxmltree::Document::parse(&svg).unwrap();
                let texts = picture.descendants().filter(|n| n.has_tag_name("text"));
                assert!(texts.count() > 8, "{}", method.method.id);
                assert!(!svg.contains("NaN"), "{}", method.method.id);
            }
            if !kinds.contains(&chart) {
                kinds.push(chart);
            }
        }
        assert_eq!(kinds.len(), 4);
    }

    const PAIRS: &str = "[pairs]\nlab = ['P', 'Q', 'R', 'S', 'T']\n";

    #[test]
    fn a_laboratory_far_away_stands_at_the_edge_with_its_results() {
        let text =
            format!("{PAIRS}a = [1.0, 1.1, 0.9, 1.05, 40]\nb = [2.0, 2.1, 1.95, 2.0, 2.05]\n");
        let svg = drawn("youden-pairs", &text, Lang::En).unwrap();
        assert!(svg.contains(">T (40; 2.05)</text>"), "{svg}");
        assert!(svg.contains("beyond the frame, with its two results"));
    }

    #[test]
    fn items_of_unlike_scatter_have_no_line_at_45_degrees() {
        let of = |b: &str| {
            let text = format!("{PAIRS}a = [1.0, 1.1, 0.9, 1.05, 0.97]\nb = {b}\n");
            drawn("youden-pairs", &text, Lang::Zh).unwrap()
        };
        assert!(of("[2.0, 2.1, 1.95, 2.0, 2.05]").contains("45°"));
        assert!(!of("[200, 210, 195, 200, 205]").contains("45°"));
    }

    #[test]
    fn the_unit_of_the_data_stands_at_the_axes() {
        let text = format!(
            "{PAIRS}unit = ['mg/L', 'mg/L', 'mg/L', 'mg/L', 'mg/L']\na = [1, 2, 3, 4, 6]\nb = [1, 3, 2, 5, 4]\n"
        );
        let svg = drawn("youden-pairs", &text, Lang::Zh).unwrap();
        assert!(svg.contains("样品 A 的结果/(mg/L)"));
    }
}
