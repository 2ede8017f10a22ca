//! The command line: arguments, files, exit code.

use std::process::ExitCode;

/// Trees of many small pieces, on all cores: the system's allocator spends twice the time on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rbk::cli::main()
}
