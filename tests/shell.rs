//! The shell reader: what it finds in commands, and that its places are right to the byte; `shell_fuzz` tries broken
//! texts.

#![allow(clippy::unwrap_used)] // a test that cannot read its case should stop

use rbk::model::value::Script;
use rbk::shell::{self, Parsed, Place, ProblemKind};
use rbk::source::{FileId, Span};
use rbk::syntax::Text;

/// A script that stands in a file behind some multi-byte text, every line indented as in a plan.
struct Plan {
    file: String,
    parsed: std::sync::Arc<Parsed>,
}

impl Plan {
    fn new(script: &str) -> Self {
        let mut file = String::from("# ñandú — «plan» 🦀\nstep x { sh \"\"\"\n");
        let (mut value, mut map) = (String::new(), Vec::new());
        for line in script.split_inclusive('\n') {
            file.push_str("    ");
            map.push((u32::try_from(value.len()).unwrap(), u32::try_from(file.len()).unwrap()));
            value.push_str(line);
            file.push_str(line);
        }
        let text = Text { value, map, file: FileId(0), raw: true };
        let parsed = shell::parse(&Script { text: text.into(), span: Span::default() });
        Plan { file, parsed }
    }

    fn cut(&self, span: Span) -> &str {
        &self.file[span.start as usize..span.end as usize]
    }

    /// The commands as their fixed words, `name@place` first where they do not run in the script's own shell.
    fn commands(&self) -> Vec<String> {
        let words = |command: &shell::Command| {
            let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
            let place = match command.place {
                Place::Here => "",
                Place::InnerShell => "inner: ",
                Place::Elsewhere => "elsewhere: ",
            };
            format!("{place}{}", words.join(" "))
        };
        self.parsed.commands.iter().map(words).collect()
    }

    fn effects(&self) -> Vec<(String, &str)> {
        self.parsed.losses().map(|effect| (effect.what.clone(), self.cut(effect.span))).collect()
    }

    fn free(&self) -> Vec<&str> {
        self.parsed.free_reads().map(|read| read.name.as_str()).collect()
    }

    fn blanks(&self) -> Vec<&str> {
        self.parsed.placeholders.iter().map(|blank| self.cut(blank.span)).collect()
    }

    /// Every place of a word, a read, a setting must show what it says.
    fn check_places(&self) {
        for read in &self.parsed.reads {
            let shown = self.cut(read.span).replace(['"', '\''], "");
            assert!(shown == read.name || shown == format!("${}", read.name), "{shown:?} is not {:?}", read.name);
        }
        for word in self.parsed.commands.iter().flat_map(|command| &command.words) {
            let shown = self.cut(word.span);
            if !word.quoted && word.fixed && !shown.contains('\\') {
                // An inner script may be put together from several quoted parts.
                // A blank is read as if it were filled in.
                let plain = |text: &str| text.replace(['"', '\''], "").replace(['<', '>', ' '], "_");
                assert_eq!(plain(shown), plain(&word.text));
            }
        }
        for set in &self.parsed.sets {
            assert!(self.cut(set.span).contains(&set.name), "{:?} is not in {:?}", set.name, self.cut(set.span));
        }
        for blank in &self.parsed.placeholders {
            assert!(
                self.cut(blank.span).contains(&blank.text),
                "{:?} is not in {:?}",
                blank.text,
                self.cut(blank.span)
            );
        }
    }
}

fn plan(script: &str) -> Plan {
    let plan = Plan::new(script);
    assert_eq!(plan.parsed.problems, [], "in {script:?}");
    plan.check_places();
    plan
}

#[test]
fn commands_are_found_in_every_construct() {
    let plan = plan(
        "a 1 && b | c; (d); { e; }\nif f; then g; elif h; then i; else j; fi\nfor x in $(k); do l; done\n\
         while m; do n; done\ncase $(o) in p) q;; *) r;; esac\nf2() { s; }\n! t\nu=$(v) w <(x1) \"$(y \"$(z)\")\" `aa`\n[[ -n $(bb) ]]\n",
    );
    let all = "a 1,b,c,d,e,f,g,h,i,j,k,l,m,n,o,q,r,s,t";
    assert_eq!(plan.commands()[..19].join(","), all);
    assert_eq!(plan.commands()[19..], ["x1", "v", "z", "y $(z)", "aa", "w $(y \"$(z)\") `aa`", "bb"]);
}

