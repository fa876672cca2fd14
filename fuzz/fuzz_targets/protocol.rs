//! Protocols: no text may crash the compiler or the formatter, and the tokens cover it whole.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let compiled = bidui::compile::compile("f.bidui", text);
    let covered: u32 = compiled.tree.tokens.iter().map(|t| t.end - t.start).sum();
    assert_eq!(covered as usize, text.len());
    let options = bidui::format::Options { keywords: None };
    let once = bidui::format::format(text, options).text;
    assert_eq!(bidui::format::format(&once, options).text, once);
});
