//! Clients that go on fetching, and servers in the foreground.
//!
//! In: a command. Out: why it never ends by itself. Not its business: whether something else ends it.

use super::command_never_returns::{FOLLOWS, SERVES};
use crate::shell::{Command, Words};

/// Clients of databases that go on showing or fetching.
pub fn databases(command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    let endless = match command.name() {
        "mongostat" | "mongotop" => {
            let valued = ["-h", "--host", "-u", "--username", "-p", "--password", "--port", "--uri", "--config"];
            let rows = words.value(&["-n", "--rowcount"]).is_some();
            !rows && words.operands(&valued).len() < 3
        }
        "psql" => {
            let watches = |line: &str| {
                let line = line.split("--").next().unwrap_or("");
                line.contains("\\watch") && !line.contains("c=")
            };
            command.input.iter().any(|word| word.text.lines().any(watches))
        }
        "pg_receivewal" | "pg_receivexlog" => !words.has_any(&["-E", "--endpos", "--create-slot", "--drop-slot"]),
        "pg_recvlogical" => words.has_any(&["--start"]) && !words.has_any(&["-E", "--endpos"]),
        "mysqlbinlog" => words.has_any(&["--stop-never"]),
        "mysqladmin" | "mariadb-admin" => {
            words.value(&["-i", "--sleep"]).is_some() && words.value(&["-c", "--count"]).is_none()
        }
        "etcdctl" => words.verb(&[]).is_some_and(|(verb, _)| verb == "watch"),
        "kcat" | "kafkacat" => words.short('C') && !words.short('e') && words.value(&["-c"]).is_none(),
        "mosquitto_sub" => words.value(&["-C", "-W"]).is_none(),
        "fswatch" => !words.short('1') && !words.has_any(&["--one-event"]),
        "udevadm" => words.has_any(&["monitor"]),
        "ip" => words.has_any(&["monitor", "mon"]),
        "bpftrace" | "entr" | "lsyncd" => !words.is_empty(),
        "strace" => words.short('p'),
        _ => false,
    };
    endless.then_some(FOLLOWS)
}

/// Servers that are started in the foreground.
pub fn servers(command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    let first = words.verb(&[]).map_or("", |(verb, _)| verb);
    let has = |options: &[&str]| words.has_any(options);
    let serves = match command.name() {
        "prisma" => first == "studio",
        "postgres" => has(&["-D"]) && !has(&["--single", "-C", "--boot", "--check", "--describe-config"]),
        "mysqld" | "mariadbd" => !has(&[
            "--daemonize",
            "-D",
            "--initialize",
            "--initialize-insecure",
            "--validate-config",
            "--bootstrap",
            "--verbose",
        ]),
        "redis-server" | "valkey-server" => {
            !has(&["--daemonize", "--check-system", "-v"]) && !words.iter().any(|word| word.text == "yes")
        }
        "mongod" => !has(&["--fork", "--shutdown", "--repair", "--upgrade"]),
        "nginx" => words.iter().any(|word| word.text.contains("daemon off")) && !words.short('t') && !words.short('T'),
        "haproxy" => words.short('f') && !words.short('D') && !words.short('c'),
        "caddy" => first == "run",
        "traefik" => first != "version" && first != "healthcheck",
        "memcached" => !words.short('d'),
        "sshd" => words.short('D'),
        "puma" | "vite" => matches!(first, "" | "dev" | "serve" | "preview"),
        "celery" => has(&["worker", "beat", "flower"]) && !has(&["--detach", "multi"]),
        "sidekiq" => true,
        "socat" => words.iter().any(|word| word.text.to_ascii_uppercase().contains("-LISTEN:")),
        "nc" | "ncat" => words.short('l') && words.value(&["-w", "-i"]).is_none(),
        "iperf" | "iperf3" => words.short('s') && !words.short('D') && !words.short('1'),
        "autossh" => !words.short('f'),
        "ngrok" => matches!(first, "http" | "tcp" | "tls" | "start"),
        "cloudflared" => first == "tunnel" && has(&["run", "--url"]),
        _ => false,
    };
    serves.then_some(SERVES)
}
