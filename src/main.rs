//! The command line: arguments, files, exit code.

use std::process::ExitCode;

/// Trees of many small pieces, on all cores: the system's allocator spends twice the time on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A panic of the shell parser is caught and becomes a note; nobody needs to read about it on the way.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !rbk::shell::is_guarded() {
            usual(info);
        }
    }));
    rbk::cli::main()
}
