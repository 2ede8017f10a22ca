//! Generated scripts at work: each `tests/e2e/NAME.sh` compiles a plan, breaks a real system in a scratch folder, and has
//! `rollback.sh` bring it back, run as operators run it. They need the programs that `ci/install` installs.

use std::process::Command;

fn scenario(name: &str) {
    run(name, &[]);
}

/// A plan of `plans/` with fakes for its tools: what is called is compared with `tests/e2e/plans/NAME[-VARIANT]/expected`.
fn plan(name: &str, variant: &[&str]) {
    run("plan", &[&[name], variant].concat());
}

fn run(name: &str, arguments: &[&str]) {
    let root = env!("CARGO_MANIFEST_DIR");
    // A script that waits in vain must not hold up everything behind it.
    let output = Command::new("timeout")
        .args(["--kill-after=30s", "15m", "bash"])
        .arg(format!("{root}/tests/e2e/{name}.sh"))
        .args(arguments)
        .env("RBK", env!("CARGO_BIN_EXE_rbk"))
        .output()
        .unwrap_or_else(|error| panic!("bash can't be run: {error}"));
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name} {arguments:?}: {}\n{shown}", output.status);
}

#[test]
fn shop_on_postgresql_is_rolled_back() {
    scenario("shop_postgres");
}

#[test]
fn lodging_on_postgresql_redis_and_git_is_rolled_back() {
    scenario("lodging");
}

#[test]
fn plan_notes_calls_what_it_should() {
    plan("notes", &[]);
}

#[test]
fn plan_whatsapp_staging_calls_what_it_should() {
    plan("whatsapp_staging", &[]);
}

#[test]
fn plan_microservices_reorganisation_calls_what_it_should() {
    plan("microservices_reorganisation", &[]);
}

#[test]
fn plan_market_monitor_docker_calls_what_it_should() {
    plan("market_monitor", &["docker"]);
}

#[test]
fn plan_market_monitor_systemd_calls_what_it_should() {
    plan("market_monitor", &["systemd"]);
}

#[test]
fn plan_market_monitor_pm2_calls_what_it_should() {
    plan("market_monitor", &["pm2"]);
}

#[test]
fn plan_market_monitor_git_calls_what_it_should() {
    plan("market_monitor", &["git"]);
}

#[test]
fn bad_input_of_a_script_changes_nothing() {
    scenario("bad_script");
}

#[test]
fn plan_production_user_schema_calls_what_it_should() {
    plan("production_user_schema", &[]);
}
