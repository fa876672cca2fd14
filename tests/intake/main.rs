//! Readers of submitted files against real and hostile samples.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod anything;
mod certificates;
mod forms;
mod libreoffice;
mod samples;
mod separated;
