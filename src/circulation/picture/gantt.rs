//! The timetable as a Gantt chart: measuring windows, transport, waiting, slack, days off and absences.

use jiff::civil::Date;

use super::super::clock::{self, Clock};
use super::super::export::specimen_name;
use super::super::graph::LegKind;
use super::super::journey::{Calendars, Journey};
use super::super::plan::Plan;
use super::super::timetable::{Entry, Timetable};
use crate::picture::geometry::{Box, Point, point};
use crate::picture::svg::{Anchor, Svg, shortened, text_width};
use crate::text::Lang;

const ROW: f64 = 22.0;
const HEAD: f64 = 58.0;
const TEXT: f64 = 12.0;
/// Narrow enough for its letters to be read on a page of A4.
const CHART: f64 = 620.0;

/// Draws the timetable; without dates, an empty frame.
pub fn gantt(journey: &Journey, calendars: &Calendars, plan: &Plan, lang: Lang) -> String {
    let title = match lang {
        Lang::Zh => format!("时间安排：{}", journey.called(lang)),
        Lang::En => format!("Timetable: {}", journey.called(lang)),
    };
    let Some(timetable) = &plan.timetable else {
        return Svg::default().finish(Box::new(0.0, 0.0, 1.0, 1.0), &title);
    };
    let chart = Chart::new(journey, calendars, plan, timetable, lang);
    let mut svg = Svg::default();
    chart.shade(&mut svg);
    chart.axis(&mut svg);
    for (row, entry) in timetable.entries.iter().enumerate() {
        chart.row(&mut svg, row, entry);
    }
    chart.limit(&mut svg);
    chart.legend(&mut svg);
    svg.text("ink", point(12.0, 22.0), 16.0, Anchor::Start, &title);
    svg.finish(chart.view(), &title)
}

struct Chart<'a> {
    journey: &'a Journey,
    calendars: &'a Calendars,
    plan: &'a Plan,
    timetable: &'a Timetable,
    lang: Lang,
    names: Vec<String>,
    left: f64,
    /// First and last day shown.
    first: Date,
    last: Date,
    per_day: f64,
}

