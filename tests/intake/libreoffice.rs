//! Result forms that have been through LibreOffice, with which many laboratories work.
//!
//! Where `soffice` is not installed the tests say so and try nothing.

use std::path::PathBuf;
use std::process::Command;

use bidui::intake::*;
use bidui::text::Lang;

use crate::samples::*;

/// A workbook opened by LibreOffice and saved again; none where LibreOffice is not installed.
fn saved_again(name: &str, workbook: &[u8]) -> Option<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("libreoffice")
        .join(name);
    let _ = std::fs::remove_dir_all(&folder);
    let out = folder.join("out");
    std::fs::create_dir_all(&out).unwrap();
    std::fs::write(folder.join("form.xlsx"), workbook).unwrap();
    let profile = format!(
        "-env:UserInstallation=file://{}",
        folder.join("profile").display()
    );
    let run = Command::new("soffice")
        .args([profile.as_str(), "--headless", "--convert-to", "xlsx"])
        .arg("--outdir")
        .args([&out, &folder.join("form.xlsx")])
        .status();
    if matches!(&run, Err(error) if error.kind() == std::io::ErrorKind::NotFound) {
        println!("soffice (LibreOffice) is not installed: nothing tried");
        return None;
    }
    assert!(run.unwrap().success());
    Some(std::fs::read(out.join("form.xlsx")).unwrap())
}

/// What a reading says of each result: point, unit, and the numbers as numbers.
fn told(reading: &Reading) -> Vec<(String, String, Vec<Option<f64>>)> {
    let rows = &reading.submission.as_ref().unwrap().rows;
    rows.iter()
        .map(|row| {
            let uncertainty = &row.uncertainty;
            let cells = [
                Some(&row.value),
                uncertainty.expanded.as_ref(),
                uncertainty.factor.as_ref(),
                row.dof.as_ref(),
            ];
            let numbers = cells
                .into_iter()
                .chain(row.repeats.iter().map(Some))
                .map(|cell| cell.and_then(|cell| cell.text.parse().ok()))
                .collect();
            (row.point.text.clone(), row.unit.text.clone(), numbers)
        })
        .collect()
}

#[test]
fn an_empty_form_saved_by_libreoffice_is_still_the_form_that_was_issued() {
    let issued = write_form(&spec(vec![Lang::Zh, Lang::En])).unwrap();
    let Some(again) = saved_again("empty", &issued) else {
        return;
    };
    let reading = read_xlsx(&again, "form.xlsx");
    let direct = read_xlsx(&issued, "form.xlsx");
    assert_eq!(codes_of(&reading), codes_of(&direct));
    let digest = |reading: &Reading| reading.submission.as_ref().unwrap().plan_digest.clone();
    assert!(digest(&reading).is_some());
    assert_eq!(digest(&reading), digest(&direct));
    assert_eq!(told(&reading), told(&direct));
}

#[test]
fn a_filled_form_saved_by_libreoffice_says_the_same() {
    let issued = rezip(&filled());
    let Some(again) = saved_again("filled", &issued) else {
        return;
    };
    let (again, direct) = (
        read_xlsx(&again, "form.xlsx"),
        read_xlsx(&issued, "form.xlsx"),
    );
    assert_eq!(told(&again), told(&direct));
    assert_eq!(codes_of(&again), codes_of(&direct));
    let date = |reading: &Reading| {
        let rows = &reading.submission.as_ref().unwrap().rows;
        rows[0].date.as_ref().map(|cell| cell.text.clone())
    };
    assert!(date(&again).is_some());
    assert_eq!(date(&again), date(&direct));
}
