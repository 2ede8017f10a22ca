//! Generated scripts at work: each `tests/e2e/NAME.sh` compiles a plan, breaks a real system in a scratch folder, and has
//! `rollback.sh` bring it back, run as operators run it. They need the programs that `ci/install` installs.

use std::process::Command;

fn scenario(name: &str) {
    let root = env!("CARGO_MANIFEST_DIR");
    let output = Command::new("bash")
        .arg(format!("{root}/tests/e2e/{name}.sh"))
        .env("RBK", env!("CARGO_BIN_EXE_rbk"))
        .output()
        .unwrap_or_else(|error| panic!("bash can't be run: {error}"));
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name}: {}\n{shown}", output.status);
}

#[test]
fn shop_on_postgresql_is_rolled_back() {
    scenario("shop_postgres");
}
