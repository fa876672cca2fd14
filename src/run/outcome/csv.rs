//! The outcome as a table of numbers.

use super::{JointTest, Outcome};

impl Outcome {
    /// Every number as a row `step,laboratory,point,quantity,value,unit`, numbers in their shortest form that reads back the same.
    pub fn csv(&self) -> String {
        let mut out = String::from("step,laboratory,point,quantity,value,unit\n");
        let mut row = |step: &str,
                       laboratory: &str,
                       point: &str,
                       quantity: &str,
                       value: String,
                       unit: &str| {
            let fields = [step, laboratory, point, quantity, &value, unit].map(quoted);
            out.push_str(&fields.join(","));
            out.push('\n');
        };
        for p in &self.points {
            let (point, unit) = (p.point.as_str(), p.unit.as_str());
            if let Some(d) = &p.drift {
                for (name, value) in [
                    ("drift.slope", d.slope),
                    ("drift.u_slope", d.u_slope),
                    ("drift.change", d.change),
                    ("drift.u", d.u),
                ] {
                    row(&d.step, "", point, name, shortest(value), unit);
                }
            }
            if let Some(r) = &p.reference {
                for (name, value) in [
                    ("reference.value", r.value),
                    ("reference.u", r.u),
                    ("reference.u_results", r.u_results),
                    ("reference.u_standard", r.u_standard),
                ] {
                    row(&r.step, "", point, name, shortest(value), unit);
                }
                for part in &r.contributions {
                    let name = format!("reference.u_{}", part.item);
                    row(&r.step, "", point, &name, shortest(part.u), unit);
                }
                if let Some(s) = r.s {
                    row(&r.step, "", point, "reference.s", shortest(s), unit);
                }
                if let Some(c) = &r.consistency {
                    for (name, value) in [
                        ("chi2.observed", c.observed),
                        ("chi2.dof", c.dof),
                        ("chi2.p_right", c.p_right),
                    ] {
                        row(&r.step, "", point, name, shortest(value), "1");
                    }
                }
            }
            if let Some(s) = &p.sigma_pt {
                row(&s.step, "", point, "sigma_pt", shortest(s.value), unit);
                if let Some(c) = &s.criterion {
                    let ratio = shortest(c.ratio);
                    row(&c.step, "", point, "u_ref/sigma_pt", ratio, "1");
                }
            }
            if let Some(precision) = &p.precision {
                for (name, value) in [
                    ("precision.mean", precision.mean),
                    ("precision.s_r", precision.s_r),
                    ("precision.s_L", precision.s_between),
                    ("precision.s_R", precision.s_reproducibility),
                ] {
                    row(&precision.step, "", point, name, shortest(value), unit);
                }
                for (name, tested) in [
                    ("cochran.C", precision.cochran),
                    ("grubbs.G_high", precision.grubbs_high),
                    ("grubbs.G_low", precision.grubbs_low),
                ] {
                    if let Some(tested) = tested {
                        row(
                            &precision.step,
                            "",
                            point,
                            name,
                            shortest(tested.statistic),
                            "1",
                        );
                    }
                }
                for cell in &precision.laboratories {
                    for (name, value) in [("mandel.h", cell.h), ("mandel.k", cell.k)] {
                        if let Some(value) = value {
                            row(
                                &precision.step,
                                &cell.laboratory,
                                point,
                                name,
                                shortest(value),
                                "1",
                            );
                        }
                    }
                }
            }
            if let Some(check) = &p.monte_carlo {
                let of_reference = check.reference.iter().map(|r| ("", r));
                let of_laboratories = check.laboratories.iter().map(|(l, r)| (l.as_str(), r));
                for (id, found) in of_reference.chain(of_laboratories) {
                    for (name, value) in [
                        ("monte-carlo.low", found.low),
                        ("monte-carlo.high", found.high),
                        ("monte-carlo.d_low", found.d_low),
                        ("monte-carlo.d_high", found.d_high),
                        ("monte-carlo.tolerance", found.tolerance),
                    ] {
                        row(&check.step, id, point, name, shortest(value), unit);
                    }
                }
            }
            if let Some(link) = &p.link {
                for (name, value) in [("link.R", link.value), ("link.u_R", link.u)] {
                    row(&link.step, "", point, name, shortest(value), unit);
                }
                if let Some(c) = &link.consistency {
                    for (name, value) in [
                        ("link.chi2.observed", c.observed),
                        ("link.chi2.dof", c.dof),
                        ("link.chi2.p_right", c.p_right),
                    ] {
                        row(&link.step, "", point, name, shortest(value), "1");
                    }
                }
                for l in &link.laboratories {
                    let id = l.published.laboratory.as_str();
                    row(&link.step, id, point, "link.weight", shortest(l.share), "1");
                }
            }
            for l in &p.results {
                let id = l.laboratory.as_str();
                let collected = format!("{point}.results");
                for (name, value) in [
                    ("value", Some(l.value)),
                    ("u", l.u),
                    ("correction", Some(l.correction)),
                ] {
                    if let Some(value) = value {
                        row(&collected, id, point, name, shortest(value), unit);
                    }
                }
                if let (Some(d), Some(r)) = (l.deviation, &p.reference) {
                    row(&r.step, id, point, "deviation", shortest(d), unit);
                }
                if let Some(r) = &p.reference {
                    row(&r.step, id, point, "weight", shortest(l.weight), "1");
                }
                if let Some(e) = &l.equivalence {
                    for (name, value) in [("doe.D", e.d), ("doe.u", e.u), ("doe.U", e.expanded)] {
                        row(&e.step, id, point, name, shortest(value), unit);
                    }
                }
                if let Some(e) = &l.linked {
                    for (name, value) in [
                        ("linked.D", e.d),
                        ("linked.u", e.u),
                        ("linked.U", e.expanded),
                    ] {
                        row(&e.step, id, point, name, shortest(value), unit);
                    }
                }
                if let Some(e) = &l.leave_one_out {
                    for (name, value) in [("loo.D", e.d), ("loo.u", e.u), ("loo.U", e.expanded)] {
                        row(&e.step, id, point, name, shortest(value), unit);
                    }
                }
                for (name, score) in &l.scores {
                    row(&score.step, id, point, name, shortest(score.value), "1");
                }
                if let Some(verdict) = &l.verdict {
                    row(&l.verdict_step, id, point, "verdict", verdict.clone(), "");
                }
            }
            let linked = p.link.as_ref().and_then(|link| link.bilateral.as_ref());
            for (b, names) in [
                (p.bilateral.as_ref(), ["doe.bilateral.D", "doe.bilateral.u"]),
                (linked, ["linked.bilateral.D", "linked.bilateral.u"]),
            ] {
                let Some(b) = b else { continue };
                for (i, first) in b.laboratories.iter().enumerate() {
                    for (j, second) in b.laboratories.iter().enumerate().filter(|(j, _)| *j != i) {
                        let pair = format!("{first} - {second}");
                        for (name, matrix) in names.into_iter().zip([&b.d, &b.u]) {
                            let value = matrix
                                .get(i)
                                .and_then(|line| line.get(j))
                                .copied()
                                .unwrap_or(f64::NAN);
                            row(&b.step, &pair, point, name, shortest(value), unit);
                        }
                    }
                }
            }
        }
        for v in &self.vectors {
            let test =
                |id: &str, name: &str, t: &JointTest, row: &mut dyn FnMut(&str, &str, String)| {
                    for (part, value) in [
                        ("observed", t.observed),
                        ("dof", t.dof),
                        ("p_right", t.p_right),
                    ] {
                        row(id, &format!("{name}.{part}"), shortest(value));
                    }
                };
            let mut of_vector = |id: &str, name: &str, value: String| {
                row(&v.step, id, &v.measurand, name, value, "1");
            };
            test("", "vector.chi2", &v.chi_squared, &mut of_vector);
            for l in &v.laboratories {
                test(&l.laboratory, "vector.chi2", &l.chi_squared, &mut of_vector);
            }
            for (i, first) in v.points.iter().enumerate() {
                for (j, second) in v.points.iter().enumerate().skip(i + 1) {
                    let variance = |k: usize| v.covariance[k][k];
                    let r = v.covariance[i][j] / (variance(i) * variance(j)).sqrt();
                    let pair = format!("{first} - {second}");
                    row(&v.step, "", &pair, "reference.r", shortest(r), "1");
                }
            }
        }
        for screen in &self.screens {
            for sign in &screen.signs {
                let labs = sign.laboratories.join(" - ");
                let point = sign.point.as_deref().unwrap_or_default();
                let name = sign.statistic.as_str();
                row(&screen.step, &labs, point, name, shortest(sign.value), "1");
                for (part, p) in [("p", sign.probability), ("p_corrected", sign.corrected)] {
                    if let Some(p) = p {
                        let quantity = format!("{name}.{part}");
                        row(&screen.step, &labs, point, &quantity, shortest(p), "1");
                    }
                }
                if let Some(evidence) = &sign.evidence {
                    let quantity = format!("{name}.evidence");
                    row(&screen.step, &labs, point, &quantity, evidence.clone(), "");
                }
            }
        }
        for l in &self.laboratories {
            if let Some(verdict) = &l.verdict {
                row(
                    &l.verdict_step,
                    &l.laboratory,
                    "",
                    "verdict",
                    verdict.clone(),
                    "",
                );
            }
        }
        out
    }
}

fn shortest(value: f64) -> String {
    crate::values::rounding::shortest(value)
}

pub(in crate::run) fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
