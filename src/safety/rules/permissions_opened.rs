//! `chmod 777`: whoever gets onto the machine may change what it runs.

use super::{Context, commands, scripts::Text, secrets};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Word, Words};
use crate::source::Span;

/// What is not meant for the whole network: databases, queues, control planes.
const PORTS: &[&str] = &[
    "5432", "3306", "6379", "27017", "9200", "9300", "11211", "2379", "2380", "5672", "15672", "1433", "1521", "5984",
    "8086", "9042", "2375", "2376", "10250", "26379", "6432", "26257", "9092", "3389", "445", "2049",
];

/// Buckets that are there to be read by everybody.
const WEBSITES: &[&str] = &["www", "static", "assets", "public", "cdn", "site", "web", "media", "download", "releases"];

/// What is opened: where it is said, the effect, and what to do instead.
struct Opened {
    span: Span,
    label: &'static str,
    effect: String,
    help: &'static str,
}

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let modes =
        context.named(&["chmod", "install", "mkdir", "umask", "rsync"]).filter_map(|(_, command)| of_mode(command));
    let walls = context
        .named(&["ufw", "setenforce", "systemctl", "iptables", "ip6tables", "firewall-cmd", "xhost"])
        .filter_map(|(_, command)| of_wall(command));
    let lists = context.named(&["setfacl"]).filter_map(|(_, command)| of_list(command));
    let clouds = context
        .named(&["aws", "gsutil", "gcloud", "az", "mc", "s3cmd", "rclone"])
        .filter_map(|(_, command)| of_cloud(command));
    let grants = context.named(&["psql", "mysql", "mariadb", "cockroach"]).filter_map(|(_, command)| of_grant(command));
    let rights =
        context.named(&["tee", "echo", "printf", "cat", "sed"]).filter_map(|(text, command)| of_rights(text, command));
    let servers = context.named(&["redis-cli", "valkey-cli"]).filter_map(|(_, command)| of_redis(command));
    let all = modes.chain(servers).chain(walls).chain(lists).chain(clouds).chain(grants).chain(rights);
    all.map(|opened| report(&opened)).collect()
}

fn report(opened: &Opened) -> Diagnostic {
    let place = Context::report("permissions-opened", opened.effect.clone(), opened.span, opened.label);
    place.help(opened.help)
}

fn of_mode(command: &Command) -> Option<Opened> {
    let words = command.arguments();
    let mode = match command.name() {
        "chmod" => words
            .iter()
            .find(|word| !word.text.starts_with("--") && (!word.text.starts_with('-') || is_symbolic(&word.text)))?,
        "install" | "mkdir" => words.value(&["-m", "--mode"])?,
        "rsync" => words.value(&["--chmod"])?,
        "umask" => words.first().filter(|word| opens(word))?,
        _ => return None,
    };
    let written = mode.text.trim_start_matches("--mode=").trim_start_matches("--chmod=").trim_start_matches("-m");
    let named = command.operands_behind(mode);
    let shown = || named.map_or_else(|| "what is made from here on".into(), |path| format!("`{}`", path.text));
    if command.name() == "umask" || is_open(written, 2, 'w') {
        let effect = format!("everybody on the machine may change {}", shown());
        let help = "give it to the user or group that needs it: `chown app:app …`, `chmod 640` or `750`";
        return Some(Opened { span: mode.span, label: "write, for everybody", effect, help });
    }
    let private = |path: &Word| secrets::is_file(&path.text) || path.text.starts_with("/etc/ssl/private");
    let behind = command.arguments().iter().filter(|word| word.span.start > mode.span.start);
    let secret = behind.filter(|_| command.name() != "mkdir").find(|word| private(word))?;
    is_open(written, 4, 'r').then(|| Opened {
        span: mode.span,
        label: "read, for everybody",
        effect: format!("everybody on the machine may read the secret in `{}`", secret.text),
        help: "only its owner, or the group of the service, should: `chmod 600` or `640`",
    })
}

/// `redis-cli config set protected-mode no`: whoever reaches the port is let in.
fn of_redis(command: &Command) -> Option<Opened> {
    let lower: Vec<String> = command.arguments().iter().map(|word| word.text.to_ascii_lowercase()).collect();
    let open = lower.windows(4).any(|four| {
        let sets = four[0] == "config" && four[1] == "set";
        let guard = matches!((four[2].as_str(), four[3].as_str()), ("protected-mode", "no") | ("requirepass", ""));
        sets && (guard || four[2] == "bind" && matches!(four[3].trim(), "*" | "0.0.0.0" | "" | "0.0.0.0 ::"))
    });
    open.then(|| Opened {
        span: command.span,
        label: "open to everybody",
        effect: "the server takes commands from whoever reaches its port".to_owned(),
        help: "leave it closed: give the one who needs it an address and a password of its own",
    })
}