#[test]
fn wrappers_are_looked_through() {
    let inner = |script: &str| plan(script).commands().split_off(1).join(" / ");
    assert_eq!(inner("sudo -u postgres -n rm -rf /x"), "rm -rf /x");
    assert_eq!(inner("env -i A=1 rm x"), "rm x");
    assert_eq!(inner("timeout -k 5 30 make"), "make");
    assert_eq!(inner("xargs -I {} rm {}"), "rm {}");
    assert_eq!(inner("nohup nice -n 5 a b"), "nice -n 5 a b / a b");
    assert_eq!(inner("bash -euc 'rm -rf /x; ls'"), "inner: rm -rf /x / inner: ls");
    assert_eq!(inner("ssh -p 22 deploy@db1 'cd /srv && git pull'"), "elsewhere: cd /srv / elsewhere: git pull");
    assert_eq!(inner("ssh db1 rm x"), "elsewhere: rm x");
    assert_eq!(
        inner("docker exec -i -e A=1 db sh -c \"psql -c 'DROP TABLE t'\""),
        "elsewhere: sh -c psql -c 'DROP TABLE t' / elsewhere: psql -c DROP TABLE t"
    );
    assert_eq!(inner("docker compose -f x.yml exec -T db psql"), "elsewhere: psql");
    assert_eq!(inner("kubectl -n a exec pod -- ls /"), "elsewhere: ls /");
    assert_eq!(inner("docker run --rm -v a:/a alpine ls /a"), "elsewhere: ls /a");
    assert_eq!(inner("docker ps -a"), "");
    assert_eq!(
        inner("sudo ssh h \"sudo -u x bash -c \\\"rm -rf \\$HOME/x\\\"\""),
        "ssh h sudo -u x bash -c \"rm -rf $HOME/x\" / elsewhere: sudo -u x bash -c rm -rf $HOME/x / elsewhere: bash -c rm -rf $HOME/x / elsewhere: rm -rf $HOME/x"
    );
}

#[test]
fn variables_are_read_and_set() {
    assert_eq!(
        plan("echo $a \"${b}\" '$c' \\$d ${e:-1} ${f:?no} ${#g} \"${h[0]}\" ${i//x/$j} $1 $@ ${@:2} $? $HOME").free(),
        ["a", "b", "g", "h", "i", "j"]
    );
    assert_eq!(plan("x=1; echo $x; y=$y; read -r -p \"$p\" z w; echo $z $w").free(), ["y", "p"]);
    assert_eq!(
        plan("for f in *.sql; do psql -f \"$f\"; done; local l=1; export m=2 n; echo $l $m $n").free(),
        Vec::<&str>::new()
    );
    assert_eq!(plan("printf -v when '%s' x; mapfile -t lines < f; while getopts ab opt; do echo $opt; done; echo $when ${lines[0]}").free(), Vec::<&str>::new());
    assert_eq!(plan("echo $((a + 0x1f * b[1])) && (( c = 2, c > d ))").free(), ["a", "b", "d"]);
    assert_eq!(plan("echo $late; late=1").free(), ["late"]);
    assert_eq!(plan("[[ -n $v && $w == x* ]] && [ \"$u\" -gt 1 ]").free(), ["v", "w", "u"]);
    assert_eq!(
        plan("cat <<EOF > $out\nit's $a \"$b\" \\$c\nEOF\ncat <<'EOF'\n$d\nEOF\ncat <<< \"$e\"").free(),
        ["out", "a", "b", "e"]
    );
    assert_eq!(plan("if x; then\n\tcat <<-EOF\n\t\tone $a\n\tEOF\nfi").free(), ["a"]);
    assert_eq!(plan("psql -c \"select '$a'\" > /tmp/x-$b 2>&1").free(), ["a", "b"]);
    assert_eq!(plan("echo \"$(date +%s) $(echo \"$a\")\" `echo \\`echo $b\\``").free(), ["a", "b"]);
    assert_eq!(plan("a=(1 $b \"$(c)\"); echo \"${a[@]}\" ${!a[@]} ${!prefix_*}").free(), ["b"]);
    let ssh = plan("ssh h \"echo $a; x=1; echo \\$x \\$y\"");
    let places: Vec<(&str, Place)> = ssh.parsed.reads.iter().map(|read| (read.name.as_str(), read.place)).collect();
    assert_eq!(places, [("a", Place::Here), ("x", Place::Elsewhere), ("y", Place::Elsewhere)]);
}

