//! `rbk explain`: what a rule means.

use super::{Outcome, print};
use crate::diagnostics::suggest;
use crate::safety::rules::{FOREIGN, RULES, rule};
use anyhow::bail;
use clap::Args;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The rule's name or code
    #[arg(value_name = "RULE")]
    rule: String,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let wanted = arguments.rule.as_str();
    let by_code = || RULES.iter().find(|rule| rule.code.eq_ignore_ascii_case(wanted));
    let foreign = || FOREIGN.iter().find(|(name, _)| *name == wanted).map(|(_, page)| *page);
    let Some(page) = rule(wanted).or_else(by_code).map(|rule| rule.page).or_else(foreign) else {
        let similar = suggest(wanted, RULES.iter().map(|rule| rule.name));
        let advice =
            similar.map_or_else(|| "`rbk rules` lists them".to_owned(), |name| format!("did you mean `{name}`?"));
        bail!("there is no rule `{wanted}`: {advice}");
    };
    print(&format!("{}\n", page.trim_end()))?;
    Ok(Outcome::Clean)
}
