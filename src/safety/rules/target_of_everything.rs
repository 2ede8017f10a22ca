//! A command without a target takes everything: every volume of the host, every row, every migration.

use super::{Context, commands, crowds, scopes, scripts::Text};
use crate::diagnostics::Diagnostic;
use crate::shell::scratch::is_apart;
use crate::shell::{Command, Word, Words};
use crate::source::Span;

/// The commands of which something is said below.
const TOOLS: &[&str] = &[
    "docker",
    "podman",
    "kubectl",
    "oc",
    "redis-cli",
    "valkey-cli",
    "rm",
    "find",
    "chown",
    "chmod",
    "pm2",
    "iptables",
    "ip6tables",
    "nft",
    "ufw",
    "crontab",
    "etcdctl",
    "consul",
    "aws",
    "gsutil",
    "gcloud",
    "mongo",
    "mongosh",
    "zfs",
    "sqitch",
    "flyway",
    "goose",
    "migrate",
    "dbmate",
    "knex",
    "npx",
    "terraform",
    "tofu",
    "pulumi",
    "supabase",
    "systemctl",
    "supervisorctl",
    "rabbitmqctl",
    "pkill",
    "killall",
    "kill",
    "slay",
];

/// Clients of databases.
const CLIENTS: &[&str] = &["psql", "mysql", "mariadb", "sqlite3", "sqlcmd", "cockroach", "clickhouse-client"];

/// Those of them that migrate databases and infrastructure.
const MIGRATE: &[&str] =
    &["sqitch", "flyway", "goose", "migrate", "dbmate", "knex", "npx", "terraform", "tofu", "pulumi", "supabase"];

/// Verbs that empty a database, of whichever tool.
const WIPES: &[&str] = &[
    "db:drop",
    "db:reset",
    "db:schema:load",
    "migrate:reset",
    "migrate:fresh",
    "migrate:refresh",
    "db:wipe",
    "db:migrate:undo:all",
    "schema:drop",
    "dropAll",
    "drop-all",
    "sql-drop",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    debug_assert!(
        context.nothing_beside(TOOLS, |text, command| is_marked(command) || everything(text, command).is_none())
    );
    let marked = context.commands().filter(|(_, command)| is_marked(command) && !TOOLS.contains(&command.name()));
    // What the text has started for itself is nobody's.
    let own = |text: &Text, command: &Command| is_apart(&text.parsed, command);
    let whole = context.named(TOOLS).chain(marked);
    let whole =
        whole.filter_map(|(text, command)| Some((command, everything(text, command).filter(|_| !own(text, command))?)));
    let mut found: Vec<(&Command, String, Span)> = whole.map(|(command, what)| (command, what, command.span)).collect();
    let lists = context
        .named(&["xargs", "docker", "podman", "kubectl", "helm"])
        .filter_map(|(text, command)| Some((command, crowds::fed(text, command)?)));
    found.extend(lists.map(|(command, what)| (command, what, command.span)));
    for (text, command) in context.named(CLIENTS) {
        let known = found.iter().any(|(other, ..)| std::ptr::eq(*other, command));
        found.extend(
            scopes::unscoped(command)
                .filter(|_| !known && !own(text, command))
                .map(|(what, span)| (command, what, span)),
        );
    }
    found.retain(|(command, ..)| !commands::is_dry(command));
    found.into_iter().map(|(_, what, span)| report(&what, span)).collect()
}

fn report(what: &str, span: Span) -> Diagnostic {
    let message = format!("this {what}");
    let place = Context::report("target-of-everything", message, span, "has no target");
    place.help("name what is meant: the volume, the rows (`where …`), the migration to go back to, a `--filter`")
}

