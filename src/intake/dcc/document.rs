//! The parts of a digital calibration certificate that a comparison needs.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

use super::quantity::{MOST_CELLS, Reader, is_si_data};
use super::value::SiData;
use super::{DCC_NAMESPACE, SIGNATURE_NAMESPACE};
use crate::intake::encoding::{too_large, utf8};
use crate::intake::finding::{Findings, Place, codes, file_name, shown, visible};
use crate::intake::xml::{self, Lines};
use crate::intake::{Cell, Finding, LARGEST_FILE, Signature};
use crate::text::Text;

/// A text by language (`de`, `en`, `zh`); the empty language where none is stated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names(pub BTreeMap<String, String>);

impl Names {
    /// The Chinese and the English text, or any other in place of both.
    pub fn text(&self) -> Text {
        let zh = self
            .0
            .iter()
            .find(|(lang, _)| lang.starts_with("zh"))
            .map(|(_, text)| text.as_str());
        let en = self.0.get("en").map(String::as_str);
        let any = self.0.values().next().map_or("", String::as_str);
        match (zh, en) {
            (None, None) => Text::same(any),
            _ => Text::new(zh.unwrap_or(""), en.unwrap_or("")),
        }
    }

    /// Whether `name` is the text in one of the languages.
    pub fn contains(&self, name: &str) -> bool {
        self.0.values().any(|text| text == name)
    }
}

/// An identification of an item, a laboratory or a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identification {
    /// Who gave it: `manufacturer`, `calibrationLaboratory`, `customer`, …
    pub issuer: String,
    /// The identification itself.
    pub value: Cell,
    /// What it is.
    pub name: Names,
}

/// The part of the certificate that a quantity belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Section {
    /// A result.
    Result,
    /// Data about a quantity, such as the point it belongs to.
    MetaData,
    /// An influence condition.
    InfluenceCondition,
    /// A statement, such as a range of validity.
    Statement,
    /// Measuring equipment.
    Equipment,
    /// Anything else.
    #[default]
    Other,
}

/// A `dcc:quantity`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// Where it stands.
    pub place: Place,
    /// The part of the certificate.
    pub section: Section,
    /// XML identifier.
    pub id: Option<String>,
    /// Its own `refType` words (`basic_measuredValue`).
    pub ref_types: Vec<String>,
    /// The `refType` words of what it stands in: metadata, list, result, condition.
    pub enclosing: Vec<String>,
    /// Its name.
    pub name: Names,
    /// Number of the `dcc:result`, from 1 in the order of the file.
    pub result: Option<usize>,
    /// Number of the innermost `dcc:list`, from 1 in the order of the file.
    pub list: Option<usize>,
    /// The value; `None` for a text.
    pub data: Option<SiData>,
}

/// A digital calibration certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DccDocument {
    /// Name of the file, without its folder.
    pub file: String,
    /// Version of the schema it was made for.
    pub version: String,
    /// Unique identifier of the certificate.
    pub unique_identifier: Option<Cell>,
    /// Identifications of the certificate (order number, plan, …).
    pub identifications: Vec<Identification>,
    /// First day of the calibration.
    pub begin_date: Option<Cell>,
    /// Last day of the calibration.
    pub end_date: Option<Cell>,
    /// Date of issue.
    pub issue_date: Option<Cell>,
    /// The calibration laboratory.
    pub laboratory: Names,
    /// Persons responsible; the main signer first.
    pub signers: Vec<Cell>,
    /// The items calibrated: name and identifications.
    pub items: Vec<(Names, Vec<Identification>)>,
    /// All quantities, in the order of the file.
    pub quantities: Vec<Quantity>,
    /// Whether there is a signature.
    pub signature: Signature,
}

/// Reads a digital calibration certificate. `None` when the file is refused as a whole: too large, not UTF-8, not well-formed, with a
/// document type declaration, too deep, or not a certificate of version 3.1 or later.
pub fn read_dcc(bytes: &[u8], file: &str) -> (Option<DccDocument>, Vec<Finding>) {
    let mut document = None;
    let findings = with_root(bytes, file, |reader, root| {
        document = certificate(reader, root)
    });
    (document, findings)
}

/// Reads the outermost D-SI elements of any XML file, in the order of the file.
pub fn read_dsi(bytes: &[u8], file: &str) -> (Vec<SiData>, Vec<Finding>) {
    let mut found = Vec::new();
    let findings = with_root(bytes, file, |reader, root| {
        outermost(reader, root, &mut found)
    });
    (found, findings)
}

