use bidui::text::Lang;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let t = std::fs::read_to_string(&a[1]).unwrap();
    let k = match a.get(2).map(|s| s.as_str()) {
        Some("zh") => Some(Lang::Zh),
        Some("en") => Some(Lang::En),
        _ => None,
    };
    let f = bidui::format::format(&t, bidui::format::Options { keywords: k });
    print!("{}", f.text);
    if let Some(r) = f.refused {
        eprintln!("REFUSED {}", r.en);
    }
}
