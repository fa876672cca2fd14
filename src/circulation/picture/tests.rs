#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jiff::civil::date;

use super::super::tests::{days, journey, names};
use super::super::*;
use super::{gantt, graph, map};
use crate::text::{Lang, Text};

/// Thirty cities with their coordinates, rounded to 0.1°.
const CITIES: [(&str, f64, f64); 30] = [
    ("上海", 31.2, 121.5),
    ("广州", 23.1, 113.3),
    ("郑州", 34.7, 113.6),
    ("西安", 34.3, 108.9),
    ("成都", 30.7, 104.1),
    ("武汉", 30.6, 114.3),
    ("南京", 32.1, 118.8),
    ("杭州", 30.3, 120.2),
    ("济南", 36.7, 117.0),
    ("沈阳", 41.8, 123.4),
    ("哈尔滨", 45.8, 126.6),
    ("长春", 43.9, 125.3),
    ("石家庄", 38.0, 114.5),
    ("太原", 37.9, 112.5),
    ("呼和浩特", 40.8, 111.7),
    ("兰州", 36.1, 103.8),
    ("西宁", 36.6, 101.8),
    ("银川", 38.5, 106.3),
    ("乌鲁木齐", 43.8, 87.6),
    ("拉萨", 29.7, 91.1),
    ("昆明", 25.0, 102.7),
    ("贵阳", 26.6, 106.7),
    ("南宁", 22.8, 108.3),
    ("海口", 20.0, 110.3),
    ("福州", 26.1, 119.3),
    ("南昌", 28.7, 115.9),
    ("长沙", 28.2, 112.9),
    ("合肥", 31.8, 117.2),
    ("重庆", 29.6, 106.5),
    ("天津", 39.1, 117.2),
];