#[test]
fn blanks_are_found_where_they_are_blanks() {
    assert_eq!(plan("git checkout <commit> -- x").blanks(), ["<commit>"]);
    assert_eq!(Plan::new("git checkout <commit>\n").blanks(), ["<commit>"]);
    assert_eq!(Plan::new("git checkout <previous commit>").parsed.problems, []);
    assert_eq!(
        plan("curl -H \"Authorization: x\" -u '[TOKEN]' \"<host>\" https://x").blanks(),
        ["'[TOKEN]'", "\"<host>\""]
    );
    assert_eq!(plan("pg_restore backup_YYYYMMDD.dump").blanks(), ["backup_YYYYMMDD.dump"]);
    let within = "f=\"backup_[TIMESTAMP].gz\"; curl https://x.test/[PAGE_ID]/a -H 'Authorization: Bearer [TOKEN]'";
    assert_eq!(plan(within).blanks(), ["[TIMESTAMP]", "[PAGE_ID]", "[TOKEN]"]);
    assert_eq!(Plan::new("psql -f migrations/<migration-id>_down.sql").blanks(), ["<migration-id>"]);
    let patterns = "ls [ABCDE]* x[A-Z].sql log_[ABCDE]+; send --message \"[ERROR] it failed\"; echo \"${list[INDEX]}\"; curl -d '[1, 2]' https://x";
    assert_eq!(plan(patterns).blanks(), Vec::<&str>::new());
    let none = "sort <in >out; echo '<commit>' # <commit>\ntr '[A-Z]' '[a-z]'; date +%Y; [ -f x ]; psql -c \"to_char(x, 'YYYY')\"; ls [ab]*; cat < in > out; [[ a < b && c > d ]]";
    assert_eq!(plan(none).blanks(), Vec::<&str>::new());
}

#[test]
fn destruction_is_seen() {
    let one = |script: &str| {
        let plan = plan(script);
        let effects = plan.effects();
        assert_eq!(effects.len(), 1, "{script}: {effects:?}");
        format!("{} @ {}", effects[0].0, effects[0].1)
    };
    assert_eq!(one("cd x && rm -rf build dist"), "removes build dist @ rm -rf build dist");
    assert_eq!(one("docker volume rm pg_data"), "removes the volume pg_data @ docker volume rm pg_data");
    assert_eq!(
        one("docker compose -f a.yml down --volumes"),
        "removes the volumes of the project @ docker compose -f a.yml down --volumes"
    );
    assert_eq!(one("docker-compose down -v"), "removes the volumes of the project @ docker-compose down -v");
    assert_eq!(
        one("git -C /srv reset --hard HEAD~1"),
        "discards every uncommitted change @ git -C /srv reset --hard HEAD~1"
    );
    assert_eq!(one("git clean -fdx"), "deletes every untracked file @ git clean -fdx");
    assert_eq!(one("psql -d shop -c \"select 1; DROP TABLE orders\""), "drops the table orders @ DROP TABLE orders");
    assert_eq!(one("sudo -u postgres psql --command='truncate table a'"), "empties the table a @ truncate table a");
    assert_eq!(
        one("psql <<'SQL'\n-- DROP TABLE x;\nDELETE FROM a;\nselect 'drop table y';\nSQL"),
        "deletes every row of a @ DELETE FROM a"
    );
    assert_eq!(one("psql -c 'ALTER TABLE a DROP COLUMN b'"), "drops the column b of a @ ALTER TABLE a DROP COLUMN b");
    assert_eq!(one("redis-cli -h x FLUSHALL"), "deletes every key of every database @ redis-cli -h x FLUSHALL");
    assert_eq!(one("docker exec cache redis-cli flushdb"), "deletes every key of the database @ redis-cli flushdb");
    assert_eq!(one("dropdb --if-exists shop"), "drops the database shop @ dropdb --if-exists shop");
    assert_eq!(one("mkfs.ext4 /dev/sdb1"), "formats /dev/sdb1 @ mkfs.ext4 /dev/sdb1");
    assert_eq!(one("dd if=x of=/dev/sda bs=1M"), "overwrites /dev/sda @ dd if=x of=/dev/sda bs=1M");
    assert_eq!(one("echo 'DROP TABLE a' | psql shop"), "drops the table a @ DROP TABLE a");
    assert_eq!(one("cat <<'SQL' | docker exec -i db psql\ntruncate a;\nSQL"), "empties the table a @ truncate a");
    assert_eq!(
        one("psql -c 'with x as (delete from a returning *) select * from x'"),
        "deletes every row of a @ with x as (delete from a returning *) select * from x"
    );
    assert_eq!(
        one("psql -c 'create temp table t as select 1; drop table t; drop table u'"),
        "drops the table u @ drop table u"
    );
    assert_eq!(one("ssh db1 'rm -rf /var/lib/x'"), "removes /var/lib/x @ rm -rf /var/lib/x");
}