impl<'a> Chart<'a> {
    fn new(
        journey: &'a Journey,
        calendars: &'a Calendars,
        plan: &'a Plan,
        timetable: &'a Timetable,
        lang: Lang,
    ) -> Chart<'a> {
        let names: Vec<String> = (timetable.entries.iter())
            .map(|it| {
                let visit = plan.circulation.visit(it.visit);
                let name = journey.laboratories[visit.laboratory].name(lang);
                shortened(
                    &format!("{}  {name}", specimen_name(journey, visit)),
                    TEXT,
                    240.0,
                )
            })
            .collect();
        let left = 24.0
            + names
                .iter()
                .map(|it| text_width(it, TEXT))
                .fold(60.0, f64::max);
        let first = timetable
            .entries
            .iter()
            .map(|it| it.arrival)
            .fold(timetable.start, Date::min);
        let last = timetable
            .entries
            .iter()
            .map(|it| it.released)
            .fold(timetable.finish, Date::max);
        // The limit is shown unless the chart would be mostly empty for it.
        let shown = clock::days(first, last);
        let last = timetable
            .limit
            .filter(|it| clock::days(first, *it) <= shown + shown / 2)
            .map_or(last, |it| last.max(it));
        let per_day = (CHART / f64::from(clock::days(first, last) + 1)).min(24.0);
        Chart {
            journey,
            calendars,
            plan,
            timetable,
            lang,
            names,
            left,
            first,
            last,
            per_day,
        }
    }

    fn x(&self, day: Date) -> f64 {
        self.left + f64::from(clock::days(self.first, day)) * self.per_day
    }

    fn y(&self, row: usize) -> f64 {
        HEAD + ROW * row as f64
    }

    fn right(&self) -> f64 {
        self.left + f64::from(clock::days(self.first, self.last) + 1) * self.per_day
    }

    fn bottom(&self) -> f64 {
        self.y(self.names.len())
    }

    fn view(&self) -> Box {
        let legend: f64 = self
            .legend_items()
            .iter()
            .map(|(_, it)| 38.0 + text_width(it, TEXT))
            .sum();
        Box::new(
            0.0,
            0.0,
            (self.right() + 20.0).max(legend + 24.0),
            self.bottom() + 44.0,
        )
    }

    /// From the beginning of `from` to the end of `to`, in a row.
    fn bar(&self, row: usize, from: Date, to: Date, inset: f64) -> Box {
        Box {
            left: self.x(from),
            right: self.x(to) + self.per_day,
            top: self.y(row) + inset,
            bottom: self.y(row) + ROW - inset,
        }
    }

    /// Days off by the calendar of each row's place, and absences of its laboratory.
    fn shade(&self, svg: &mut Svg) {
        for (row, entry) in self.timetable.entries.iter().enumerate() {
            let visit = self.plan.circulation.visit(entry.visit);
            let place = &self.journey.laboratories[visit.place];
            let name = place.calendar.as_ref().or(self.journey.calendar.as_ref());
            let clock = Clock::new(name.and_then(|it| self.calendars.get(it)));
            let mut begin = None;
            for day in (0..=clock::days(self.first, self.last))
                .filter_map(|it| clock::later(self.first, it))
            {
                match (clock.is_working(day), begin) {
                    (false, None) => begin = Some(day),
                    (true, Some(from)) => {
                        svg.rect(
                            "off",
                            Box {
                                right: self.x(day),
                                ..self.bar(row, from, from, 0.0)
                            },
                            0.0,
                        );
                        begin = None;
                    }
                    _ => {}
                }
            }
            if let Some(from) = begin {
                svg.rect("off", self.bar(row, from, self.last, 0.0), 0.0);
            }
            for absence in &self.journey.laboratories[visit.laboratory].unavailable {
                let (from, to) = (absence.from.max(self.first), absence.to.min(self.last));
                if from <= to {
                    svg.rect("away", self.bar(row, from, to, 0.0), 0.0);
                }
            }
        }
    }

    fn axis(&self, svg: &mut Svg) {
        let mut free_from = f64::NEG_INFINITY;
        for day in
            (0..=clock::days(self.first, self.last)).filter_map(|it| clock::later(self.first, it))
        {
            if day.day() != 1 && day != self.first {
                continue;
            }
            let x = self.x(day);
            let label = if day.day() == 1 {
                format!("{:04}-{:02}", day.year(), day.month())
            } else {
                day.to_string()
            };
            svg.line("grid", point(x, HEAD - 6.0), point(x, self.bottom()), "");
            if x >= free_from {
                svg.text(
                    "faint",
                    point(x + 2.0, HEAD - 9.0),
                    11.0,
                    Anchor::Start,
                    &label,
                );
                free_from = x + text_width(&label, 11.0) + 8.0;
            }
        }
        for row in 0..=self.names.len() {
            svg.line(
                "grid",
                point(8.0, self.y(row)),
                point(self.right(), self.y(row)),
                "",
            );
        }
    }

    fn row(&self, svg: &mut Svg, row: usize, entry: &Entry) {
        let middle = self.y(row) + ROW / 2.0;
        svg.text(
            "ink",
            point(12.0, middle + 4.0),
            TEXT,
            Anchor::Start,
            &self.names[row],
        );
        for leg in self
            .timetable
            .legs
            .iter()
            .filter(|it| it.to == entry.visit && it.kind == LegKind::Transport)
        {
            let ends = (
                point(self.x(leg.dispatch), middle),
                point(self.x(leg.arrival), middle),
            );
            if ends.0.x < ends.1.x {
                svg.line("leg", ends.0, ends.1, " stroke-width=\"1.4\"");
            }
        }
        let leaves = entry
            .departure
            .and_then(|it| clock::later(it, -1))
            .unwrap_or(entry.end)
            .max(entry.end);
        svg.rect("wait", self.bar(row, entry.arrival, leaves, 6.0), 2.0);
        let critical = self.timetable.critical_path.contains(&entry.visit);
        svg.rect(
            if critical { "critical" } else { "window" },
            self.bar(row, entry.start, entry.end, 4.0),
            2.0,
        );
        if entry.total_slack > 0 {
            let from = self.bar(row, entry.end, leaves, 0.0).right;
            let to = (from + f64::from(entry.total_slack) * self.per_day).min(self.right());
            svg.line(
                "slack",
                point(from, middle),
                point(to, middle),
                " stroke-width=\"1.4\" stroke-dasharray=\"2 3\"",
            );
            svg.line(
                "slack",
                point(to, middle - 4.0),
                point(to, middle + 4.0),
                " stroke-width=\"1.4\"",
            );
        }
    }

    fn limit(&self, svg: &mut Svg) {
        if let Some(limit) = self.timetable.limit.filter(|it| *it <= self.last) {
            let x = self.x(limit) + self.per_day;
            svg.line(
                "limit",
                point(x, HEAD - 6.0),
                point(x, self.bottom()),
                " stroke-width=\"1.6\"",
            );
        }
    }

    fn legend_items(&self) -> [(&'static str, &'static str); 7] {
        match self.lang {
            Lang::Zh => [
                ("window", "测量"),
                ("critical", "关键路线"),
                ("wait", "在实验室等待"),
                ("leg", "运输"),
                ("slack", "总时差"),
                ("off", "休息日"),
                ("away", "不能接收"),
            ],
            Lang::En => [
                ("window", "measuring"),
                ("critical", "critical path"),
                ("wait", "waiting at the laboratory"),
                ("leg", "transport"),
                ("slack", "total slack"),
                ("off", "day off"),
                ("away", "laboratory away"),
            ],
        }
    }

    fn legend(&self, svg: &mut Svg) {
        let y = self.bottom() + 24.0;
        let mut x = 12.0;
        for (class, label) in self.legend_items() {
            let sample: (Point, Point) = (point(x, y), point(x + 18.0, y));
            match class {
                "leg" => svg.line(class, sample.0, sample.1, " stroke-width=\"1.4\""),
                "slack" => svg.line(
                    class,
                    sample.0,
                    sample.1,
                    " stroke-width=\"1.4\" stroke-dasharray=\"2 3\"",
                ),
                _ => svg.rect(class, Box::new(x, y - 6.0, 18.0, 12.0), 2.0),
            }
            svg.text("ink", point(x + 23.0, y + 4.0), TEXT, Anchor::Start, label);
            x += 38.0 + text_width(label, TEXT);
        }
    }
}
