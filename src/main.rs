//! The command line: arguments, files, exit code.
fn main() {}