#[test]
fn what_brackets_and_loops_write_is_seen() {
    let written = |script: &str| {
        let plan = plan(script);
        let files = plan.parsed.effects.iter().filter(|effect| effect.effect == shell::Effect::Modifies);
        files.map(|effect| effect.what.clone()).collect::<Vec<_>>()
    };
    assert_eq!(written("{ date; cat a; } > /etc/app.conf"), ["writes /etc/app.conf"]);
    assert_eq!(written("(cat a) >> b 2> /dev/null"), ["writes b"]);
    assert_eq!(written("for f in a b; do cat \"$f\"; done > \"$all\""), ["writes $all"]);
    assert_eq!(written("while read -r x; do echo \"$x\"; done < in"), Vec::<String>::new());
}

#[test]
fn harmless_twins_are_not_taken_for_destruction() {
    for script in [
        "# rm -rf /",
        "echo \"git reset --hard\"",
        "echo rm -rf /",
        "grep 'DROP TABLE' x.sql",
        "rm file",
        "git reset --soft HEAD~1",
        "git clean -nfd",
        "psql -c \"DELETE FROM a WHERE id = 1\"",
        "psql -c \"select 'DROP TABLE a'\"",
        "docker volume ls",
        "docker compose down",
        "docker compose logs -v",
        "cat <<EOF\nrm -rf /\nDROP TABLE a;\nEOF",
        "psql -c 'DROP INDEX a_b'",
        "psql -c 'ALTER TABLE a DROP CONSTRAINT b'",
        "redis-cli get flush",
        "dd if=/dev/sda of=/dev/null",
        "rm --dry-run -rf x",
        "kubectl delete pod a",
        "psql -c 'DROP TABLE a -- x' --dry-run",
        "printf '%s' 'docker volume prune'",
        "docker volume inspect rm",
    ] {
        assert_eq!(plan(script).effects(), Vec::new(), "{script}");
    }
}

/// The pipeline of the first command of a name.
fn site<'a>(plan: &'a Plan, name: &str) -> &'a shell::Pipeline {
    let command = plan.parsed.commands.iter().find(|command| command.name() == name).unwrap();
    plan.parsed.pipeline(command)
}

#[test]
fn a_command_knows_what_surrounds_it() {
    let plan = plan(
        "a | b || { c; exit 1; }\nif d && ! e; then f; else g; fi\nwhile h; do i & done\n(j)\nset +e\nk\nl=$(m | n)\nbash -ec 'set -o pipefail; o'\nssh x 'p | q'\nz",
    );
    let names = |range: std::ops::Range<usize>| {
        let names: Vec<&str> = plan.parsed.within(range).map(shell::Command::name).collect();
        names.join(" ")
    };
    assert_eq!((site(&plan, "b").stages, site(&plan, "b").asked), (2, true));
    assert_eq!(names(site(&plan, "a").otherwise.clone()), "c exit");
    assert_eq!(
        (names(site(&plan, "e").then.clone()), names(site(&plan, "e").otherwise.clone())),
        ("f".into(), "g".into())
    );
    assert!(site(&plan, "e").negated && site(&plan, "e").asked && site(&plan, "d").asked && site(&plan, "f").in_branch);
    assert!(site(&plan, "i").background && site(&plan, "i").in_loop && !site(&plan, "j").background);
    assert_ne!(site(&plan, "j").subshell, site(&plan, "k").subshell);
    assert!(site(&plan, "j").errexit && !site(&plan, "k").errexit && !site(&plan, "m").errexit);
    assert!(site(&plan, "m").pipefail && site(&plan, "o").errexit && site(&plan, "o").pipefail);
    assert!(!site(&plan, "p").errexit && !site(&plan, "p").pipefail);
    assert!(site(&plan, "z").last && !site(&plan, "k").last && site(&plan, "q").last);
}

