//! Writes SVG elements.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::geometry::{Box, Point};

const FONTS: &str =
    "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif";

/// Light colours, and the dark ones for readers who prefer them. Plain class rules, because not every renderer knows variables.
const LIGHT: &str = "\
.paper{fill:#ffffff}.ink{fill:#1b1f24}.faint{fill:#5b6470}.node{fill:#eef4fb;stroke:#2a6fb0}.pilot{fill:#2a6fb0;stroke:#2a6fb0}\
.onpilot{fill:#ffffff}.leg{stroke:#4b5563;fill:none}.tip{fill:#4b5563}.grid{stroke:#d5dae0;fill:none}.off{fill:#e9ecf0}\
.halo{stroke:#ffffff;stroke-width:3px;paint-order:stroke}\
.away{fill:#f6d5d5}.window{fill:#2a6fb0}.critical{fill:#c2410c}.wait{fill:#ffffff;stroke:#2a6fb0}.slack{stroke:#6b7280;fill:none}\
.limit{stroke:#b91c1c;fill:none}.c0{stroke:#2a6fb0}.c1{stroke:#c2410c}.c2{stroke:#15803d}.c3{stroke:#7e22ce}.c4{stroke:#a16207}\
.c5{stroke:#0e7490}";
const DARK: &str = "\
@media (prefers-color-scheme:dark){\
.paper{fill:#14181d}.ink{fill:#e8ebef}.faint{fill:#9aa4b1}.node{fill:#1d2b3a;stroke:#6aa9e6}.pilot{fill:#6aa9e6;stroke:#6aa9e6}\
.onpilot{fill:#10141a}.leg{stroke:#a5aebb}.tip{fill:#a5aebb}.grid{stroke:#333b45}.off{fill:#222932}.away{fill:#4a2426}\
.window{fill:#6aa9e6}.critical{fill:#f08a4b}.wait{fill:#14181d;stroke:#6aa9e6}.slack{stroke:#9aa4b1}.limit{stroke:#f87171}\
.halo{stroke:#14181d}.c0{stroke:#6aa9e6}.c1{stroke:#f08a4b}.c2{stroke:#4ade80}.c3{stroke:#c084fc}.c4{stroke:#facc15}.c5{stroke:#22d3ee}}";

/// How a text is aligned to its point.
#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// An SVG picture while it is drawn.
#[derive(Default)]
pub struct Svg {
    body: String,
}

impl Svg {
    pub fn rect(&mut self, class: &str, area: Box, radius: f64) {
        let (x, y) = (n(area.left), n(area.top));
        let (w, h) = (n(area.width()), n(area.height()));
        self.add(format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{}\"/>",
            n(radius)
        ));
    }

    pub fn circle(&mut self, class: &str, centre: Point, radius: f64) {
        let (x, y, r) = (n(centre.x), n(centre.y), n(radius));
        self.add(format_args!(
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>"
        ));
    }

    /// A line; `extra` are further attributes such as dashes.
    pub fn line(&mut self, class: &str, from: Point, to: Point, extra: &str) {
        let (x1, y1, x2, y2) = (n(from.x), n(from.y), n(to.x), n(to.y));
        self.add(format_args!(
            "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"{extra}/>"
        ));
    }

    /// A line through all the points; `extra` are further attributes such as dashes.
    pub fn curve(&mut self, class: &str, points: &[Point], extra: &str) {
        let mut path = String::new();
        for (index, at) in points.iter().enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            path.push_str(&format!("{command}{} {}", n(at.x), n(at.y)));
        }
        self.add(format_args!(
            "<path class=\"{class}\" fill=\"none\" d=\"{path}\"{extra}/>"
        ));
    }

    /// A text of `size` pixels whose baseline passes through `at`.
    pub fn text(&mut self, class: &str, at: Point, size: f64, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x, y, size) = (n(at.x), n(at.y), n(size));
        self.add(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\">{}</text>",
            escaped(text)
        ));
    }

    fn add(&mut self, element: std::fmt::Arguments) {
        // Writing into a string cannot fail.
        let _ = self.body.write_fmt(element);
        self.body.push('\n');
    }

    /// The whole picture, showing `view`, with a title for those who cannot see it.
    pub fn finish(self, view: Box, title: &str) -> String {
        let (x, y, w, h) = (n(view.left), n(view.top), n(view.width()), n(view.height()));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{x} {y} {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" \
             font-family=\"{FONTS}\">\n<title>{}</title>\n<style>{LIGHT}{DARK}</style>\n<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" \
             refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto-start-reverse\"><path class=\"tip\" \
             d=\"M0 0.8 L8 4 L0 7.2 z\"/></marker></defs>\n<rect class=\"paper\" x=\"{x}\" y=\"{y}\" width=\"{w}\" \
             height=\"{h}\"/>\n{}</svg>\n",
            escaped(title),
            self.body
        )
    }
}

/// A picture for paper, which is white whatever its reader prefers.
pub fn on_paper(svg: &str) -> String {
    svg.replace(DARK, "")
}

/// Width of a text in pixels, rather too much than too little: a Chinese character is as wide as the font is high.
pub fn text_width(text: &str, size: f64) -> f64 {
    let columns = u32::try_from(text.width()).unwrap_or(u32::MAX);
    f64::from(columns) * size * 0.56
}

/// The text if it is at most `width` pixels wide, otherwise its beginning with an ellipsis.
pub fn shortened(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for sign in text.chars() {
        short.push(sign);
        if text_width(&short, size) + size > width {
            break;
        }
    }
    short.push('…');
    short
}

/// A coordinate with at most two decimals, never `-0`.
fn n(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Control characters are not allowed in XML at all.
            _ if sign.is_control() => out.push(' '),
            _ => out.push(sign),
        }
    }
    out
}
