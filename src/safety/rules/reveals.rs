//! Commands of tools that print secrets: values of stores of secrets, settings with passwords in them, tokens.
//!
//! In: a command. Out: what it prints, in words. Not its business: where the output goes, and files and variables.

use super::{commands, secrets};
use crate::shell::{Command, Word, Words};

/// Whose secret it is.
const SECRET: &str = "the value of a secret";
const TOKEN: &str = "a token that opens the account";
const APP: &str = "the settings of the app, secrets included";
const PROCESS: &str = "the environment of the process, secrets included";

/// A tool, words that must all be there (of `a|b` one), words that must not, and what is printed.
type Row = (&'static [&'static str], &'static [&'static str], &'static [&'static str], &'static str);

const ROWS: &[Row] = &[
    (&["heroku"], &["config|config:get"], &[], APP),
    (&["heroku"], &["auth:token"], &[], TOKEN),
    (&["railway"], &["variables"], &["--set"], "the settings of the service, secrets included"),
    (&["netlify"], &["env:list|env:get"], &[], APP),
    (&["aws"], &["get-secret-value|--with-decryption|create-access-key|export-credentials"], &[], SECRET),
    (&["aws"], &["get-login-password|get-session-token|assume-role|get-login"], &[], TOKEN),
    (&["gcloud"], &["secrets", "versions", "access"], &[], SECRET),
    (&["gcloud"], &["auth", "print-access-token|print-identity-token"], &[], TOKEN),
    (&["gcloud"], &["application-default", "print-access-token"], &[], TOKEN),
    (&["az"], &["keyvault", "secret", "show|download"], &["--file", "-f"], SECRET),
    (&["az"], &["appsettings|connection-string|connection-strings", "list|list-connection-strings"], &[], APP),
    (&["az"], &["keys|list-keys|list-connection-strings", "list|list-keys|list-connection-strings"], &[], SECRET),
    (&["az"], &["credential|credentials", "show|list|reset"], &[], SECRET),
    (&["az"], &["get-access-token"], &[], TOKEN),
    (&["az"], &["secret", "list|show", "--show-values"], &[], SECRET),
    (&["vault"], &["kv", "get"], &["metadata"], SECRET),
    (&["vault"], &["read|unwrap"], &[], SECRET),
    (&["vault"], &["token", "create"], &[], TOKEN),
    (&["vault"], &["print", "token"], &[], TOKEN),
    (&["pass", "gopass"], &["show"], &["-c", "--clip"], SECRET),
    (&["op"], &["read"], &["-o", "--out-file"], SECRET),
    (&["op"], &["item", "get", "--reveal"], &[], SECRET),
    (&["bw"], &["get", "password|item|notes|totp"], &[], SECRET),
    (&["sops"], &["-d|--decrypt|decrypt"], &["-i", "--in-place", "--output"], "what was encrypted"),
    (&["ansible-vault"], &["view"], &[], "what was encrypted"),
    (&["chamber"], &["read|export"], &["-o", "--output-file"], SECRET),
    (&["doppler"], &["secrets"], &["--only-names", "set", "upload", "delete"], SECRET),
    (&["gh"], &["auth", "token"], &[], TOKEN),
    (&["kubectl", "oc"], &["create", "token"], &[], TOKEN),
    (&["kubectl", "oc"], &["config", "view", "--raw"], &[], "the keys of the cluster"),
    (&["oc"], &["whoami", "-t|--show-token"], &[], TOKEN),
    (&["pulumi"], &["--show-secrets"], &[], "the stack's secrets"),
    (&["getent"], &["shadow|gshadow"], &[], "hashes of passwords"),
    (&["systemctl"], &["show-environment"], &[], "the environment of every service, secrets included"),
    (&["ps"], &["eww|auxe|auxeww|axe|axeww"], &[], PROCESS),
    (&["pm2"], &["env"], &[], PROCESS),
    (&["wg"], &["showconf|private-key|preshared-keys"], &[], "a private key"),
    (&["secret-tool"], &["lookup"], &[], SECRET),
    (&["security"], &["find-generic-password|find-internet-password", "-w|-g"], &[], SECRET),
    (&["git"], &["credential", "fill"], &[], SECRET),
];

/// What a command prints that is secret.
pub fn said(command: &Command) -> Option<String> {
    match command.name() {
        "psql" | "mysql" | "mariadb" | "sqlite3" => of_rows(command),
        _ => of_containers(command).or_else(|| of_table(command)).or_else(|| of_values(command)),
    }
}

fn of_table(command: &Command) -> Option<String> {
    let words = command.arguments();
    let name = command.name();
    let fits = |(tools, all, none, _): &&Row| {
        let there = |choice: &&str| choice.split('|').any(|word| words.has_any(&[word]));
        tools.contains(&name) && all.iter().all(there) && !words.has_any(none)
    };
    ROWS.iter().find(fits).filter(|_| is_asked(words)).map(|(.., says)| (*says).to_owned())
}

