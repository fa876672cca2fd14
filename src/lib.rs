//! Bidui (比对): comparison protocols as code.
//!
//! A metrology expert writes what is measured, how the transfer standard travels, how its stability is proven, how results are judged
//! and what follows. This library reads such a file, says what is wrong with it, plans the circulation, writes the evaluation plan and
//! every participant's documents, and carries the plan out on the submitted results.
//!
//! ```text
//! text ──parse──▶ tree ──read──▶ entries ──resolve──▶ model ──check──▶ findings
//!      syntax          schema            model           │      check
//!                                                        ├──journey──▶ visits and dates      circulation
//!                                                        └──build────▶ plan.json             plan
//! plan.json + submitted results ──execute──▶ outcome ──▶ report, verdicts, notices
//!                    intake          run                   report
//! ```
//!
//! # Invariants
//!
//! 1. Reading and checking return `(T, Vec<Diagnostic>)`: all findings at once. Only access to the outside returns `Result`.
//! 2. Files, environment and terminal are touched in [`cli`] alone. There is no "now": dates enter as values.
//! 3. [`run`] needs the plan alone, so that a plan archived today stays runnable when the language moves on.
//! 4. The shapes that cross the border (plan, outcome, diagnostics) carry a `format_version`; the model never leaves the process.
//! 5. Same sources give the same bytes. The digest of a plan covers its content, not layout, comments, order of statements, line ends
//!    or keyword language. Results do not depend on the number of threads.
//! 6. Every refusal has a code of [`diagnostic::Code`], and every code an explanation in both languages.
//! 7. A module uses only modules above it in the list below; a test reads the `use` lines.
//! 8. No `unwrap`, `expect`, `panic` or slicing of strings outside tests.
//!
//! The modules stand in reading order, each above those that use it.

pub mod text;

pub mod source;

pub mod diagnostic;

pub mod numeric;

pub mod picture;

pub mod values;

pub mod condition;

pub mod syntax;

pub mod evaluate;

pub mod circulation;

pub mod schema;

pub mod project;

pub mod library;

pub mod chart;

pub mod model;

pub mod check;

pub mod plan;

pub mod intake;

pub mod explain;

pub mod words;

pub mod changes;

pub mod run;

pub mod examples;

pub mod compile;

pub mod format;

pub mod manual;

pub mod report;

pub mod cli;