/// `setfacl -m o::rwx`
fn of_list(command: &Command) -> Option<Opened> {
    let entry = command.arguments().value(&["-m", "--modify", "--set"])?;
    let open = |part: &str| {
        let part = part.trim_start_matches("-m").trim_start_matches("--modify=").trim_start_matches("--set=");
        let part = part.strip_prefix("d:").or_else(|| part.strip_prefix("default:")).unwrap_or(part);
        let others = ["o:", "other:"].iter().find_map(|who| part.strip_prefix(who));
        others.is_some_and(|rest| rest.contains(['w', '7', '6', '2', '3']))
    };
    entry.text.split(',').any(open).then(|| Opened {
        span: entry.span,
        label: "write, for everybody",
        effect: format!("everybody on the machine may change `{}`", command.words.last().map_or("", |word| &word.text)),
        help: "name the user or group that needs it: `u:app:rwX`",
    })
}

/// Firewalls and guards of the system that are switched off, or that let the whole network in.
fn of_wall(command: &Command) -> Option<Opened> {
    let words = command.arguments();
    let has = |word: &str| words.iter().any(|other| other.text == word);
    let off = match command.name() {
        "ufw" => has("disable"),
        "setenforce" => has("0") || has("Permissive"),
        "systemctl" => {
            let stops = has("stop") || has("disable") || has("mask");
            let guard = |word: &Word| {
                matches!(
                    word.text.trim_end_matches(".service"),
                    "ufw" | "firewalld" | "nftables" | "iptables" | "apparmor" | "fail2ban"
                )
            };
            stops && words.iter().any(guard)
        }
        "iptables" | "ip6tables" => words.windows(3).any(|three| {
            matches!(three[0].text.as_str(), "-P" | "--policy") && three[1].text == "INPUT" && three[2].text == "ACCEPT"
        }),
        "xhost" => has("+"),
        _ => false,
    };
    if off {
        let effect = format!("`{}` takes down what keeps others out of the machine", commands::shown(command));
        let help = "open what is needed, for whom it is needed, and let the rest stand";
        return Some(Opened { span: command.span, label: "open to everybody", effect, help });
    }
    let port = words.iter().find(|word| PORTS.contains(&port(&word.text)))?;
    let lets = match command.name() {
        "ufw" => {
            has("allow")
                && words.windows(2).all(|two| two[0].text != "from" || is_anywhere(&two[1].text))
                && !has("delete")
        }
        "firewall-cmd" => port.text.starts_with("--add-port="),
        "iptables" | "ip6tables" => {
            let source = words.value(&["-s", "--source"]).is_none_or(|from| is_anywhere(&from.text));
            let inner = words.value(&["-i", "--in-interface"]).is_some();
            has("ACCEPT") && has("INPUT") && (has("-A") || has("-I")) && source && !inner && !has("ESTABLISHED")
        }
        _ => false,
    };
    lets.then(|| Opened {
        span: command.span,
        label: "open to everybody",
        effect: format!("everybody who reaches the machine gets to its port {}", self::port(&port.text)),
        help: "name the network or the host that may: `ufw allow from 10.0.0.0/8 to any port …`, `-s 10.0.0.0/8`",
    })
}

fn port(text: &str) -> &str {
    text.trim_start_matches("--add-port=").split('/').next().unwrap_or("")
}

fn is_anywhere(address: &str) -> bool {
    matches!(address, "any" | "0.0.0.0/0" | "::/0" | "0/0" | "Anywhere")
}

/// Objects and networks of a cloud that are given to everybody.
fn of_cloud(command: &Command) -> Option<Opened> {
    let words = command.arguments();
    let has = |word: &str| words.iter().any(|other| other.text == word);
    let website = words.iter().any(|word| {
        let bucket = word.text.split("://").nth(1).or_else(|| word.text.strip_prefix("bucket="));
        bucket.is_some_and(|name| WEBSITES.iter().any(|site| name.contains(site)))
    });
    let word = words.iter().enumerate().find_map(|(at, word)| {
        let text = word.text.rsplit('=').next().unwrap_or("");
        let option = word
            .text
            .split_once('=')
            .map_or_else(|| at.checked_sub(1).map_or("", |at| &words[at].text), |(name, _)| name);
        let found = match option {
            "--acl" | "--s3-acl" | "--canned-acl" | "-a" => {
                matches!(text, "public-read" | "public-read-write" | "publicRead")
            }
            "--member" => matches!(text, "allUsers" | "allAuthenticatedUsers"),
            "--public-access" => matches!(text, "blob" | "container"),
            "--cidr" | "--cidr-ip" | "--source-ranges" => {
                is_anywhere(text)
                    && !words.iter().any(|word| word.text.starts_with("revoke"))
                    && words.iter().any(|word| PORTS.contains(&word.text.rsplit([':', '=']).next().unwrap_or("")))
            }
            "ch" | "-u" | "-m" => text.starts_with("AllUsers:") || text.starts_with("allUsers:"),
            _ => {
                word.text == "delete-public-access-block"
                    || word.text == "--acl-public"
                    || word.text.starts_with("allUsers:")
            }
        };
        let anonymous = command.name() == "mc" && has("anonymous") && matches!(text, "public" | "download" | "upload");
        (found || anonymous).then_some(word)
    })?;
    (!website || has("public-read-write")).then(|| Opened {
        span: word.span,
        label: "open to everybody",
        effect: "everybody on the internet gets at it".to_owned(),
        help: "give it to the account that needs it, or make an address that expires: `aws s3 presign`",
    })
}

