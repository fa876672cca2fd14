//! A protocol for the tests of the checks: five points on one artefact, everything but the rules and sanctions in order.

pub(super) fn protocol(point: &str, laboratory: &str, sanctions: &str) -> String {
    format!(
        r#"edition 2026
protocol test.masses 1.0.0 {{
  title zh "砝码" en "weights"
  policy std.cn.consequences
  object measurement-standard "砝码"
  pilot NIM
  participants {{ AAA zh "甲"
    BBB zh "乙" }}
  measurand dm : mass {{ unit mg
    point a = 1 kg
    point b = 2 kg
    point c = 3 kg
    point d = 4 kg
    point e = 5 kg
    report value, U, k }}
  artefact W1 {{ measures dm }}
  circulation {{ start 2026-09-01
    ring W1 {{ stay 10 d
      transit 4 d }} }}
  evaluation {{ reference std.reference.weighted-mean
    correlation uncorrelated
    score En k 2
    equivalence unilateral }}
  acceptance {{
    each point {{ {point} }}
    each laboratory {{ {laboratory} }}
  }}
  sanctions {{ {sanctions} }}
}}
"#
    )
}
