//! What is known of tools: the tables of `library/commands`, as the build has embedded them.
//!
//! In: the name of a tool. Out: its description. Not its business: matching it against a command (`effects`).
//! docs/commands.md says what each key means.

use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::LazyLock;

/// What a command does to what it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing is changed.
    Reads,
    /// It did not exist before.
    Creates,
    /// It is changed, and what was there may be brought back by the same tool.
    Modifies,
    /// A single thing is gone afterwards: a loss if the plan declares it as its data.
    Removes,
    /// Something of it is gone afterwards that only a backup brings back.
    Destroys,
    /// It reaches outside, and nothing takes it back.
    Irreversible,
    /// It no longer runs afterwards.
    Stops,
    /// It runs afterwards.
    Starts,
    /// Something is sent to another machine.
    Network,
    /// Who may do what is changed: passwords, keys, roles.
    Credential,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Effect::Reads => "reads",
            Effect::Creates => "creates",
            Effect::Modifies => "modifies",
            Effect::Removes => "removes",
            Effect::Destroys => "destroys",
            Effect::Irreversible => "irreversible",
            Effect::Stops => "stops",
            Effect::Starts => "starts",
            Effect::Network => "network",
            Effect::Credential => "credential",
        })
    }
}

/// What kind of thing a command reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// Files or directories.
    Files,
    /// Volumes of containers, or claims on them.
    Volume,
    /// Uncommitted changes of a working tree.
    WorkTree,
    /// Commits, branches, tags, stashes.
    History,
    /// A table or a column of it, or a schema.
    Table,
    /// Rows of a table.
    Rows,
    /// A database.
    Database,
    /// A database's schema, by a tool for migrations.
    Schema,
    /// A key-value store or a cache.
    Store,
    /// A file system or a device.
    Disk,
    /// Objects of a cluster or a cloud.
    Objects,
    /// Containers.
    Container,
    /// Images.
    Image,
    /// A service.
    Service,
    /// A process.
    Process,
    /// A bucket of an object store, or what is in it.
    Bucket,
    /// Copies of data.
    Backup,
    /// Rules of a firewall.
    Firewall,
    /// Who may read or write.
    Permissions,
    /// Users, roles, passwords, keys.
    Users,
    /// Installed software.
    Packages,
    /// Jobs that run at a time.
    Schedule,
    /// A deployed version.
    Release,
    /// Settings.
    Config,
    /// What another machine offers.
    Remote,
    /// None of these.
    Other,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Target::Files => "files",
            Target::Volume => "volume",
            Target::WorkTree => "work tree",
            Target::History => "history",
            Target::Table => "table",
            Target::Rows => "rows",
            Target::Database => "database",
            Target::Schema => "schema",
            Target::Store => "store",
            Target::Disk => "disk",
            Target::Objects => "objects",
            Target::Container => "container",
            Target::Image => "image",
            Target::Service => "service",
            Target::Process => "process",
            Target::Bucket => "bucket",
            Target::Backup => "backup",
            Target::Firewall => "firewall",
            Target::Permissions => "permissions",
            Target::Users => "users",
            Target::Packages => "packages",
            Target::Schedule => "schedule",
            Target::Release => "release",
            Target::Config => "config",
            Target::Remote => "remote",
            Target::Other => "other",
        })
    }
}

/// Which words of a command name what it reaches.
#[derive(Debug, Clone, Copy)]
pub enum Object {
    /// None do.
    None,
    /// The first operand behind the subcommand.
    First,
    /// The last one.
    Last,
    /// All of them.
    Rest,
    /// The values of these options; `of=` is an operand that begins so.
    Options(&'static [&'static str]),
}

/// A language of statements that a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// SQL.
    Sql,
    /// That of the shell of `MongoDB`.
    Mongo,
    /// Commands of Redis, one a line.
    Redis,
}

/// A tool.
#[derive(Debug)]
pub struct Tool {
    /// Options that take their value in the next word.
    pub valued: &'static [&'static str],
    /// Options with which it only shows what it would do.
    pub dry: &'static [&'static str],
    /// Options that carry statements; without an option, the second operand does.
    pub statements: &'static [&'static str],
    /// Options that name a file of statements.
    pub files: &'static [&'static str],
    /// Subcommands that only read.
    pub reads: &'static [&'static [&'static str]],
    /// What it does where no entry fits; none: that is not known.
    pub otherwise: Option<Effect>,
    /// In which language it takes statements.
    pub language: Option<Language>,
    /// Are subcommands the same in capitals?
    pub fold: bool,
    /// Do long options have one dash? Then `-rf` is one option, not two.
    pub long_dash: bool,
    /// Does it run the tool that its first operand names?
    pub runs: bool,
    /// What it does, the first that fits.
    pub does: &'static [Does],
}

/// One thing that a tool does.
#[derive(Debug)]
pub struct Does {
    /// Subcommands, one of them; none: any.
    pub path: &'static [&'static [&'static str]],
    /// What becomes of the target.
    pub effect: Effect,
    /// What kind of thing it is.
    pub target: Target,
    /// Which words name it.
    pub object: Object,
    /// What it does, in words; `{}` is the object.
    pub says: &'static str,
    /// One of these options must be there.
    pub when: &'static [&'static str],
    /// None of these may be there.
    pub unless: &'static [&'static str],
    /// One object must look like one of these.
    pub like: &'static [&'static str],
    /// An object that looks like one of these does not count.
    pub unlike: &'static [&'static str],
}

impl Does {
    /// What it does to an object, in words.
    pub fn words(&self, object: &str) -> String {
        if object.is_empty() {
            self.says.replace(": {}", "").replace(" {}", "")
        } else {
            self.says.replace("{}", object)
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/commands.rs"));

/// A tool of which nothing is known.
pub static NOTHING: Tool = Tool {
    valued: &[],
    dry: &[],
    statements: &[],
    files: &[],
    reads: &[],
    otherwise: None,
    language: None,
    fold: false,
    long_dash: false,
    runs: false,
    does: &[],
};

/// What is known under a name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    /// The tool.
    pub tool: Option<&'static Tool>,
    /// Do subcommands of it have a description of their own?
    pub families: bool,
}

impl Known {
    /// Does it read and no more, whatever its words are?
    pub fn is_harmless(self) -> bool {
        let reads = |tool: &Tool| {
            tool.does.is_empty() && tool.language.is_none() && matches!(tool.otherwise, Some(Effect::Reads))
        };
        !self.families && self.tool.is_some_and(reads)
    }
}

static KNOWN: LazyLock<FxHashMap<&'static str, Known>> = LazyLock::new(|| {
    let mut known: FxHashMap<&str, Known> = FxHashMap::default();
    for (name, index) in NAMES {
        known.entry(name).or_default().tool = TOOLS.get(usize::from(*index));
        if let Some((family, _)) = name.split_once(' ') {
            known.entry(family).or_default().families = true;
        }
    }
    known
});

/// What is known under a name: of every command this is asked several times.
pub fn known(name: &str) -> Known {
    KNOWN.get(name).copied().unwrap_or_default()
}

/// The description of a tool; a family of subcommands may have its own: `aws s3`.
pub fn tool(name: &str) -> Option<&'static Tool> {
    known(name).tool
}
