//! The command `etm`.

use std::process::ExitCode;

fn main() -> ExitCode {
    etm::commands::main()
}