/// What it takes, in words.
fn everything(text: &Text, command: &Command) -> Option<String> {
    let words = command.arguments();
    let found = of_containers(command).or_else(|| of_migrations(command)).or_else(|| match command.name() {
        "redis-cli" | "valkey-cli" if says(words, "flushall") && !says(words, "command") => {
            Some("empties every database of the server")
        }
        "rm" => removal(text, command),
        "find" if words.first().is_some_and(|word| word.text == "/") && command.has("-delete") => {
            Some("deletes every file of the machine")
        }
        "chown" | "chmod"
            if (words.short('R') || words.has_any(&["--recursive"]))
                && words.operands(&[]).iter().skip(1).any(|word| is_root(&word.text)) =>
        {
            Some("changes every file of the machine")
        }
        "pm2"
            if words.has_any(&["all"]) && words.has_any(&["delete", "stop", "kill", "del"])
                || command.has("kill") && command.name() == "pm2" =>
        {
            Some("ends every process of pm2")
        }
        "iptables" | "ip6tables" if (words.has_any(&["-F", "--flush"])) && words.operands(&["-t"]).is_empty() => {
            Some("removes every rule of the firewall")
        }
        "nft" if words.has_any(&["flush"]) && words.has_any(&["ruleset"]) => Some("removes every rule of the firewall"),
        "ufw" if words.has_any(&["reset"]) => Some("removes every rule of the firewall"),
        "crontab" if words.has_any(&["-r"]) => Some("removes every job of the user"),
        "etcdctl"
            if words.has_any(&["del"])
                && (words.has_any(&["--from-key"])
                    || words.has_any(&["--prefix"])
                        && words.iter().any(|word| matches!(word.text.as_str(), "" | "/"))) =>
        {
            Some("deletes every key")
        }
        "consul"
            if words.has_any(&["-recurse"])
                && words.has_any(&["delete"])
                && words.last().is_some_and(|word| matches!(word.text.as_str(), "" | "/" | "-recurse")) =>
        {
            Some("deletes every key")
        }
        "aws"
            if words.has_any(&["--recursive"])
                && words.has_any(&["rm"])
                && words.iter().any(|word| is_bucket(&word.text)) =>
        {
            Some("deletes every object of the bucket")
        }
        "aws" if words.has_any(&["rb"]) && words.has_any(&["--force"]) => Some("deletes the bucket with every object"),
        "gsutil" | "gcloud"
            if words.has_any(&["rm"]) && words.iter().any(|word| is_bucket(word.text.trim_end_matches('*'))) =>
        {
            Some("deletes every object of the bucket")
        }
        "mongo" | "mongosh" if words.iter().any(|word| drops(&word.text)) => Some("drops the whole database"),
        "pkill" | "killall" | "kill" | "slay" => crowds::of_processes(command),
        "mongo" | "mongosh" if words.iter().any(|word| word.text.contains(".deleteMany({})")) => {
            Some("deletes every document of a collection")
        }
        "systemctl" if words.operands(&[]).iter().skip(1).any(|word| word.text == "*") => {
            Some("takes every unit of the machine")
        }
        "supervisorctl" if says(words, "all") && (says(words, "stop") || says(words, "remove")) => {
            Some("stops every process of the supervisor")
        }
        "rabbitmqctl" if says(words, "reset") || says(words, "force_reset") => {
            Some("deletes every queue and user of the node")
        }
        "zfs" if words.has_any(&["destroy"]) && words.short('R') => {
            Some("destroys the data set with everything that depends on it")
        }
        _ => None,
    });
    found.map(str::to_owned)
}

/// Is it called, and not only spoken of: `db.dropDatabase()`, within no quotes?
fn drops(script: &str) -> bool {
    let before = script.find("dropDatabase()").and_then(|at| script.get(..at));
    before.is_some_and(|before| ['"', '\'', '`'].iter().all(|quote| before.matches(*quote).count() % 2 == 0))
}

fn says(words: &[Word], verb: &str) -> bool {
    words.iter().any(|word| word.text.eq_ignore_ascii_case(verb))
}

fn is_root(path: &str) -> bool {
    matches!(path, "/" | "/*" | "/." | "/etc" | "/usr" | "/var" | "/home" | "/bin" | "/lib" | "/opt" | "/srv" | "/root")
}

fn is_bucket(text: &str) -> bool {
    let name = text.strip_prefix("s3://").or_else(|| text.strip_prefix("gs://"));
    name.is_some_and(|name| !name.trim_end_matches('/').contains('/'))
}

fn removal(text: &Text, command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    if !(words.short('r') || words.short('R') || words.has_any(&["--recursive"])) {
        return None;
    }
    let site = text.parsed.pipeline(command);
    let entered = |other: &Command| {
        other.name() == "cd" && text.parsed.pipeline(other).shell == site.shell && other.span.end <= command.span.start
    };
    let chosen = text.parsed.commands.iter().any(entered)
        || text.parsed.runners(command).any(|runner| runner.arguments().has_any(&["-w", "--workdir"]));
    words.operands(&[]).iter().find_map(|word| {
        let bare = word.parts.iter().all(|part| part.quote == crate::shell::Quote::Bare);
        match word.text.as_str() {
            path if is_root(path) || path == "/*" => Some("removes a whole tree of the system"),
            "~" | "~/" | "~/*" if bare => Some("removes everything of the user's home"),
            "$HOME" | "${HOME}" | "$HOME/" | "$HOME/*" => Some("removes everything of the user's home"),
            "*" | "./*" | "." | ".." if bare && !chosen => Some("removes everything in whatever directory this is"),
            _ => None,
        }
    })
}

