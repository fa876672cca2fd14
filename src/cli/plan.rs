//! `bidui plan FILE -o DIR`, and `--replan LOG.csv` while the comparison is under way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;

use super::documents::{Fault, Wanted};
use super::release::{Release, Tested};
use super::{Status, files, project, replan, terminal};
use crate::check::{Checked, ladder};
use crate::circulation::export::Stamp;
use crate::circulation::{self, export, picture};
use crate::compile::Compiled;
use crate::diagnostic::{Code, Diagnostic};
use crate::intake;
use crate::model::rules::Consequence;
use crate::plan::{self, json};
use crate::report::{self, Drawings, Pictures, Templates};
use crate::source::Sources;
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Plan {
    /// The protocol 方案
    file: PathBuf,
    /// Folder to write to 输出文件夹
    #[arg(short, long)]
    output: PathBuf,
    /// What really happened, in the log.csv that a plan comes with: dates that are past stay, the rest is planned anew 按传递记录重排日期
    #[arg(long, value_name = "LOG.csv")]
    replan: Option<PathBuf>,
    /// What the loggers recorded on the way: filled-in forms of the folder `monitoring`, or a folder of them 运输监测记录
    #[arg(long, value_name = "FILE|DIR", requires = "replan")]
    monitoring: Vec<PathBuf>,
    #[command(flatten)]
    tested: Tested,
    #[command(flatten)]
    documents: Wanted,
}

impl Plan {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        let (compiled, issued) = match compiled(&self.file, asked) {
            Ok(found) => found,
            Err(status) => return status,
        };
        let mut anew = match &self.replan {
            Some(log) => match replan::anew(log, &compiled, &issued, lang) {
                Ok(anew) => Some(anew),
                Err(status) => return status,
            },
            None => None,
        };
        let mut wrong = (anew.iter().flat_map(|it| &it.diagnostics)).any(Diagnostic::is_error);
        if let Some(plan) = anew.as_mut().and_then(|it| it.plan.as_mut()) {
            match replan::monitored(&self.monitoring, plan, &issued, lang) {
                Ok(sound) => wrong |= !sound,
                Err(status) => return status,
            }
        }
        let (checked, plan) = match (&anew, compiled.protocols.first()) {
            (Some(anew), _) => (Some(&anew.checked), anew.plan.as_ref()),
            (None, checked) => (checked, Some(&issued)),
        };
        let (Some(checked), Some(plan)) = (checked, plan) else {
            return Status::Findings;
        };
        let issued_journey = compiled.protocols.first().map(|it| &it.journey);
        let before = issued_journey.filter(|_| anew.is_some());
        let templates = match self.documents.templates(lang) {
            Ok(templates) => templates,
            Err(status) => return status,
        };
        let release = match self.tested.release(&issued, self.replan.is_some(), lang) {
            Ok(release) => release,
            Err(status) => return status,
        };
        let mut outputs =
            match outputs(checked, before, plan, &release, &self.documents, &templates) {
                Ok(outputs) => outputs,
                Err(fault) => return fault.report(lang),
            };
        let log = intake::write_log(&issued, plan, compiled.language());
        outputs.insert("log.csv".to_owned(), log.into_bytes());
        for (name, form) in intake::monitoring_forms(plan) {
            outputs.insert(format!("monitoring/{name}"), form.into_bytes());
        }
        let moved = report::moved(plan, lang).unwrap_or_default();
        let summary = orders(plan, lang) + &moved;
        if !files::deliver(&self.output, &outputs, &summary, lang) {
            return Status::Failed;
        }
        terminal::print(&format!("{}\n", plan.digest));
        terminal::report(&release.withheld, &Sources::default(), lang);
        // Papers that wait for tests still to be made are in order; tests that were not passed are not.
        let failed = release.tested.is_some() && !release.is_given();
        if wrong || failed {
            Status::Findings
        } else {
            Status::Fine
        }
    }
}

/// How the order of each artefact's laboratories was found where it is not the author's, a line each.
fn orders(plan: &plan::Plan, lang: Lang) -> String {
    let orders = plan.content.circulation.orders.iter();
    orders
        .map(|(artefact, ordered)| format!("{artefact}  {}\n", ordered.text().get(lang)))
        .collect()
}

/// Compiles a file and builds its plan; findings are reported, and the status says why there is none.
pub(super) fn compiled(path: &Path, asked: Option<Lang>) -> Result<(Compiled, plan::Plan), Status> {
    let lang = terminal::language(asked);
    let (compiled, _) = project::compiled(path, lang).ok_or(Status::Failed)?;
    let lang = asked
        .or_else(terminal::locale)
        .unwrap_or(compiled.language());
    let shown: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .cloned()
        .collect();
    terminal::report(&shown, &compiled.sources, lang);
    if compiled.protocols.is_empty() && compiled.is_sound() {
        terminal::fail(
            Code::MissingStatement,
            Text::new(
                format!("`{}` 中没有方案", path.display()),
                format!("there is no protocol in `{}`", path.display()),
            ),
            Text::new(
                "写 `规程 名称 1.0.0 { … }`",
                "write `protocol NAME 1.0.0 { … }`",
            ),
            lang,
        );
        return Err(Status::Failed);
    }
    match compiled.plan() {
        Some(plan) => Ok((compiled, plan)),
        None => Err(Status::Findings),
    }
}

