#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

fn unit(text: &str) -> Unit {
    parse_unit(text, None).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn library() -> &'static Library {
    Library::standard().unwrap()
}

#[test]
fn the_standard_tables_are_sound_and_large_enough() {
    assert!(
        library().entries().len() >= 110,
        "{}",
        library().entries().len()
    );
    for entry in library().entries() {
        assert!(
            !entry.title.zh.is_empty() && !entry.title.en.is_empty(),
            "{}",
            entry.name
        );
    }
}

#[test]
fn every_unit_survives_its_three_spellings() {
    for entry in library().entries() {
        let plain = unit(&entry.name);
        let mut all = vec![plain.clone()];
        all.extend(entry.prefixes.allowed().map(|prefix| {
            let term = Term {
                prefix: Some(prefix),
                ..plain.terms()[0].clone()
            };
            Unit::from_terms(vec![term]).unwrap()
        }));
        for one in all {
            let shown = parse_unit(&one.display(), Some(&one.dimension())).unwrap();
            assert!(shown.same_size(&one), "{one} is read as {shown:?}");
            assert_eq!(parse_unit(&one.names(), None).unwrap(), one);
            assert_eq!(
                Unit::try_from(String::from(one.clone())).unwrap(),
                one,
                "{one}"
            );
            if let Some(code) = one.ucum() {
                assert!(
                    library().parse_ucum(&code).unwrap().same_size(&one),
                    "UCUM {code}"
                );
            }
            if let Some(word) = one.dsi() {
                assert!(parse_dsi(&word).unwrap().same_size(&one), "D-SI {word}");
            }
        }
        for alias in entry.symbols.iter().chain(&entry.aliases) {
            assert!(
                parse_unit(alias, Some(&plain.dimension()))
                    .unwrap()
                    .same_size(&plain),
                "{alias}"
            );
        }
    }
}

#[test]
fn composed_units_are_spelled_in_three_ways() {
    for (text, display, ucum, dsi) in [
        (
            "µmol/mol",
            "µmol/mol",
            "umol/mol",
            "\\micro\\mole\\per\\mole",
        ),
        (
            "kg·m-3",
            "kg/m³",
            "kg/m3",
            "\\kilogram\\per\\metre\\tothe{3}",
        ),
        (
            "W/(m·K)",
            "W/(m·K)",
            "W/m/K",
            "\\watt\\metre\\tothe{-1}\\kelvin\\tothe{-1}",
        ),
        ("s-1", "s⁻¹", "s-1", "\\second\\tothe{-1}"),
        ("µV/V", "µV/V", "uV/V", "\\micro\\volt\\per\\volt"),
        ("1", "1", "1", "\\one"),
        (
            "nV2/Hz",
            "nV²/Hz",
            "nV2/Hz",
            "\\nano\\volt\\tothe{2}\\per\\hertz",
        ),
    ] {
        let parsed = unit(text);
        assert_eq!(parsed.display(), display);
        assert_eq!(parsed.ucum().as_deref(), Some(ucum));
        assert_eq!(parsed.dsi().as_deref(), Some(dsi));
        assert!(unit(display).same_size(&parsed));
        assert!(
            library().parse_ucum(ucum).unwrap().same_size(&parsed),
            "{ucum}"
        );
        assert!(parse_dsi(dsi).unwrap().same_size(&parsed), "{dsi}");
    }
}