/// `--query` may ask for something else than the value.
fn is_asked(words: &[Word]) -> bool {
    const VALUES: &[&str] = &["secret", "value", "password", "key", "token", "connectionstring", "credential"];
    words.value(&["--query"]).is_none_or(|query| {
        let lower = query.text.to_ascii_lowercase();
        VALUES.iter().any(|value| lower.contains(value)) && !lower.contains("keys(")
    })
}

/// A column of a table.
fn of_rows(command: &Command) -> Option<String> {
    let mut texts = command.arguments().iter().chain(&command.input).filter(|word| word.text.contains(' '));
    texts.find_map(|word| column(&word.text)).map(|column| format!("the column `{column}`"))
}

/// Outputs and settings that are asked for by name.
fn of_values(command: &Command) -> Option<String> {
    let words = command.arguments();
    let named = || words.iter().find(|word| secrets::is_name(&word.text)).map(|word| format!("`{}`", word.text));
    match command.name() {
        "terraform" | "tofu" if words.has_any(&["output"]) && words.has_any(&["-raw", "-json"]) => named(),
        "redis-cli" | "valkey-cli" => {
            let lower = |word: &Word| word.text.to_ascii_lowercase();
            let three: Vec<String> = words.iter().map(lower).collect();
            let asks = three.windows(3).any(|three| {
                three[0] == "config" && three[1] == "get" && matches!(three[2].as_str(), "requirepass" | "masterauth")
            });
            asks.then(|| SECRET.to_owned())
        }
        "systemctl" if words.has_any(&["show"]) => {
            let asked = words.value(&["-p", "--property"])?;
            asked
                .text
                .trim_start_matches("--property=")
                .trim_start_matches("-p")
                .split(',')
                .find(|name| *name == "Environment")?;
            Some(PROCESS.to_owned())
        }
        _ => None,
    }
}

/// Settings of containers and clusters.
fn of_containers(command: &Command) -> Option<String> {
    const QUIET: &[&str] = &[
        "-q",
        "--quiet",
        "--services",
        "--images",
        "--volumes",
        "--profiles",
        "--hash",
        "--networks",
        "-o",
        "--output",
        "--no-interpolate",
        "--environment",
    ];
    if let Some((verb, rest)) = commands::compose(command) {
        return (matches!(verb, "config" | "convert") && !rest.has_any(QUIET))
            .then(|| "the settings of the services with every secret put in".into());
    }
    if let Some((verb, rest)) = commands::docker(command) {
        let (verb, rest) = if verb == "container" { rest.verb(&[])? } else { (verb, rest) };
        let format = rest.value(&["-f", "--format"]).map(|format| format.text.replace(' ', ""));
        let shown = |format: &str| {
            ["json.}}", "json.Config}}", "json.Config.Env}}", "{{.Config.Env}}", "println.}}"]
                .iter()
                .any(|all| format.contains(all) && (*all != "println.}}" || format.contains("range.Config.Env")))
        };
        let whole = format.map_or_else(|| !rest.has_any(&["--type"]), |format| shown(&format) || format == "json");
        return (verb == "inspect" && whole).then(|| "the container's environment, secrets included".into());
    }
    let (verb, rest) = commands::kubectl(command)?;
    let secret =
        rest.iter().any(|word| matches!(word.text.as_str(), "secret" | "secrets") || word.text.starts_with("secret/"));
    let full = rest.value(&["-o", "--output"]).is_some_and(|format| {
        let whole = ["yaml", "json"]
            .iter()
            .any(|kind| format.text.trim_start_matches("--output=").trim_start_matches("-o") == *kind);
        let part = ["jsonpath", "go-template"].iter().any(|kind| format.text.contains(kind));
        whole || part && (format.text.contains(".data") || format.text.contains("stringData"))
    });
    (verb == "get" && secret && full).then(|| "the values of a secret".into())
}

/// The column of a `select` that holds passwords or what opens something: of the list itself, functions of it not counted.
fn column(sql: &str) -> Option<String> {
    const ENDS: &[&str] = &[
        "password",
        "passwd",
        "password_hash",
        "hashed_password",
        "passwd_hash",
        "secret",
        "authentication_string",
        "api_key",
        "access_token",
        "refresh_token",
        "private_key",
        "token",
        "passwordhash",
        "password_digest",
        "encrypted_password",
        "hashedpassword",
        "accesstoken",
        "refreshtoken",
        "apikey",
        "totp_secret",
        "recovery_codes",
    ];
    let lower = sql.to_ascii_lowercase();
    let list = lower.split_once("select ")?.1.split_once(" from ")?.0;
    let names = list.split(',').map(|item| item.split(" as ").next().unwrap_or("").trim().trim_matches('"'));
    let mut plain = names
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'"')));
    plain.find(|name| ENDS.iter().any(|end| name.ends_with(end))).map(str::to_owned)
}
