//! What looks like a secret: names of variables and options, and values.
//!
//! In: words of commands. Out: answers. Not its business: what is wrong with them.

use crate::shell::{Part, Word};

/// Does one of the words that name secrets begin anywhere in a text? Without one `is_name` need not be asked.
pub fn hints(name: &str) -> bool {
    let bytes = name.as_bytes();
    let begins = |at: usize, word: &[u8]| bytes[at..].get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    (0..bytes.len()).any(|at| match bytes[at].to_ascii_lowercase() {
        b'p' => begins(at, b"pas") || begins(at, b"pw"),
        b's' => begins(at, b"sec"),
        b't' => begins(at, b"tok"),
        b'k' => begins(at, b"key"),
        b'c' => begins(at, b"cre"),
        b'a' => begins(at, b"aut"),
        _ => false,
    })
}

/// Is it the name of a secret, by its parts: `DB_PASSWORD`, `apiKey`, `redis_pass`?
pub fn is_name(name: &str) -> bool {
    if !hints(name) {
        return false;
    }
    let lower = name.to_ascii_lowercase();
    let harmless = [
        "keyword",
        "key_file",
        "keyfile",
        "key_path",
        "_file",
        "_path",
        "_url",
        "_id",
        "_name",
        "_user",
        "_dir",
        "_ttl",
        "_length",
        "_count",
        "token_type",
        "monkey",
        "keyspace",
        "public",
        "keychain",
        "hotkey",
    ];
    let marks = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "apikey",
        "api_key",
        "access_key",
        "private_key",
        "service_role_key",
        "credential",
        "encryption_key",
        "auth_key",
        "signing_key",
    ];
    let whole = ["pass", "pw", "pwd", "pgpassword", "redisdbauth", "redis_auth", "rediscli_auth", "mysql_pwd"];
    let ends = ["_pass", "_pw", "_pwd", "_key", "_token", "_secret", "_auth"];
    // Where something lies in a store, not what opens it: `backup_key`.
    let places = [
        "backup",
        "object",
        "s3",
        "bucket",
        "cache",
        "primary",
        "foreign",
        "dump",
        "state",
        "lock",
        "row",
        "sort",
        "partition",
        "hash",
        "index",
        "group",
        "idempotency",
        "routing",
        "snapshot",
        "archive",
        "file",
        "map",
        "config",
        "consul",
        "etcd",
        "kv",
        "registry",
        "flag",
        "storage",
        "blob",
        "store",
        "manifest",
        "artifact",
        "release",
        "job",
    ];
    let place =
        lower.strip_suffix("_key").is_some_and(|rest| places.contains(&rest.rsplit('_').next().unwrap_or(rest)));
    !harmless.iter().any(|mark| lower.ends_with(mark))
        && !place
        && name != "PWD"
        && name != "OLDPWD"
        && (marks.iter().any(|mark| lower.contains(mark))
            || whole.contains(&lower.as_str())
            || ends.iter().any(|end| lower.ends_with(end)))
}

/// Is it the name of an address that has a password in it: `DATABASE_URL`?
pub fn is_address(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ends = ["_url", "_uri", "_dsn"].iter().any(|end| lower.ends_with(end));
    ends && ["database", "db", "postgres", "mysql", "mongo", "redis", "amqp", "broker"]
        .iter()
        .any(|of| lower.contains(of))
}