#[test]
fn tests_prove_that_variables_are_not_empty() {
    let guarded = |script: &str| site(&plan(script), "rm").guarded.join(",");
    for script in [
        "[ -n \"$v\" ] && rm $v",
        "[ -z \"$v\" ] || rm $v",
        "[ -n \"$v\" ] || exit 1; rm $v",
        "[ -z \"$v\" ] && { echo no; exit 1; }\nrm $v",
        "if [[ -n $v && -d x ]]; then rm $v; fi",
        "if [ -z \"${v:-}\" ]; then echo no; exit 1; fi\nrm $v",
        "if [ -z \"$v\" ]; then :; else rm $v; fi",
        ": \"${v:?no}\"; rm $v",
        "test -d \"$v\"; rm $v",
        "case \"$v\" in /srv/*) rm $v ;; esac",
        "[[ $v == /srv/* ]] && rm $v",
    ] {
        assert_eq!(guarded(script), "v", "{script}");
    }
    for script in [
        "[ -n \"$v\" ]; x || rm $v",
        "[ -n \"$v\" ] || rm $v",
        "set +e; [ -n \"$v\" ]; rm $v",
        "[ -d \"$v/x\" ] && rm $v",
    ] {
        let known = guarded(script);
        assert_eq!(known, if script.starts_with("[ -n \"$v\" ];") { "v" } else { "" }, "{script}");
    }
}

#[test]
fn a_word_knows_its_pieces() {
    let plan = plan("rm \"$a/x\"*'*'\\* ${b:?}y $(c) # why");
    let command = plan.parsed.commands.iter().find(|command| command.name() == "rm").unwrap();
    let pieces = |word: &shell::Word| -> Vec<String> {
        let show = |part: &shell::Part| {
            format!("{:?} {} {}", part.quote, word.piece(part), plan.cut(word.place(part.range.clone())))
        };
        word.parts.iter().map(show).collect()
    };
    assert_eq!(pieces(&command.words[1]), ["Double $a $a", "Double /x /x", "Bare * *", "Single ** *'\\*"]);
    let variables: Vec<(&str, &str)> =
        command.words[2].variables().map(|(name, operator, _)| (name, operator)).collect();
    assert_eq!(variables, [("b", ":?")]);
    assert_eq!(command.words[3].substitutions().map(|(text, _)| text).collect::<Vec<_>>(), ["$(c)"]);
    assert_eq!(command.comment.as_ref().map(|(text, span)| (text.as_str(), plan.cut(*span))), Some(("# why", "# why")));
}

#[test]
fn what_only_reads_needs_no_word() {
    for script in [
        "git stash list; git log -1",
        "gcloud sql instances describe shop",
        "fly status -a shop",
        "aws s3api get-object-acl --bucket b",
        "t=$(mktemp -d); cp a \"$t/\"; rm -rf \"$t\"",
        "npx prisma migrate status",
        "kubectl get pvc | grep a",
        "command -v rm",
        "psql -c 'select 1'",
    ] {
        assert!(plan(script).parsed.only_reads(), "{script}: {:?}", plan(script).parsed.effects);
    }
    for script in ["git stash", "fly deploy", "./tool", "cp a b", "psql -f a.sql", "npx unheard-of", "echo a > b"] {
        assert!(!plan(script).parsed.only_reads(), "{script}");
    }
}

#[test]
fn select_is_a_loop() {
    let menu = plan("select x in a b; do\n  docker volume rm \"$x\"\ndone; echo 'select y in z'");
    assert_eq!(menu.effects(), [("removes the volume $x".to_owned(), "docker volume rm \"$x\"")]);
    assert_eq!(menu.free(), Vec::<&str>::new());
    assert_eq!(menu.commands().last().map(String::as_str), Some("echo select y in z"));
}