fn outermost(reader: &mut Reader<'_>, node: Node<'_, '_>, found: &mut Vec<SiData>) {
    if is_si_data(node) {
        found.push(reader.data(node));
    } else {
        for child in node.children().filter(Node::is_element) {
            outermost(reader, child, found);
        }
    }
}

/// Parses `bytes` and hands the root element to `work`, unless the file is refused.
fn with_root(
    bytes: &[u8],
    file: &str,
    work: impl FnOnce(&mut Reader<'_>, Node<'_, '_>),
) -> Vec<Finding> {
    let name = file_name(file);
    let whole = Place::file(&name);
    let mut findings = Findings::new(&name);
    if bytes.len() > LARGEST_FILE {
        findings.push(too_large(&whole, bytes.len()));
        return findings.finish();
    }
    let mend = Text::new(
        "请由出具证书的软件以 UTF-8 编码重新导出",
        "export the certificate again with encoding UTF-8",
    );
    let Some(text) = utf8(bytes, &whole, mend, &mut findings) else {
        return findings.finish();
    };
    let parsed: Option<Document<'_>> = xml::parse(text, &whole, &mut findings);
    let Some(parsed) = parsed else {
        return findings.finish();
    };
    let mut reader = Reader {
        text,
        lines: Lines::of(text),
        whole,
        context: String::new(),
        findings,
        cells_left: MOST_CELLS,
    };
    work(&mut reader, parsed.root_element());
    reader.findings.finish()
}

fn certificate(reader: &mut Reader<'_>, root: Node<'_, '_>) -> Option<DccDocument> {
    if root.tag_name().name() != "digitalCalibrationCertificate"
        || root.tag_name().namespace() != Some(DCC_NAMESPACE)
    {
        let place = reader.place(root);
        let found = shown(root.tag_name().name());
        reader.findings.error(
            codes::NOT_DCC,
            &place,
            Text::new(format!("根元素是 {found}，不是数字校准证书（{DCC_NAMESPACE}）"), format!("the root element is {found}, not a digital calibration certificate ({DCC_NAMESPACE})")),
            Text::new("请提交 DCC 3.1 至 3.3 的证书，或用结果表提交", "send a certificate of DCC 3.1 to 3.3, or use the result form"),
        );
        return None;
    }
    let version = visible(root.attribute("schemaVersion").unwrap_or(""));
    check_version(reader, root, &version)?;
    let admin = xml::child(root, "administrativeData");
    let core = admin.and_then(|node| xml::child(node, "coreData"));
    let unique_identifier = required(reader, core.unwrap_or(root), "uniqueIdentifier");
    let begin_date = required(reader, core.unwrap_or(root), "beginPerformanceDate");
    let end_date = required(reader, core.unwrap_or(root), "endPerformanceDate");
    let contact = admin
        .and_then(|node| xml::child(node, "calibrationLaboratory"))
        .and_then(|node| xml::child(node, "contact"));
    let laboratory = contact
        .and_then(|node| xml::child(node, "name"))
        .map(names)
        .unwrap_or_default();
    if laboratory.0.is_empty() {
        reader.missing(admin.unwrap_or(root), "calibrationLaboratory/contact/name");
    }
    if let Some(core) = core {
        check_languages(reader, core);
    }
    let signature = signature(reader, root, &version);
    let mut walk = Walk {
        quantities: Vec::new(),
        results: 0,
        lists: 0,
    };
    walk.children(reader, root, &Context::default());
    if xml::child(root, "measurementResults").is_none() {
        reader.missing(root, "measurementResults");
    }
    Some(DccDocument {
        file: reader.whole.file.to_string(),
        version,
        unique_identifier,
        identifications: core
            .map(|node| identifications(reader, node))
            .unwrap_or_default(),
        begin_date,
        end_date,
        issue_date: core
            .and_then(|node| xml::child(node, "issueDate"))
            .map(|node| reader.cell(node)),
        laboratory,
        signers: admin.map(|node| signers(reader, node)).unwrap_or_default(),
        items: admin.map(|node| items(reader, node)).unwrap_or_default(),
        quantities: walk.quantities,
        signature,
    })
}

/// Accepts 3.1 to 3.3; a later 3.x is read with a warning.
fn check_version(reader: &mut Reader<'_>, root: Node<'_, '_>, version: &str) -> Option<()> {
    let mut numbers = version
        .split(['.', '-'])
        .map(|part| part.parse::<u32>().ok());
    let place = reader.place(root);
    let mend = Text::new(
        "请按 DCC 3.1 至 3.3 出具证书，或用结果表提交",
        "issue the certificate as DCC 3.1 to 3.3, or use the result form",
    );
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(3), Some(1..=3)) => Some(()),
        (Some(3), Some(minor)) if minor > 3 => {
            reader.findings.warning(
                codes::DCC_VERSION,
                &place,
                Text::new(
                    format!("证书版本 {version} 比可读的 3.3 新"),
                    format!("the certificate has version {version}, newer than 3.3"),
                ),
                mend,
            );
            Some(())
        }
        _ => {
            reader.findings.error(
                codes::DCC_VERSION,
                &place,
                Text::new(
                    format!("证书版本是“{}”，可读的是 3.1 至 3.3", shown(version)),
                    format!(
                        "the certificate has version `{}`; 3.1 to 3.3 can be read",
                        shown(version)
                    ),
                ),
                mend,
            );
            None
        }
    }
}

