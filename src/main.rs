use bidui::{diagnostic, schema, source::*, syntax, text::Lang};
fn main() {
    let name = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&name).unwrap();
    let mut s = Sources::default();
    let f = s.add(SourceFile::new(name, text));
    let (t, mut d) = syntax::parse(f, s.get(f).unwrap());
    let (doc, d2) = schema::read(&t);
    d.extend(d2);
    diagnostic::sort(&mut d);
    print!(
        "{}",
        diagnostic::render::human(
            &d,
            &s,
            if std::env::args().nth(2).is_some() {
                Lang::Zh
            } else {
                Lang::En
            }
        )
    );
    eprintln!("{} entries {:?}", doc.entries.len(), doc.language);
}
