//! The command `etm`.

use std::process::ExitCode;

/// Many small lists come and go: a tenth of a solve with the system's allocator.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    etm::commands::main()
}