/// A language that is mandatory must be one of those used (a business rule of the DCC that its schema cannot express).
fn check_languages(reader: &mut Reader<'_>, core: Node<'_, '_>) {
    let used: Vec<String> = languages(core, "usedLangCodeISO639_1")
        .map(xml::text)
        .collect();
    for node in languages(core, "mandatoryLangCodeISO639_1") {
        let mandatory = xml::text(node);
        if !used.contains(&mandatory) {
            let place = reader.place(node);
            let lang = shown(&mandatory);
            reader.findings.warning(
                codes::MISSING_ELEMENT,
                &place,
                Text::new(
                    format!("规定语言 {lang} 不在所用语言之中"),
                    format!("the mandatory language {lang} is not one of the languages used"),
                ),
                Text::new(
                    "请由出具证书的软件改正",
                    "let the program that makes the certificate mend it",
                ),
            );
        }
    }
}

fn languages<'a, 'i: 'a>(
    core: Node<'a, 'i>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    core.children()
        .filter(move |node| node.tag_name().name() == name)
}

fn required(reader: &mut Reader<'_>, node: Node<'_, '_>, name: &str) -> Option<Cell> {
    let cell = xml::child(node, name)
        .map(|child| reader.cell(child))
        .filter(|cell| !cell.is_empty());
    if cell.is_none() {
        reader.missing(node, name);
    }
    cell
}

fn signature(reader: &mut Reader<'_>, root: Node<'_, '_>, version: &str) -> Signature {
    let signed = root.descendants().find(|node| {
        node.tag_name().name() == "Signature"
            && node.tag_name().namespace() == Some(SIGNATURE_NAMESPACE)
    });
    let Some(signed) = signed else {
        return Signature::Absent;
    };
    let place = reader.place(signed);
    reader.findings.note(
        codes::SIGNATURE,
        &place,
        Text::new(
            "证书带有电子签名，未验证",
            "the certificate carries an electronic signature, which has not been verified",
        ),
        Text::new(
            "请用专门软件验证签名后再采信",
            "verify the signature with a program made for it before relying on it",
        ),
    );
    if version.starts_with("3.1") {
        reader.findings.warning(
            codes::DCC_VERSION,
            &reader.place(root),
            Text::new(
                format!("版本 {version} 的模式中没有签名的位置"),
                format!("the schema of version {version} has no place for a signature"),
            ),
            Text::new(
                "签名证书请用 3.2.0 或更高版本",
                "sign certificates of version 3.2.0 or later",
            ),
        );
    }
    Signature::PresentNotVerified
}

/// The texts of a name by language; of several in one language the first.
fn names(node: Node<'_, '_>) -> Names {
    let mut names = BTreeMap::new();
    for content in node.children().filter(|n| n.tag_name().name() == "content") {
        let lang = content.attribute("lang").unwrap_or("").to_lowercase();
        names
            .entry(lang)
            .or_insert_with(|| visible(&xml::text(content)));
    }
    Names(names)
}

fn identifications(reader: &mut Reader<'_>, node: Node<'_, '_>) -> Vec<Identification> {
    let list = xml::child(node, "identifications")
        .into_iter()
        .flat_map(|list| list.children());
    list.filter(|n| n.tag_name().name() == "identification")
        .filter_map(|n| {
            let value = reader.cell(xml::child(n, "value")?);
            let issuer = xml::child(n, "issuer")
                .map(|n| visible(&xml::text(n)))
                .unwrap_or_default();
            Some(Identification {
                issuer,
                value,
                name: xml::child(n, "name").map(names).unwrap_or_default(),
            })
        })
        .collect()
}

