//! Commands in the documentation are run, and print what stands there.