fn of_containers(command: &Command) -> Option<&'static str> {
    if let Some((verb, rest)) = commands::kubectl(command) {
        let all =
            rest.has_any(&["--all", "--all-namespaces", "-A"]) && !rest.has_any(&["-l", "--selector", "--all=false"]);
        return (verb == "delete" && all).then_some("deletes every object of its kind");
    }
    let (verb, rest) = commands::docker(command)?;
    let scoped = rest.has_any(&["--filter"]);
    let listed = |word: &Word| {
        word.substitutions().any(|(inner, _)| {
            let lists = ["ps", "volume ls", "images", "image ls", "container ls", "network ls"];
            let own = inner.contains("docker") && lists.iter().any(|list| inner.contains(list));
            own && !["filter", "-f ", "grep", "name=", "ancestor", "label"].iter().any(|scope| inner.contains(scope))
        })
    };
    let sub = rest.verb(&[]).map_or("", |(verb, _)| verb);
    let found = match (verb, sub) {
        ("volume", "prune") if !scoped => {
            "removes every volume that no container uses just now, of every project of the host"
        }
        ("system", "prune") if !scoped => "removes every stopped container, unused network and image of the host",
        ("container", "prune") if !scoped => "removes every stopped container of the host, with its log",
        ("image", "prune") if !scoped && (rest.short('a') || rest.has_any(&["--all"])) => {
            "removes every image that does not run, the one to go back to included"
        }
        ("network", "prune") if !scoped => "removes every unused network of the host",
        ("rm" | "stop" | "kill" | "rmi" | "restart", _) if rest.iter().any(listed) => {
            "takes every container or image of the host"
        }
        ("volume" | "container" | "image" | "network", "rm" | "stop" | "kill") if rest.iter().any(listed) => {
            "takes every one of its kind on the host"
        }
        _ => return None,
    };
    Some(found)
}

/// Does a word stand in it that says what is done, whatever the tool is called?
fn is_marked(command: &Command) -> bool {
    let is_mark = |text: &str| match text.as_bytes().last() {
        // Hardly any word ends as these verbs do, and every word of the plan is asked.
        Some(b'e') => text.ends_with("downgrade") || text.ends_with(":wipe"),
        Some(b'a') => text.ends_with("prisma"),
        Some(b'y') => text.ends_with("manage.py"),
        Some(b'p') => text.ends_with("drop"),
        Some(b't') => text.ends_with(":reset"),
        Some(b'd') => text.ends_with(":load"),
        Some(b'h') => text.ends_with("fresh") || text.ends_with("refresh"),
        Some(b'l') => text.ends_with("all") || text.ends_with("dropAll"),
        _ => false,
    };
    command.words.iter().any(|word| is_mark(&word.text))
}

/// Tools of migrations that go back to the very beginning.
fn of_migrations(command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    if !is_marked(command) && !MIGRATE.contains(&command.name()) {
        return None;
    }
    let names: Vec<&str> = command.words.iter().map(|word| word.text.rsplit('/').next().unwrap_or("")).collect();
    let has = |name: &str| names.contains(&name);
    let after = |name: &str| names.iter().position(|other| *other == name).map(|at| &names[at + 1..]);
    let base = "takes every migration back, with the data in its tables";
    if !words.has_any(&["--sql"])
        && after("downgrade").is_some_and(|rest| rest.contains(&"base") || rest.contains(&"zero"))
    {
        return Some(base);
    }
    if WIPES.iter().any(|verb| has(verb)) && !has("echo") && !super::commands::only_prints(command) {
        return Some("empties the whole database");
    }
    let first =
        words.operands(&["-path", "-database", "-source", "--url", "-u", "--target", "-t", "--schema", "--engine"]);
    let operands: Vec<&str> = first.iter().map(|word| word.text.as_str()).collect();
    match (command.name(), operands.as_slice()) {
        ("sqitch", ["revert", rest @ ..])
            if !words.has_any(&["--to", "--to-change", "--to-target"])
                && !rest.iter().any(|word| word.contains('@')) =>
        {
            Some(base)
        }
        ("flyway", all) if all.contains(&"clean") => Some("empties the whole database"),
        ("goose", all) if all.last().is_some_and(|verb| *verb == "reset") => Some(base),
        ("migrate", [.., "down"]) if words.has_any(&["-path", "-source", "-database"]) => Some(base),
        ("dbmate", ["drop", ..]) => Some("drops the whole database"),
        ("knex", all) | ("npx", ["knex", all @ ..])
            if all.contains(&"migrate:rollback") && words.has_any(&["--all"]) =>
        {
            Some(base)
        }
        ("terraform" | "tofu", ["destroy", ..])
            if !words.has_any(&["-target"]) && !words.iter().any(|word| word.text.starts_with("-target")) =>
        {
            Some("destroys everything that the configuration manages")
        }
        ("pulumi", ["destroy", ..]) if words.has_any(&["--target"]) => None,
        ("pulumi", ["destroy", ..]) => Some("destroys everything that the stack manages"),
        ("supabase", ["db", "reset", ..]) => Some("empties the whole database"),
        _ if prisma_reset(&names) => Some("empties the whole database"),
        _ if manage(&names, "flush") => Some("empties every table of the database"),
        _ if after("migrate").is_some_and(|rest| rest.contains(&"zero"))
            && has("manage.py")
            && !words.has_any(&["--plan", "--check"]) =>
        {
            Some(base)
        }
        _ => None,
    }
}

fn prisma_reset(names: &[&str]) -> bool {
    names.contains(&"prisma")
        && names.windows(2).any(|pair| pair == ["migrate", "reset"] || pair == ["push", "--force-reset"])
}

fn manage(names: &[&str], verb: &str) -> bool {
    names.iter().position(|name| *name == "manage.py").is_some_and(|at| names.get(at + 1) == Some(&verb))
}