fn tour(count: usize, pattern: Pattern) -> (Journey, Plan) {
    let ids: Vec<String> = (0..count).map(|it| format!("L{it:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut journey = journey(&ids, pattern);
    journey.laboratories[0].title = Text::new("中国计量科学研究院", "NIM");
    journey.laboratories[0].position = Some(Position {
        latitude: 40.0,
        longitude: 116.3,
    });
    for (laboratory, (city, latitude, longitude)) in
        journey.laboratories.iter_mut().skip(1).zip(CITIES)
    {
        laboratory.title = Text::new(format!("{city}市计量测试院"), "");
        laboratory.position = Some(Position {
            latitude,
            longitude,
        });
    }
    let planned = plan(&journey, &Calendars::new());
    (journey, planned)
}

fn patterns() -> Vec<(&'static str, usize, Pattern)> {
    let order = Vec::new;
    let stops = |ids: &[&str]| ids.iter().map(|it| Stop::at(*it)).collect();
    let routes = vec![
        Route::of(stops(&["NIM", "L00", "L01", "NIM", "L02", "NIM"])),
        Route {
            specimen: 1,
            ..Route::of(stops(&["NIM", "L03", "NIM"]))
        },
    ];
    vec![
        ("ring", 30, Pattern::Ring { order: order() }),
        ("star", 30, Pattern::Star { order: order() }),
        (
            "petal",
            12,
            Pattern::Petal {
                by: 3,
                order: order(),
            },
        ),
        (
            "petals",
            30,
            Pattern::Petal {
                by: 6,
                order: order(),
            },
        ),
        (
            "two",
            30,
            Pattern::Petal {
                by: 15,
                order: order(),
            },
        ),
        ("parallel", 9, Pattern::Parallel { order: order() }),
        (
            "onsite",
            5,
            Pattern::OnSite {
                order: order(),
                place: None,
                changeover: None,
            },
        ),
        ("routes", 4, Pattern::Routes { routes }),
    ]
}

/// All rectangles of a class: left, top, right, bottom.
fn rectangles(svg: &str, classes: &[&str]) -> Vec<[f64; 4]> {
    let document = roxmltree::Document::parse(svg).unwrap();
    (document.descendants())
        .filter(|it| {
            it.has_tag_name("rect") && classes.contains(&it.attribute("class").unwrap_or(""))
        })
        .map(|it| {
            let number = |name| it.attribute(name).unwrap().parse::<f64>().unwrap();
            let (x, y) = (number("x"), number("y"));
            [x, y, x + number("width"), y + number("height")]
        })
        .collect()
}

fn save(name: &str, svg: &str) {
    if let Ok(folder) = std::env::var("BIDUI_PICTURES") {
        std::fs::write(format!("{folder}/{name}.svg"), svg).unwrap();
    }
}

#[test]
fn boxes_of_a_graph_do_not_overlap_for_thirty_laboratories_in_any_pattern() {
    for (name, count, pattern) in patterns() {
        let (journey, planned) = tour(count, pattern);
        let svg = graph(&journey, &planned, 0, Lang::Zh);
        save(name, &svg);
        let boxes = rectangles(&svg, &["node", "pilot"]);
        assert!(boxes.len() > count, "{name}: {} boxes", boxes.len());
        for (index, a) in boxes.iter().enumerate() {
            for b in &boxes[..index] {
                assert!(
                    a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1],
                    "{name}: {a:?} {b:?}"
                );
            }
        }
    }
}

#[test]
fn names_are_escaped_and_control_characters_left_out() {
    let (mut journey, _) = tour(2, Pattern::Ring { order: Vec::new() });
    journey.laboratories[1].title = Text::same("<A & \"B\">\u{1}");
    let planned = plan(&journey, &Calendars::new());
    let svg = graph(&journey, &planned, 0, Lang::En);
    let document = roxmltree::Document::parse(&svg).unwrap();
    assert!(
        document
            .descendants()
            .any(|it| it.text() == Some("<A & \"B\"> "))
    );
    roxmltree::Document::parse(&gantt(&journey, &Calendars::new(), &planned, Lang::En)).unwrap();
    roxmltree::Document::parse(&map(&journey, &planned, Lang::En).unwrap()).unwrap();
}

#[test]
fn a_map_needs_two_places_and_names_each_once() {
    let (mut journey, planned) = tour(
        30,
        Pattern::Petal {
            by: 5,
            order: Vec::new(),
        },
    );
    let svg = map(&journey, &planned, Lang::Zh).unwrap();
    save("map", &svg);
    let document = roxmltree::Document::parse(&svg).unwrap();
    let names = document
        .descendants()
        .filter(|it| it.has_tag_name("text") && it.attribute("class") == Some("ink halo"));
    assert_eq!(names.count(), 31);
    journey
        .laboratories
        .iter_mut()
        .skip(1)
        .for_each(|it| it.position = None);
    assert_eq!(map(&journey, &planned, Lang::Zh), None);
}

#[test]
fn the_map_shows_a_way_across_the_date_line_in_one_piece() {
    let (mut journey, _) = tour(
        2,
        Pattern::Ring {
            order: names(&["L00", "L01"]),
        },
    );
    let at = |latitude, longitude| {
        Some(Position {
            latitude,
            longitude,
        })
    };
    journey.laboratories[0].position = at(-36.8, 174.8);
    journey.laboratories[1].position = at(-13.8, -171.8);
    journey.laboratories[2].position = at(-18.1, 178.4);
    let planned = plan(&journey, &Calendars::new());
    let svg = map(&journey, &planned, Lang::En).unwrap();
    save("pacific", &svg);
    assert!(svg.contains("180°E") && !svg.contains(">0°<"));
}

#[test]
fn the_chart_has_a_window_for_each_visit_and_shades_days_off() {
    let (mut journey, _) = tour(
        6,
        Pattern::Petal {
            by: 2,
            order: Vec::new(),
        },
    );
    journey.artefacts.push(Artefact::new(
        "V",
        Pattern::Star { order: Vec::new() },
        names(&["L00", "L01"]),
    ));
    journey.calendar = Some("cn".to_owned());
    journey.working_days_only = true;
    journey.limit = Some(days(230));
    journey.laboratories[2].unavailable.push(Absence {
        from: date(2026, 10, 1),
        to: date(2026, 10, 20),
        reason: Text::default(),
    });
    let calendar = crate::values::calendar::Calendar::weekends_only();
    let calendars: Calendars = [("cn".to_owned(), calendar)].into();
    let planned = plan(&journey, &calendars);
    let svg = gantt(&journey, &calendars, &planned, Lang::Zh);
    save("gantt", &svg);
    save("gantt-en", &gantt(&journey, &calendars, &planned, Lang::En));
    let visits = planned.circulation.len();
    // One more of each kind stands in the legend.
    assert_eq!(rectangles(&svg, &["window", "critical"]).len(), visits + 2);
    assert!(rectangles(&svg, &["off"]).len() > 30 * visits);
}

#[test]
fn the_same_journey_gives_the_same_bytes() {
    let (journey, planned) = tour(
        8,
        Pattern::Petal {
            by: 3,
            order: Vec::new(),
        },
    );
    assert_eq!(
        graph(&journey, &planned, 0, Lang::Zh),
        graph(&journey, &plan(&journey, &Calendars::new()), 0, Lang::Zh)
    );
}