#[test]
fn known_conversions_hold() {
    for (from, to, factor) in [
        ("kg", "mg", 1e6),
        ("km/h", "m/s", 1000.0 / 3600.0),
        ("°", "rad", std::f64::consts::PI / 180.0),
        ("″", "mrad", std::f64::consts::PI / 648.0),
        ("mmHg", "Pa", 133.322_387_415),
        ("psi", "kPa", 6.894_757_293_168_361),
        ("kWh", "MJ", 3.6),
        ("mGal", "m/s2", 1e-5),
        ("eV", "J", 1.602_176_634e-19),
        ("mg/kg", "%", 1e-4),
        ("g/cm3", "kg/m³", 1000.0),
        ("mL", "cm³", 1.0),
        ("a", "d", 365.25),
        ("r/min", "Hz", 1.0 / 60.0),
        ("Ci", "Bq", 3.7e10),
        ("U/L", "kat/m3", 1e-3 / 60.0),
        ("GiB", "bit", 8_589_934_592.0),
        ("µm/m", "ppm", 1.0),
        // NIST SP 811 (2008), appendix B.
        ("lb", "kg", 0.453_592_37),
        ("oz", "g", 28.349_523_125),
        ("ft", "m", 0.3048),
        ("mi", "m", 1609.344),
        ("atm", "bar", 1.013_25),
        ("Torr", "Pa", 133.322_368_421_052_63),
        ("kgf", "N", 9.806_65),
        ("cal", "J", 4.184),
        ("PS", "W", 735.498_75),
        ("cP", "mPa·s", 1.0),
        ("cSt", "mm2/s", 1.0),
        ("R", "µC/kg", 258.0),
        ("rem", "mSv", 10.0),
        ("Oe", "A/m", 79.577_471_545_947_67),
        ("kn", "km/h", 1.852),
    ] {
        let got = unit(from).factor_to(&unit(to)).unwrap().to_f64();
        assert!(
            (got - factor).abs() <= 1e-15 * factor,
            "{from} -> {to}: {got} instead of {factor}"
        );
    }
}

#[test]
fn look_alikes_and_chinese_names_are_the_same_unit() {
    for (texts, meant) in [
        (
            &["μm", "µm", "um", "微米", "micrometre", "micrometer"][..],
            "µm",
        ),
        (&["\u{2126}", "\u{3a9}", "欧姆", "欧", "ohm"], "Ω"),
        (&["\u{212b}", "A\u{30a}"], "Å"),
        (&["℃", "°C", "ºC", "摄氏度", "degC"], "°C"),
        (&["千克", "公斤", "kilogram"], "kg"),
        (
            &[
                "kg/m³",
                "kg·m-3",
                "kg*m^-3",
                "kg m^(-3)",
                "kg.m⁻³",
                "千克每立方米",
                "千克/立方米",
                "kg／m³",
            ],
            "kg/m3",
        ),
        (&["毫克"], "mg"),
        (&["毫伏"], "mV"),
        (&["毫米"], "mm"),
        (&["天"], "d"),
        (&["周"], "wk"),
        (&["个月"], "mo"),
        (&["工作日"], "wd"),
    ] {
        for text in texts {
            assert_eq!(unit(text).to_string(), unit(meant).to_string(), "{text}");
        }
    }
}

#[test]
fn an_ambiguous_symbol_follows_the_expected_dimension() {
    let acceleration = library().dimension_named("acceleration").unwrap();
    let shock = parse_unit("g", Some(&acceleration)).unwrap();
    assert_eq!(shock.convert(10.0, &unit("m/s2")).unwrap(), 98.0665);
    assert_eq!(unit("g").dimension(), Dimension::of(Base::Mass));
    let inductance = library().dimension_named("电感").unwrap();
    assert_eq!(
        parse_unit("pH", Some(&inductance)).unwrap().factor(),
        Factor::ten_to(-12)
    );
    assert!(unit("pH").is_logarithmic());
    let time = library().dimension_named("time").unwrap();
    assert_eq!(
        parse_unit("min", Some(&time)).unwrap().factor().to_f64(),
        60.0
    );
}

#[test]
fn an_expected_dimension_that_no_reading_has_changes_nothing() {
    let mass = Dimension::of(Base::Mass);
    assert_eq!(parse_unit("kPa", Some(&mass)).unwrap(), unit("kPa"));
}

#[test]
fn celsius_differs_as_a_point_and_as_a_difference() {
    let (celsius, kelvin) = (unit("°C"), unit("K"));
    assert_eq!(celsius.convert(20.0, &kelvin).unwrap(), 293.15);
    assert_eq!(celsius.convert_interval(2.0, &kelvin).unwrap(), 2.0);
    assert_eq!(unit("°F").convert(212.0, &celsius).unwrap(), 100.0);
    assert_eq!(
        unit("mK").convert(273_160.0, &celsius).unwrap(),
        273.16 - 273.15
    );
    assert_eq!(unit("m°C").convert(20_000.0, &celsius).unwrap(), 20.0);
    assert_eq!(unit("1/°C").factor_to(&unit("K-1")).unwrap(), Factor::ONE);
}

