//! Protocols in any number that differ in what matters: quantity, laboratories, points, journey, calendar, statistics, verdicts, language.

use std::fmt::Write;

use bidui::format::{Options, format};
use bidui::text::Lang;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Kind, unit of the results, nominal values with their unit.
const QUANTITIES: [(&str, &str, &str, &[&str]); 10] = [
    (
        "mass",
        "mg",
        "kg",
        &["0.1", "0.5", "1", "2", "5", "10", "20"],
    ),
    ("voltage", "µV", "V", &["0.1", "1", "1.018", "10", "100"]),
    (
        "resistance",
        "mΩ",
        "Ω",
        &["1", "10", "100", "1000", "10000"],
    ),
    ("length", "nm", "mm", &["0.5", "1", "10", "50", "100"]),
    (
        "temperature",
        "mK",
        "K",
        &["234.3156", "273.16", "302.9146", "429.7485"],
    ),
    ("pressure", "Pa", "kPa", &["10", "50", "100", "500", "1000"]),
    (
        "amount-fraction",
        "µmol/mol",
        "µmol/mol",
        &["5", "50", "100", "1000"],
    ),
    (
        "mass-fraction",
        "mg/kg",
        "mg/kg",
        &["0.05", "0.1", "0.2", "0.4"],
    ),
    ("activity", "kBq", "kBq", &["100", "500", "1000", "5000"]),
    ("volume-flow-rate", "m³/h", "m³/h", &["400", "1600", "4000"]),
];

/// The text of the protocol of that number: the same number gives the same text. One in twenty has a mistake in it.
pub fn protocol(number: u64) -> String {
    let mut maker = Maker {
        random: ChaCha8Rng::seed_from_u64(number),
        out: String::new(),
    };
    maker.write(number);
    if maker.random.random_bool(0.5) {
        let keywords = Some(Lang::Zh);
        return format(&maker.out, Options { keywords }).text;
    }
    maker.out
}

struct Maker {
    random: ChaCha8Rng,
    out: String,
}

impl Maker {
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.random.random_range(0..of.len())]
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}");
    }

    fn write(&mut self, number: u64) {
        let (kind, unit, of, nominal) = QUANTITIES[self.random.random_range(0..QUANTITIES.len())];
        let laboratories = self.random.random_range(3..15);
        let measurands = self.random.random_range(1..4);
        let year = self.random.random_range(2025..2028);
        let policy = self.one(&[
            "std.cn.consequences",
            "std.cn.consequences",
            "std.cipm.key-comparison",
        ]);
        self.line(&format!("edition 2026\nuse {policy} as regime\n"));
        self.line(&format!("/// Number {number} of a catalogue made for measuring.\nprotocol made.p{number} 1.{}.0 {{", number % 7));
        self.line(&format!(
            "  title zh \"第 {number} 号比对\" en \"comparison number {number}\""
        ));
        self.line("  policy regime\n  organizer SAMR\n  pilot NIM\n  participants {");
        for index in 1..=laboratories {
            let city = self.one(&["北京", "上海", "广东", "四川", "陕西", "辽宁", "河南"]);
            self.line(&format!("    L{index} zh \"{city}第{index}计量院\" en \"institute {index}\" certificate \"[20{:02}]国量标第{:03}号\"", index + 10, number % 1000));
        }
        self.line("  }");
        let mut travelling = String::new();
        for index in 1..=measurands {
            self.measurand(index, kind, unit, of, nominal, number);
            let _ = writeln!(travelling, "    measures m{index}");
        }
        self.line(&format!("  artefact T1 {{\n    title \"传递标准 {number}\"\n{travelling}    traceable to national-primary-standard certificate \"M-{number:05}\"\n    serial \"{number:08}\"\n  }}"));
        let returns = self.journey(year);
        self.evaluation(returns);
        self.verdicts();
        for index in 0..self.random.random_range(0..4) {
            let (likelihood, severity) = (
                self.random.random_range(1..6),
                self.random.random_range(1..6),
            );
            self.line(&format!("  risk \"风险 {index}\" likelihood {likelihood} severity {severity} control \"控制措施 {index}\""));
        }
        self.line("}");
    }

    fn measurand(
        &mut self,
        index: usize,
        kind: &str,
        unit: &str,
        of: &str,
        nominal: &[&str],
        number: u64,
    ) {
        // A slip in one file of twenty: the catalogue of a real institute has some as well.
        let unit = if index == 1 && number % 20 == 7 {
            "mgg"
        } else {
            unit
        };
        self.line(&format!("  measurand m{index} : {kind} {{\n    title zh \"被测量{index}\" en \"measurand {index}\"\n    unit {unit}"));
        let points = self.random.random_range(1..=nominal.len());
        for (place, value) in nominal.iter().take(points).enumerate() {
            self.line(&format!("    point m{index}p{place} = {value} {of}"));
        }
        let (low, high) = (
            self.random.random_range(18..22),
            self.random.random_range(1..4),
        );
        let procedure = self.random.random_range(1..999);
        self.line(&format!("    procedure \"JJG {procedure}-2020\"\n    conditions {{ temperature {low} °C ± {high} °C; humidity 30 % .. 6{high} % }}"));
        self.line("    report value, U, k, dof\n  }");
    }

    /// Whether the transfer standard comes back to the pilot.
    fn journey(&mut self, year: i32) -> bool {
        let (month, day) = (
            self.random.random_range(1..10),
            self.random.random_range(1..28),
        );
        let (stay, transit) = (
            self.random.random_range(5..15),
            self.random.random_range(1..7),
        );
        let way = match self.random.random_range(0..4) {
            0 => "ring T1".to_owned(),
            1 => "star T1".to_owned(),
            2 => format!("petal T1 by {}", self.random.random_range(1..4)),
            _ => "parallel T1".to_owned(),
        };
        self.line("  circulation {");
        if self.random.random_bool(0.5) {
            self.line(
                "    calendar std.calendar.cn-2025, std.calendar.cn-2026, std.calendar.cn-2027",
            );
        }
        self.line(&format!("    start {year}-{month:02}-{day:02}\n    {way} {{ stay {stay} d; transit {transit} d }}\n    stay L2 {} d\n  }}", stay + 3));
        !way.starts_with("parallel")
    }

    fn evaluation(&mut self, returns: bool) {
        let method = self.one(&[
            "weighted-mean",
            "arithmetic-mean",
            "median",
            "largest-consistent-subset",
            "dersimonian-laird",
        ]);
        self.line("  evaluation {");
        if self.random.random_bool(0.4) {
            self.line("    outliers std.outlier.grubbs alpha 0.05 one-sided");
        }
        self.line(&format!(
            "    reference std.reference.{method}\n    correlation uncorrelated"
        ));
        if returns && self.random.random_bool(0.3) {
            self.line("    drift correct linear");
        }
        self.line("    equivalence unilateral\n    score En k 2\n  }");
    }

    fn verdicts(&mut self) {
        let bound = self.random.random_range(5..10);
        self.line("  acceptance {");
        if self.random.random_bool(0.4) {
            self.line(&format!("    each point {{ satisfactory when |En| <= 0.{bound}; questionable when |En| > 0.{bound} and |En| <= 1; unsatisfactory otherwise }}"));
        } else {
            self.line("    each point { satisfactory when |En| <= 1; unsatisfactory otherwise }");
        }
        self.line("    each laboratory { satisfactory when all points satisfactory; unsatisfactory otherwise }\n  }");
    }
}
