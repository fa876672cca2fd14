//! XML from outside: limits before parsing, and places in it.

use std::sync::Arc;

use roxmltree::{Document, Node, ParsingOptions};

use super::finding::{Findings, Place, codes};
use crate::text::Text;

/// Deepest nesting of elements accepted.
pub(super) const DEEPEST: usize = 64;
/// Most attributes accepted in one element; the parser compares each with all others.
const MOST_ATTRIBUTES: usize = 64;
/// Most nodes accepted in one document.
const MOST_NODES: u32 = 1_000_000;
/// Most declarations of namespaces accepted; every element inherits a list of those around it.
const MOST_NAMESPACES: usize = 1_000;

/// Parses `text`, or tells why not: a document type declaration, too deep, too many attributes or nodes, not well-formed.
pub(super) fn parse<'a>(
    text: &'a str,
    place: &Place,
    findings: &mut Findings,
) -> Option<Document<'a>> {
    let lines = Lines::of(text);
    if let Some((offset, limit)) = beyond(text) {
        let (row, column) = lines.at(text, offset);
        findings.push(limit.finding(&place.at(row, column)));
        return None;
    }
    let options = ParsingOptions {
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    match Document::parse_with_options(text, options) {
        Ok(document) => Some(document),
        Err(roxmltree::Error::NodesLimitReached) => {
            findings.push(Limit::Nodes.finding(place));
            None
        }
        Err(error) => {
            let at = error.pos();
            findings.error(
                codes::XML_SYNTAX,
                &place.at(at.row, at.col),
                Text::new(
                    format!("XML 格式不正确：{error}"),
                    format!("the XML is not well-formed: {error}"),
                ),
                Text::new(
                    "文件可能不完整或被手工改动，请重新导出",
                    "the file may be cut off or edited by hand; export it again",
                ),
            );
            None
        }
    }
}

/// A limit that a document passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    DocumentType,
    Depth,
    Attributes,
    Namespaces,
    Nodes,
}

impl Limit {
    fn finding(self, place: &Place) -> super::Finding {
        let (zh, en) = match self {
            Limit::DocumentType => (
                "XML 中有文档类型声明（DTD）".to_string(),
                "the XML has a document type declaration (DTD)".to_string(),
            ),
            Limit::Depth => (
                format!("XML 元素嵌套超过 {DEEPEST} 层"),
                format!("the XML elements are nested deeper than {DEEPEST}"),
            ),
            Limit::Attributes => (
                format!("一个 XML 元素的属性超过 {MOST_ATTRIBUTES} 个"),
                format!("an XML element has more than {MOST_ATTRIBUTES} attributes"),
            ),
            Limit::Namespaces => (
                format!("XML 命名空间声明超过 {MOST_NAMESPACES} 个"),
                format!("the XML declares more than {MOST_NAMESPACES} namespaces"),
            ),
            Limit::Nodes => (
                format!("XML 节点超过 {MOST_NODES} 个"),
                format!("the XML has more than {MOST_NODES} nodes"),
            ),
        };
        let mend = Text::new(
            "这样的文件不予读取；请用常用软件重新导出",
            "such a file is not read; export it again with a common program",
        );
        super::Finding::error(codes::XML_LIMIT, place, Text::new(zh, en), mend)
    }
}

/// The first place where `text` passes a limit. Works on the bytes alone, in one pass, before anything is built.
fn beyond(text: &str) -> Option<(usize, Limit)> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut namespaces = 0_usize;
    let mut at = 0;
    while let Some(offset) = find(bytes, at, b"<") {
        let rest = bytes.get(offset..).unwrap_or(b"");
        at = if rest.starts_with(b"<!--") {
            find(bytes, offset + 4, b"-->").map_or(bytes.len(), |end| end + 3)
        } else if rest.starts_with(b"<![CDATA[") {
            find(bytes, offset + 9, b"]]>").map_or(bytes.len(), |end| end + 3)
        } else if rest.starts_with(b"<?") {
            find(bytes, offset + 2, b"?>").map_or(bytes.len(), |end| end + 2)
        } else if rest.starts_with(b"<!") {
            return Some((offset, Limit::DocumentType));
        } else if rest.starts_with(b"</") {
            depth = depth.saturating_sub(1);
            offset + 2
        } else {
            let tag = start_tag(rest);
            if tag.attributes > MOST_ATTRIBUTES {
                return Some((offset, Limit::Attributes));
            }
            namespaces += tag.namespaces;
            if namespaces > MOST_NAMESPACES {
                return Some((offset, Limit::Namespaces));
            }
            depth += usize::from(!tag.empty);
            if depth > DEEPEST {
                return Some((offset, Limit::Depth));
            }
            offset + tag.length
        };
    }
    None
}

fn find(bytes: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(needle.len())
        .position(|window| window == needle)
        .map(|position| from + position)
}

struct Tag {
    length: usize,
    attributes: usize,
    namespaces: usize,
    empty: bool,
}