/// Is it a file that holds secrets, by its name and place: `.env`, `.pgpass`, `/etc/ssl/private/shop.key`?
#[allow(clippy::case_sensitive_file_extension_comparisons)] // names as they are written on servers
pub fn is_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    let plain = [".template", ".example", ".sample", ".dist", ".pub", ".crt", ".csr", ".sha256", ".names"];
    let env = name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
    let known = [
        "id_rsa",
        "id_ecdsa",
        "id_ed25519",
        ".pgpass",
        "pgpass",
        ".netrc",
        ".my.cnf",
        "credentials",
        ".smbcredentials",
        "secrets.yml",
        "secrets.yaml",
        "secrets.json",
        "kubeconfig",
        ".npmrc",
        ".htpasswd",
        "shadow",
        "gshadow",
        "master.key",
        ".vault_pass",
        ".git-credentials",
        "wp-config.php",
        "acme.json",
    ];
    let ends = [".pem", ".key", ".p12", ".pfx", ".jks", ".htpasswd", ".pgpass", ".keytab"];
    let process = path.starts_with("/proc/") && name == "environ";
    let certificate =
        ["cert.pem", "chain.pem", "ca.pem", "root.pem", "dhparam.pem"].iter().any(|end| name.ends_with(end));
    let kept = path.starts_with("/run/secrets/") && !name.is_empty();
    (env || process || kept || known.contains(&name) || ends.iter().any(|end| name.ends_with(end)))
        && !certificate
        && !plain.iter().any(|end| name.ends_with(end))
}

/// The variables of a word that hold a secret, by their names or because the plan says so.
pub fn within<'w>(word: &'w Word, declared: &[&str]) -> Option<(&'w str, &'w Part)> {
    let secret = |(name, operator, part): (&'w str, &'w str, &'w Part)| {
        let shown = !operator.starts_with('+') && !operator.starts_with(":+");
        let secret = declared.contains(&name) || is_name(name);
        (secret && shown).then_some((name, part))
    };
    word.variables().find_map(secret)
}

/// Could a text be the value of a secret, and is no blank for it?
pub fn is_value(text: &str) -> bool {
    let text = text.trim_matches(['"', '\'']);
    if text.len() < 3 || text.starts_with('/') || text.starts_with("./") {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let blanks = [
        "changeme",
        "change_me",
        "xxx",
        "your",
        "example",
        "placeholder",
        "redacted",
        "todo",
        "secret_here",
        "…",
        "...",
        "***",
        "dummy",
    ];
    let fixed = !text.contains(['$', '<', '>', '[', ']', '`', '{', '}', ' ', '\n', '%']);
    let switch =
        matches!(lower.as_str(), "true" | "false" | "none" | "null" | "stdin" | "yes" | "no" | "-" | "prompt" | "env");
    fixed && !switch && !blanks.iter().any(|blank| lower.contains(blank))
}

/// A text that can only be a secret: keys of clouds and platforms, tokens, private keys. Its offset and length.
pub fn known(text: &str) -> Option<(usize, usize)> {
    const PREFIXES: &[(&str, usize)] = &[
        ("AKIA", 20),
        ("ASIA", 20),
        ("ghp_", 30),
        ("gho_", 30),
        ("ghs_", 30),
        ("github_pat_", 30),
        ("glpat-", 20),
        ("xoxb-", 20),
        ("xoxp-", 20),
        ("sk_live_", 20),
        ("rk_live_", 20),
        ("sk-", 24),
        ("eyJhbGciOi", 30),
        ("AIza", 35),
        ("npm_", 30),
        ("dop_v1_", 30),
        ("hvs.", 20),
        ("SG.", 30),
    ];
    // None of them is shorter, and most words are.
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if text.len() < 20 {
        return None;
    }
    let key = text.as_bytes().contains(&b'-').then(|| text.find("-----BEGIN ")).flatten();
    if let Some(at) = key.filter(|at| text[*at..].contains("PRIVATE KEY")) {
        return Some((at, 11));
    }
    if !text.as_bytes().split(|byte| !letter(char::from(*byte))).any(|run| run.len() >= 20) {
        return None;
    }
    PREFIXES.iter().find_map(|(prefix, length)| {
        let at = text.find(prefix)?;
        let boundary = at == 0 || !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let rest = &text[at..];
        let token = rest.find(|c| !letter(c)).unwrap_or(rest.len());
        (boundary && token >= *length).then_some((at, token))
    })
}
