//! The command line of Bidui; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    bidui::cli::main()
}