#[test]
fn units_of_unlike_kind_are_refused_with_both_names() {
    let error = unit("kPa").factor_to(&unit("mm")).unwrap_err().message();
    assert!(
        error.zh.contains("压力") && error.zh.contains("长度"),
        "{}",
        error.zh
    );
    assert!(
        error.en.contains("pressure") && error.en.contains("length"),
        "{}",
        error.en
    );
    for (a, b) in [
        ("mg/kg", "µmol/mol"),
        ("mg/kg", "mL/L"),
        ("Bq", "Hz"),
        ("°", "1"),
        ("rad", "sr"),
        ("bit", "1"),
        ("mol", "kg"),
    ] {
        assert!(
            matches!(
                unit(a).factor_to(&unit(b)),
                Err(UnitError::Incommensurable { .. })
            ),
            "{a} {b}"
        );
    }
    for (a, b) in [
        ("mg/kg", "%"),
        ("µmol/mol", "ppm"),
        ("%", "1"),
        ("Hz/Hz", "ppb"),
        ("Bq", "s-1"),
        ("ng/g", "mg/kg"),
    ] {
        assert!(unit(a).factor_to(&unit(b)).is_ok(), "{a} {b}");
    }
}

#[test]
fn levels_and_calendar_stretches_are_not_converted() {
    assert!(matches!(
        unit("dB").factor_to(&unit("Np")),
        Err(UnitError::LogarithmicConversion { .. })
    ));
    assert!(matches!(
        unit("dB").factor_to(&unit("%")),
        Err(UnitError::LogarithmicConversion { .. })
    ));
    assert_eq!(unit("dB").factor_to(&unit("dB")), Ok(Factor::ONE));
    assert!(matches!(
        unit("mo").factor_to(&unit("d")),
        Err(UnitError::CalendarConversion { .. })
    ));
    assert!(matches!(
        parse_unit("dB/m", None),
        Err(UnitError::LogarithmicProduct(_))
    ));
    assert!(matches!(
        parse_unit("mg/mo", None),
        Err(UnitError::CalendarProduct(_))
    ));
}

#[test]
fn faults_are_told_with_what_would_mend_them() {
    let error = |text: &str| parse_unit(text, None).unwrap_err();
    assert!(matches!(error("nV/√Hz"), UnitError::Root(_)));
    assert!(matches!(error("m^0.5"), UnitError::Root(_)));
    assert!(matches!(error("㎏"), UnitError::LookAlike { meant, .. } if meant == "kg"));
    assert!(matches!(error("ｍｇ"), UnitError::LookAlike { meant, .. } if meant == "mg"));
    assert!(
        matches!(error("J/kg·K"), UnitError::AmbiguousSlash { suggestions, .. } if suggestions == ["J/(kg·K)", "J·K/kg"])
    );
    assert!(
        matches!(error("KG"), UnitError::Unknown { suggestions, .. } if suggestions.first().is_some_and(|s| s == "kg"))
    );
    assert!(
        matches!(error("Mpa"), UnitError::Unknown { suggestions, .. } if suggestions.contains(&"MPa".to_string()))
    );
    assert!(
        matches!(error("metr"), UnitError::Unknown { suggestions, .. } if suggestions.contains(&"metre".to_string()))
    );
    assert!(
        matches!(error("milimeter"), UnitError::Unknown { suggestions, .. } if suggestions.contains(&"millimetre".to_string()))
    );
    assert!(
        matches!(error("zz"), UnitError::Unknown { suggestions, .. } if suggestions.is_empty())
    );
    assert!(matches!(error("m0"), UnitError::Exponent(_)));
    assert!(matches!(error("m^99"), UnitError::Exponent(_)));
    assert!(matches!(error("W/(m·K"), UnitError::Parenthesis(_)));
    assert!(matches!(error("m/s)"), UnitError::Parenthesis(_)));
    assert!(matches!(error("m//s"), UnitError::MissingOperand(_)));
    assert!(matches!(error("m·"), UnitError::MissingOperand(_)));
    assert!(matches!(error("  "), UnitError::Empty));
    assert!(matches!(
        error("milimetre of mercury"),
        UnitError::Unknown { .. }
    ));
    assert!(matches!(error("kkg"), UnitError::Unknown { .. }));
}

#[test]
fn several_solidi_divide_one_after_the_other() {
    assert!(unit("mg/kg/a").same_size(&unit("mg/(kg·a)")));
    assert_eq!(unit("m/s/s").display(), "m/s²");
}