fn signers(reader: &mut Reader<'_>, admin: Node<'_, '_>) -> Vec<Cell> {
    let persons = xml::child(admin, "respPersons")
        .into_iter()
        .flat_map(|list| list.children())
        .filter(Node::is_element);
    let mut signers: Vec<(bool, Cell)> = persons
        .filter_map(|person| {
            let main = xml::child(person, "mainSigner")
                .is_some_and(|n| matches!(xml::text(n).as_str(), "true" | "1"));
            let name = xml::child(xml::child(person, "person")?, "name")?;
            Some((main, reader.cell(xml::child(name, "content")?)))
        })
        .collect();
    signers.sort_by_key(|(main, _)| !main);
    signers.into_iter().map(|(_, cell)| cell).collect()
}

fn items(reader: &mut Reader<'_>, admin: Node<'_, '_>) -> Vec<(Names, Vec<Identification>)> {
    let items = xml::child(admin, "items")
        .into_iter()
        .flat_map(|list| list.children())
        .filter(|n| n.tag_name().name() == "item");
    items
        .map(|item| {
            (
                xml::child(item, "name").map(names).unwrap_or_default(),
                identifications(reader, item),
            )
        })
        .collect()
}

/// Where the walk through the certificate is.
#[derive(Debug, Clone, Default)]
struct Context {
    section: Section,
    enclosing: Vec<String>,
    result: Option<usize>,
    list: Option<usize>,
}

/// Collects the quantities of a certificate.
struct Walk {
    quantities: Vec<Quantity>,
    results: usize,
    lists: usize,
}

impl Walk {
    fn children(&mut self, reader: &mut Reader<'_>, node: Node<'_, '_>, context: &Context) {
        for child in node
            .children()
            .filter(|n| n.tag_name().namespace() == Some(DCC_NAMESPACE))
        {
            let mut inner = context.clone();
            match child.tag_name().name() {
                "result" => {
                    self.results += 1;
                    inner.result = Some(self.results);
                    inner.section = Section::Result;
                }
                "list" => {
                    self.lists += 1;
                    inner.list = Some(self.lists);
                }
                "metaData" => inner.section = Section::MetaData,
                "influenceCondition" => inner.section = Section::InfluenceCondition,
                "statement" => inner.section = Section::Statement,
                "measuringEquipment" => inner.section = Section::Equipment,
                "quantity" => {
                    self.quantity(reader, child, &inner);
                    continue;
                }
                _ => {}
            }
            inner.enclosing.extend(words(child));
            self.children(reader, child, &inner);
        }
    }

    fn quantity(&mut self, reader: &mut Reader<'_>, node: Node<'_, '_>, context: &Context) {
        let ref_types: Vec<String> = words(node).collect();
        let name = xml::child(node, "name").map(names).unwrap_or_default();
        reader.context = shown(&ref_types.first().cloned().unwrap_or_else(|| name.text().en));
        let data = node
            .children()
            .find(|n| is_si_data(*n))
            .map(|n| reader.data(n));
        if let Some(relative) = xml::child(node, "relativeUncertainty") {
            let place = reader.place(relative);
            reader.findings.warning(
                codes::NOT_READ,
                &place,
                Text::new(
                    "相对不确定度没有读取",
                    "the relative uncertainty is not read",
                ),
                Text::new(
                    "请在证书中给出绝对的不确定度",
                    "state the absolute uncertainty in the certificate",
                ),
            );
        }
        let place = reader.place(node);
        reader.context = String::new();
        self.quantities.push(Quantity {
            place,
            section: context.section,
            id: node.attribute("id").map(visible),
            ref_types,
            enclosing: context.enclosing.clone(),
            name,
            result: context.result,
            list: context.list,
            data,
        });
        self.children(reader, node, context);
    }
}

/// Most words of a `refType`, and most characters of one, that are read: every quantity carries those of all elements around it.
const MOST_WORDS: usize = 16;
const LONGEST_WORD: usize = 80;

/// The words of the `refType` attribute, which are separated by blanks.
fn words<'a>(node: Node<'a, '_>) -> impl Iterator<Item = String> + 'a {
    node.attribute("refType")
        .unwrap_or("")
        .split_whitespace()
        .take(MOST_WORDS)
        .map(|word| {
            word.chars()
                .filter(|c| !c.is_control())
                .take(LONGEST_WORD)
                .collect()
        })
}
