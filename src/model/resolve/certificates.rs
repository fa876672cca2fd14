//! Where digital calibration certificates hold the values of a measurand.

use super::{Resolver, nouns};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::CertificateData;
use crate::schema::Entry;
use crate::text::Text;

impl Resolver<'_> {
    /// The quantities of certificates that a measurand names; points must be its own, and something must be told of the quantity.
    pub(super) fn certificates(
        &mut self,
        entry: &Entry,
        points: &[String],
    ) -> Vec<CertificateData> {
        let known: Vec<&str> = points.iter().map(String::as_str).collect();
        let mut found = Vec::new();
        for child in entry.children("dcc").filter(|e| !e.poisoned) {
            let text = |slot: &str| child.text(slot).map(|t| t.zh.clone());
            let named = Self::spanned_list(child, "points");
            for point in &named {
                self.require(&nouns::point(), point, &known);
            }
            let data = CertificateData {
                ref_type: text("ref-type"),
                within: text("within"),
                name: text("name"),
                label: text("label"),
                id: text("id"),
                unit: text("unit"),
                points: if named.is_empty() {
                    points.to_vec()
                } else {
                    named.into_iter().map(|p| p.value).collect()
                },
            };
            let told = [
                &data.ref_type,
                &data.within,
                &data.name,
                &data.label,
                &data.id,
            ];
            if told.iter().all(|part| part.is_none()) {
                self.report(
                    Diagnostic::new(
                        Code::WrongArgument,
                        child.span,
                        Text::new("没有说明取证书中的哪个量", "it is not said which quantity of the certificate is meant"),
                    )
                    .with_help(Text::new(
                        "写 `数字校准证书 \"basic_measuredValue\"`，或写明名称、标签、标识",
                        "write `dcc \"basic_measuredValue\"`, or give a name, a label or an identifier",
                    )),
                );
                continue;
            }
            found.push(data);
        }
        found
    }
}