#[test]
fn dsi_strings_of_digital_certificates_are_read() {
    for (text, meant) in [
        ("\\metre\\second\\tothe{-1}", "m/s"),
        ("\\kilo\\metre\\hour\\tothe{-1}", "km/h"),
        ("\\volt\\milli\\volt\\tothe{-1}", "V/mV"),
        ("\\milli\\kelvin\\milli\\kelvin", "mK²"),
        (
            "\\pico\\coulomb\\metre\\tothe{-1}\\second\\tothe{2}",
            "pC·s²/m",
        ),
        ("\\percent", "%"),
        ("\\degreecelsius", "°C"),
        ("\\kilo\\gram", "kg"),
        ("\\degree\\radian", "°·rad"),
        ("\\micro\\radian\\tothe{1}", "µrad"),
        (" \\one ", "1"),
    ] {
        assert!(parse_dsi(text).unwrap().same_size(&unit(meant)), "{text}");
    }
    for text in [
        "ounce",
        "\\micro",
        "\\per",
        "\\tothe{2}",
        "\\metre\\tothe{}",
        "\\volt\\tothe{0.5}",
        "\\teperatur",
        "",
    ] {
        assert!(parse_dsi(text).is_err(), "{text}");
    }
}

#[test]
fn a_dimension_has_a_name_in_both_languages() {
    let title = |text: &str| library().dimension_title(&unit(text).dimension());
    assert_eq!(title("mg"), Text::new("质量", "mass"));
    assert_eq!(title("kg/m³"), Text::new("密度", "density"));
    assert_eq!(title("µmol/mol").zh, "物质的量分数");
    assert_eq!(title("kg·m3").en, "kg·m³");
    assert_eq!(title("r/min").en, "frequency");
    assert_eq!(
        library().dimension_named("质量"),
        library().dimension_named("mass")
    );
}

#[test]
fn a_library_whose_units_go_in_a_circle_is_refused() {
    let tables = "unit a {\n symbol \"aa\"\n equals 2 \"bb\"\n}\nunit b {\n symbol \"bb\"\n equals 3 \"aa\"\n}\n";
    let entries: Vec<UnitEntry> = crate::values::entries::read(tables)
        .unwrap()
        .iter()
        .map(|e| read_unit(e).unwrap())
        .collect();
    assert!(matches!(
        Library::from_entries(entries, Vec::new()),
        Err(UnitError::Unresolved(_))
    ));
}

#[test]
fn a_unit_may_be_declared_before_what_it_is_made_of() {
    let tables = "unit a {\n symbol \"aa\"\n equals 2 \"bb\"\n}\nunit b {\n symbol \"bb\"\n base length\n}\n";
    let entries: Vec<UnitEntry> = crate::values::entries::read(tables)
        .unwrap()
        .iter()
        .map(|e| read_unit(e).unwrap())
        .collect();
    let library = Library::from_entries(entries, Vec::new()).unwrap();
    assert_eq!(library.parse("aa", None).unwrap().factor().to_f64(), 2.0);
}

proptest! {
    #[test]
    fn converting_there_and_back_gives_the_value(value in -1e12f64..1e12, pick in 0usize..6) {
        let (a, b) = [("mg", "kg"), ("°C", "K"), ("psi", "kPa"), ("°", "rad"), ("nm", "in"), ("°F", "m°C")][pick];
        let (a, b) = (unit(a), unit(b));
        let back = b.convert(a.convert(value, &b).unwrap(), &a).unwrap();
        prop_assert!((back - value).abs() <= 4.0 * f64::EPSILON * (value.abs() + 1000.0));
    }

    #[test]
    fn no_text_makes_the_parser_fail_without_a_message(text in "[a-zA-Zµ°%/·()^0-9 .*√㎏千克每-]{0,24}") {
        if let Err(error) = parse_unit(&text, None) {
            prop_assert!(!error.message().zh.is_empty());
        }
        let _ = parse_dsi(&text);
        let _ = library().parse_ucum(&text);
    }
}

#[test]
fn a_unit_of_several_stands_in_brackets_after_a_quantity() {
    let headed = ["mg", "mg/kg", "N·m", "W/(m²·K)", "1", ""].map(|unit| format!("D{}", per(unit)));
    assert_eq!(
        headed,
        ["D/mg", "D/(mg/kg)", "D/(N·m)", "D/(W/(m²·K))", "D", "D"]
    );
}