/// `GRANT ALL … TO PUBLIC`, `GRANT ALL … ON *.* TO x@'%'`
fn of_grant(command: &Command) -> Option<Opened> {
    let texts = command.arguments().iter().chain(&command.input).filter(|word| word.text.contains(' '));
    texts.into_iter().find_map(|word| {
        let lower = word.text.to_ascii_lowercase();
        let statement = lower.split(';').map(str::trim).find(|statement| {
            let role = ["alter role ", "alter user ", "create role ", "create user "];
            if role.iter().any(|verb| statement.starts_with(verb)) {
                return statement.split_whitespace().any(|word| word == "superuser");
            }
            let Some((rights, to)) = statement.strip_prefix("grant ").and_then(|rest| rest.rsplit_once(" to ")) else {
                return false;
            };
            let writes = ["all ", "insert", "update", "delete", "truncate", "create"]
                .iter()
                .any(|right| rights.starts_with(right));
            let many = rights.contains(" on *.*") && to.contains("'%'");
            writes && (to.trim() == "public" || many)
        })?;
        let at = lower.find(statement)?;
        Some(Opened {
            span: word.place(at..at + statement.len()),
            label: "open to everybody",
            effect: "whoever gets in with it may do everything".to_owned(),
            help: "grant what is needed to the role that needs it",
        })
    })
}

/// `NOPASSWD: ALL` for sudoers, `trust` for everybody in `pg_hba.conf`: what is put into the file, in one pipeline.
fn of_rights(text: &Text, command: &Command) -> Option<Opened> {
    let words = command.arguments().iter().chain(&command.input);
    let (word, mark) = words.into_iter().find_map(|word| {
        let mark = ["NOPASSWD: ALL", "NOPASSWD:ALL"].into_iter().find(|mark| word.text.contains(mark));
        let trust = || {
            if !word.text.contains("trust") {
                return None;
            }
            let lines = word.text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            let method = |word: &&str| word.split('/').next() == Some("trust");
            let from = |word: &&str| is_anywhere(&word.replace('\\', ""));
            let open = |line: &Vec<&str>| line.last().is_some_and(method) && line.iter().any(from);
            lines.into_iter().any(|line| open(&line)).then_some("trust")
        };
        mark.or_else(trust).map(|mark| (word, mark))
    })?;
    let stages = text.parsed.before(command).chain(text.parsed.behind(command)).chain([command]);
    let files = stages
        .flat_map(|stage| stage.arguments().iter().chain(stage.redirects.iter().map(|redirect| &redirect.target)));
    let reaches = |file: &Word| file.text.contains(if mark == "trust" { "pg_hba" } else { "sudoers" });
    let at = word.text.find(mark)?;
    files.into_iter().any(reaches).then(|| Opened {
        span: word.place(at..at + mark.len()),
        label: "open to everybody",
        effect: if mark == "trust" { "everybody gets into the database without a password" } else { "whoever is this user is root, for every command" }.to_owned(),
        help: "name the commands, or the hosts and a method that asks: `NOPASSWD: /usr/bin/systemctl restart app`, `scram-sha-256`",
    })
}

fn is_symbolic(text: &str) -> bool {
    text.starts_with("-r") || text.starts_with("-w") || text.starts_with("-x")
}

/// `777`, `0666`, `a+w`, `o=rwx`; with the sticky bit (`1777`) nobody removes another's files, as in `/tmp`.
fn is_open(mode: &str, bit: u32, right: char) -> bool {
    let octal = mode.len() >= 3 && mode.len() <= 4 && mode.chars().all(|c| ('0'..='7').contains(&c));
    if octal {
        let others = mode.chars().last().and_then(|c| c.to_digit(8)).unwrap_or(0);
        return others & bit != 0 && !(mode.len() == 4 && mode.starts_with('1'));
    }
    mode.split(',').any(|part| {
        // `rsync --chmod=D777,F666`
        let part = part.trim_start_matches(['D', 'F']);
        if part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()) {
            return is_open(part, bit, right);
        }
        let Some(at) = part.find(['+', '=']) else { return false };
        let (who, what) = part.split_at(at);
        who.contains(['a', 'o']) && what.contains(right)
    })
}

/// `umask 000`
fn opens(word: &Word) -> bool {
    word.text.len() <= 4 && word.text.ends_with('0') && word.text.chars().all(|c| c.is_ascii_digit())
}

trait Behind {
    fn operands_behind(&self, mode: &Word) -> Option<&Word>;
}

impl Behind for Command {
    /// The first path behind the mode.
    fn operands_behind(&self, mode: &Word) -> Option<&Word> {
        let operands = self.arguments().operands(&[]);
        operands.into_iter().find(|word| word.span.start > mode.span.start)
    }
}