#[test]
fn tools_are_those_that_must_be_here() {
    let tools = |script: &str| plan(script).parsed.tools().into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(tools("cd x && sudo -u a pg_dump s | gzip > f; echo $(jq . f)"), "gzip jq pg_dump sudo");
    assert_eq!(
        tools("ssh h 'railway up'; docker exec c sh -c 'redis-cli ping'; kubectl exec p -- psql"),
        "docker kubectl ssh"
    );
    assert_eq!(tools("bash -c 'rsync a b'; timeout 5 curl x; find . -exec gpg {} ';'"), "curl gpg rsync timeout");
    assert_eq!(tools("f() { zstd a; }; f; ./own; /opt/tool; \"$x\" y; if command -v pigz; then pigz a; fi"), "zstd");
    assert_eq!(tools("npx prisma migrate deploy; bundle exec rake db:migrate"), "bundle npx");
}

#[test]
fn mistakes_are_reported_at_their_place() {
    let problem = |script: &str| {
        let plan = Plan::new(script);
        assert_eq!(plan.parsed.problems.len(), 1, "{script}");
        let problem = plan.parsed.problems[0].clone();
        (problem.kind, plan.cut(problem.span).to_owned())
    };
    let syntax = |place: &str| (ProblemKind::Syntax, place.to_owned());
    assert_eq!(problem("echo ñ\nx; done"), syntax("done"));
    assert_eq!(problem("echo a | | b"), syntax("|"));
    assert_eq!(problem("if a; then b"), syntax("if"));
    assert_eq!(problem("if a; then b; done"), syntax("done"));
    assert_eq!(problem("echo a &&"), syntax("&"));
    assert_eq!(problem("echo \"ñ"), syntax("\""));
    assert_eq!(problem("a=$(b"), syntax("$("));
    assert_eq!(problem("bash -c 'echo ñ; fi'"), syntax("fi"));
    let open = Plan::new("while a; b; done");
    let problem_of_open = &open.parsed.problems[0];
    assert_eq!((open.cut(problem_of_open.span), open.cut(problem_of_open.open.unwrap())), ("done", "while"));
    assert_eq!(problem(&"(".repeat(5000)).0, ProblemKind::NotAnalysed);
}

#[test]
fn deep_nesting_ends() {
    let pairs = [
        ("(", ")"),
        ("((", "))"),
        ("{ ", "; }"),
        ("$(", ")"),
        ("$((", "))"),
        ("\"$(", ")\""),
        ("if ", "; then a; fi"),
        ("${a:-", "}"),
        ("`", "`"),
        ("while a; do ", "; done"),
        ("! ", ""),
        ("case a in b) ", ";; esac"),
        ("<(", ")"),
        ("a[", "]=1"),
        ("f() { ", "; }"),
        ("[[ ( ", " ) ]]"),
        ("sudo ", ""),
        ("bash -c '", "'"),
        ("eval \"", "\""),
        ("a | ", ""),
        ("a && ", ""),
        ("$[", "]"),
        ("@(", ")"),
        ("<<a ", "\na"),
    ];
    for (open, close) in pairs {
        for depth in [5, 12, 20, 39, 41, 100, 3000] {
            let script = format!("{}a{}", open.repeat(depth), close.repeat(depth));
            Plan::new(&script).check_places();
        }
    }
}

#[test]
fn continued_lines_keep_their_words() {
    let words = |script: &str| plan(script).commands().join(" / ");
    assert_eq!(words("a b \\\n    -w 'x' \\\n  -s"), "a b -w x -s");
    assert_eq!(words("x=$(a b \\\n    -w 'x' -s)"), "a b -w x -s");
    assert_eq!(words("x=\"$(a b \\\n    -w 'x' -s)\""), "a b -w x -s");
    assert_eq!(words("ssh h 'a b \\\n    -w -s'"), "ssh h a b \\\n    -w -s / elsewhere: a b -w -s");
    assert_eq!(words("ssh h \"a b \\\n    -w -s\""), "ssh h a b     -w -s / elsewhere: a b -w -s");
}

/// The parser below would never end on it.
#[test]
fn a_here_document_without_delimiter_in_a_substitution_ends() {
    let plan = Plan::new("x=\"$(c<<\t<a=$(wc -l)\" # c");
    assert!(!plan.parsed.problems.is_empty());
}
