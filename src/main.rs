use bidui::{compile, diagnostic, text::Lang};
fn main() {
    let name = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&name).unwrap();
    let c = compile::compile(&name, &text);
    print!(
        "{}",
        diagnostic::render::human(
            &c.diagnostics,
            &c.sources,
            if std::env::args().nth(2).is_some() {
                Lang::Zh
            } else {
                Lang::En
            }
        )
    );
    if let Some(p) = c.plan() {
        print!("{}", bidui::plan::json::write(&p));
    }
}