/// Every file of a plan by its name.
///
/// `before` is the journey as it was issued, where `checked` has it planned anew.
fn outputs(
    checked: &Checked,
    before: Option<&circulation::Plan>,
    plan: &plan::Plan,
    release: &Release,
    wanted: &Wanted,
    templates: &Templates,
) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    let (written, journey) = (&checked.written, &checked.journey);
    let mut outputs = BTreeMap::new();
    let mut add = |name: String, bytes: Vec<u8>| {
        outputs.insert(name, bytes);
    };
    let archived = json::write(plan).into_bytes();
    add("plan.schema.json".to_owned(), json::schema().into_bytes());
    add(
        "schedule.csv".to_owned(),
        export::csv(&written.journey, journey, Lang::En).into_bytes(),
    );
    add(
        "circulation.dot".to_owned(),
        export::dot(&written.journey, journey, Lang::Zh).into_bytes(),
    );
    add(
        "circulation.mmd".to_owned(),
        export::mermaid_graph(&written.journey, journey, Lang::Zh).into_bytes(),
    );
    let consequences = ladder::in_effect(&checked.protocol);
    let words = &plan.content.wording.verdicts;
    add(
        "consequences.mmd".to_owned(),
        ladder::picture::mermaid(&consequences, words, Lang::Zh).into_bytes(),
    );
    let press = wanted.press()?;
    let data = [report::Data {
        name: "plan.json",
        description: "the plan from which this document was made",
        json: &archived,
    }];
    let origin = report::Origin {
        day: issue_day(plan),
        data: &data,
    };
    for lang in [Lang::Zh, Lang::En] {
        let drawings = drawings(checked, &consequences, words, lang);
        let mut documents = report::documents(plan, lang, templates, &drawings)?;
        if release.is_given() {
            let tested = release.tested.as_ref();
            documents.extend(report::dispatch_documents(
                plan, tested, lang, templates, &drawings,
            )?);
        }
        let illustrations = press.illustrations(drawings.all())?;
        for (name, document) in documents {
            for (name, bytes) in press.files(&name, document, &illustrations, &origin)? {
                add(name, bytes);
            }
        }
        for (name, svg) in drawings.all() {
            add(name, svg.into_bytes());
        }
    }
    for (name, text) in calendars(checked, before, plan) {
        add(name, text.into_bytes());
    }
    let laboratories = plan.content.laboratories.iter();
    let forms = laboratories.filter_map(|l| Some(("forms", report::forms(plan, &l.id)?)));
    let tests = report::pretest_form(plan).map(|form| ("pretests", form));
    for (folder, form) in forms.chain(tests) {
        let name = format!("{folder}/{}", form.laboratory);
        let csv = intake::write_csv_form(&form).into_bytes();
        add(format!("{name}.csv"), csv);
        let workbook = intake::write_form(&form)
            .map_err(|error| Fault::of_writing(Text::same(error.to_string())))?;
        add(format!("{name}.xlsx"), workbook);
    }
    add("plan.json".to_owned(), archived);
    Ok(outputs)
}

/// The day that documents and calendars name as their own, since there is no clock: the first day of the circulation, and of a plan made
/// anew the day up to which its log reaches.
fn issue_day(plan: &plan::Plan) -> Date {
    let circulation = &plan.content.circulation;
    let revision = circulation.revision.as_ref();
    revision.map_or(circulation.start, |it| it.as_of)
}

/// A calendar for each laboratory that is visited, and one of everything for the pilot.
fn calendars(
    checked: &Checked,
    before: Option<&circulation::Plan>,
    plan: &plan::Plan,
) -> BTreeMap<String, String> {
    let (written, journey) = (&checked.written.journey, &checked.journey);
    let revision = plan.content.circulation.revision.as_ref();
    let stamp = Stamp {
        issued: issue_day(plan).at(0, 0, 0, 0),
        sequence: revision.map_or(0, |it| it.number),
    };
    let mut files = BTreeMap::new();
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let file =
            |laboratory| export::calendar_file(written, journey, before, laboratory, stamp, lang);
        for (index, laboratory) in written.laboratories.iter().enumerate() {
            let mut visits = journey.circulation.visits();
            if laboratory.id != written.pilot && visits.any(|(_, it)| it.laboratory == index) {
                files.insert(
                    format!("calendar/{}.{suffix}.ics", laboratory.id),
                    file(Some(index)),
                );
            }
        }
        files.insert(format!("pilot/calendar.{suffix}.ics"), file(None));
    }
    files
}

/// The pictures of a plan in one language.
fn drawings(
    checked: &Checked,
    consequences: &[Consequence],
    words: &ladder::words::Words,
    lang: Lang,
) -> Drawings {
    let (written, journey) = (&checked.written, &checked.journey);
    let suffix = match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    };
    let artefacts = &written.journey.artefacts;
    let circulation = artefacts.iter().enumerate().map(|(index, artefact)| {
        let name = match artefacts.len() {
            1 => format!("circulation.{suffix}.svg"),
            _ => format!("circulation.{}.{suffix}.svg", artefact.id),
        };
        (name, picture::graph(&written.journey, journey, index, lang))
    });
    let timetable = picture::gantt(&written.journey, &written.calendars, journey, lang);
    let ladders =
        (!consequences.is_empty()).then(|| ladder::picture::svg(consequences, words, lang));
    let map = picture::map(&written.journey, journey, lang);
    Drawings {
        circulation: circulation.collect(),
        map: (map.into_iter())
            .map(|svg| (format!("map.{suffix}.svg"), svg))
            .collect(),
        timetable: Pictures::from([(format!("gantt.{suffix}.svg"), timetable)]),
        consequences: ladders
            .map(|svg| (format!("consequences.{suffix}.svg"), svg))
            .into_iter()
            .collect(),
    }
}