/// Reads one start tag up to its `>`, minding that `>` may stand inside quotation marks.
fn start_tag(rest: &[u8]) -> Tag {
    let mut quote = None;
    let mut attributes = 0;
    let mut end = rest.len();
    for (position, byte) in rest.iter().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'=') => attributes += 1,
            (None, b'>') => {
                end = position + 1;
                break;
            }
            (None, _) => {}
        }
    }
    let tag = rest.get(..end).unwrap_or(rest);
    Tag {
        length: end,
        attributes,
        namespaces: tag.windows(5).filter(|window| window == b"xmlns").count(),
        empty: tag.ends_with(b"/>"),
    }
}

/// Finds line and character of a byte offset quickly, also in a file of one very long line.
#[derive(Debug)]
pub(super) struct Lines {
    /// Byte offset of the start of each line.
    starts: Vec<usize>,
    /// Number of characters before each block of bytes.
    characters: Vec<usize>,
}

/// Bytes in one block of [`Lines::characters`].
const BLOCK: usize = 512;

impl Lines {
    pub(super) fn of(text: &str) -> Lines {
        let mut starts = vec![0];
        let mut characters = Vec::with_capacity(text.len() / BLOCK + 1);
        let mut count = 0;
        for (offset, byte) in text.bytes().enumerate() {
            if offset % BLOCK == 0 {
                characters.push(count);
            }
            count += usize::from(first_of_character(byte));
            if byte == b'\n' {
                starts.push(offset + 1);
            }
        }
        Lines { starts, characters }
    }

    /// Line and character of `offset` in `text`, both from 1.
    pub(super) fn at(&self, text: &str, offset: usize) -> (u32, u32) {
        let line = self
            .starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let column = self
            .before(text, offset)
            .saturating_sub(self.before(text, start));
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(1);
        (count(line), count(column))
    }

    fn before(&self, text: &str, offset: usize) -> usize {
        let block = (offset / BLOCK).min(self.characters.len().saturating_sub(1));
        let counted = self.characters.get(block).copied().unwrap_or(0);
        let rest = text
            .as_bytes()
            .get(block * BLOCK..offset.min(text.len()))
            .unwrap_or(b"");
        counted
            + rest
                .iter()
                .filter(|byte| first_of_character(**byte))
                .count()
    }
}

fn first_of_character(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// The first child element called `name`, in any namespace.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children()
        .find(|n| n.is_element() && n.tag_name().name() == name)
}

/// The text of an element, trimmed; of its direct children only.
pub(super) fn text(node: Node<'_, '_>) -> String {
    let parts: String = node
        .children()
        .filter(Node::is_text)
        .filter_map(|n| n.text())
        .collect();
    parts.trim().to_string()
}

/// An element's own name, as a column name.
pub(super) fn name(node: Node<'_, '_>) -> Arc<str> {
    Arc::from(node.tag_name().name())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> Option<&'static str> {
        let mut findings = Findings::new("f.xml");
        let place = Place::file("f.xml");
        let parsed = parse(text, &place, &mut findings).is_some();
        let code = findings.finish().first().map(|f| f.code);
        assert_eq!(parsed, code.is_none());
        code
    }

    #[test]
    fn hostile_documents_are_refused_before_parsing() {
        assert_eq!(
            code("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"),
            Some("D0071")
        );
        assert_eq!(code(&"<a>".repeat(DEEPEST + 1)), Some("D0071"));
        let attributes: String = (0..=MOST_ATTRIBUTES)
            .map(|n| format!(" a{n}=\"\""))
            .collect();
        assert_eq!(code(&format!("<a{attributes}/>")), Some("D0071"));
        let namespaces = "<b xmlns:p=\"u\"/>".repeat(MOST_NAMESPACES + 1);
        assert_eq!(code(&format!("<a>{namespaces}</a>")), Some("D0071"));
        assert_eq!(code("<a><b></a>"), Some("D0070"));
        assert_eq!(code(""), Some("D0070"));
    }

    #[test]
    fn a_start_tag_is_not_fooled_by_its_attributes_or_by_comments() {
        assert_eq!(
            code("<a x='>' y=\"=========\"><!-- <!DOCTYPE --><![CDATA[<b><b>]]></a>"),
            None
        );
        let wide = format!("<a>{}</a>", "<b/>".repeat(1_000));
        assert_eq!(code(&wide), None);
    }

    proptest! {
        #[test]
        fn places_agree_with_counting(text in "[a\\n测é]{0,1500}", share in 0.0..1.0_f64) {
            let lines = Lines::of(&text);
            let wanted = (text.chars().count() as f64 * share) as usize;
            let offset = text.char_indices().nth(wanted).map_or(text.len(), |(offset, _)| offset);
            let before = text.split_at(offset).0;
            let row = before.matches('\n').count() as u32 + 1;
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
            prop_assert_eq!(lines.at(&text, offset), (row, column));
        }
    }
}
