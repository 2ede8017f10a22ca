//! Walks the shell parser's tree and says in our own terms what stands where.
//!
//! In: the parser's tree of a text. Out: a `Reading`. Not its business: what is inside of words (`words`), and texts in them.

use super::brush::{Document, Event, Options, Places, Reading, Simple, To};
use super::guards::{self, Proof};
use super::options;
use super::tree::Pipeline;
use brush_parser::SourceSpan;
use brush_parser::ast::{
    self, AndOr, ArithmeticForClauseCommand, Assignment, AssignmentName, CaseClauseCommand, Command,
    CommandPrefixOrSuffixItem, CompoundCommand, CompoundList, ExtendedTestExpr, ForClauseCommand, FunctionBody,
    IfClauseCommand, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, Program, RedirectList, SimpleCommand,
    SourceLocation, WhileOrUntilClauseCommand, Word,
};
use std::ops::Range;

/// A walk through one text.
pub struct Walk<'t> {
    text: &'t str,
    places: &'t Places,
    reading: Reading,
    /// What is true of the pipelines that come next.
    here: Pipeline,
    subshells: usize,
    /// Of the simple command that comes next.
    site: (usize, usize),
}

impl<'t> Walk<'t> {
    /// Before the first command.
    pub fn new(text: &'t str, places: &'t Places, options: Options) -> Self {
        let here = Pipeline { errexit: options.errexit, pipefail: options.pipefail, last: true, ..Pipeline::default() };
        Walk { text, places, reading: Reading::default(), here, subshells: 0, site: (0, 0) }
    }

    /// The whole text.
    pub fn program(mut self, program: &Program) -> Reading {
        let count = program.complete_commands.len();
        for (i, list) in program.complete_commands.iter().enumerate() {
            self.here.last = i + 1 == count;
            self.items(list);
        }
        self.reading
    }

    /// A list in its own right: what is known at its end is forgotten behind it.
    fn list(&mut self, list: &CompoundList) {
        let known = self.here.guarded.len();
        self.items(list);
        self.here.guarded.truncate(known);
    }

    /// A list with something else said about its pipelines.
    fn list_with(&mut self, list: &CompoundList, change: impl FnOnce(&mut Pipeline)) {
        let before = self.here.clone();
        change(&mut self.here);
        self.list(list);
        let options = (self.here.errexit, self.here.pipefail);
        self.here = Pipeline { errexit: options.0, pipefail: options.1, ..before };
    }

    fn items(&mut self, list: &CompoundList) {
        let last = self.here.last;
        for (i, item) in list.0.iter().enumerate() {
            self.here.last = last && i + 1 == list.0.len();
            let background = self.here.background;
            self.here.background = background || matches!(item.1, ast::SeparatorOperator::Async);
            self.and_or(&item.0);
            self.here.background = background;
            let known = guards::behind(&item.0, self.here.errexit && !self.here.asked);
            self.here.guarded.extend(known);
        }
        self.here.last = last;
    }

    /// `a && b || c`: each is known by where it begins, and what follows it runs if it succeeds or fails.
    fn and_or(&mut self, list: &ast::AndOrList) {
        let (known, asked, last) = (self.here.guarded.len(), self.here.asked, self.here.last);
        let count = list.additional.len();
        let mut starts = vec![self.reading.pipelines.len()];
        let mut proof = guards::proof(&list.first);
        self.here.asked = asked || count > 0;
        self.here.last = last && count == 0;
        self.pipeline(&list.first);
        for (i, next) in list.additional.iter().enumerate() {
            let (pipeline, learnt) = match next {
                AndOr::And(pipeline) => (pipeline, std::mem::take(&mut proof).if_true),
                AndOr::Or(pipeline) => (pipeline, std::mem::take(&mut proof).if_false),
            };
            self.here.guarded.extend(learnt);
            self.here.asked = asked || i + 1 < count;
            self.here.last = last && i + 1 == count;
            starts.push(self.reading.pipelines.len());
            self.pipeline(pipeline);
            proof = guards::proof(pipeline);
        }
        self.here.guarded.truncate(known);
        (self.here.asked, self.here.last) = (asked, last);
        self.outcomes(&starts, &list.additional);
    }

    fn outcomes(&mut self, starts: &[usize], additional: &[AndOr]) {
        let end = self.reading.pipelines.len();
        let bounds = |i: usize| starts[i]..starts.get(i + 1).copied().unwrap_or(end);
        for (i, start) in starts.iter().enumerate() {
            let next = |and: bool| (i + 1..starts.len()).find(|j| matches!(additional[j - 1], AndOr::And(_)) == and);
            let (then, otherwise) = (next(true).map(bounds), next(false).map(bounds));
            let pipeline = &mut self.reading.pipelines[*start];
            pipeline.then = then.unwrap_or(pipeline.then.clone());
            pipeline.otherwise = otherwise.unwrap_or(pipeline.otherwise.clone());
        }
    }

    fn pipeline(&mut self, pipeline: &ast::Pipeline) {
        let index = self.reading.pipelines.len();
        let (stages, negated) = (pipeline.seq.len(), pipeline.bang);
        let asked = self.here.asked || negated;
        self.reading.pipelines.push(Pipeline { stages, negated, asked, ..self.here.clone() });
        let outer = std::mem::replace(&mut self.here.asked, asked);
        for (stage, command) in pipeline.seq.iter().enumerate() {
            self.site = (index, stage);
            self.command(command);
        }
        self.here.asked = outer;
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Compound(compound, redirects) => {
                self.compound(compound);
                self.redirects(redirects.as_ref());
            }
            Command::Function(function) => {
                self.reading.events.push(Event::Function(function.fname.value.clone()));
                let FunctionBody(body, redirects) = &function.body;
                let before = self.here.clone();
                (self.here.in_function, self.here.last) = (true, true);
                self.compound(body);
                self.here = before;
                self.redirects(redirects.as_ref());
            }
            Command::ExtendedTest(test, redirects) => {
                self.test(&test.expr);
                self.redirects(redirects.as_ref());
            }
        }
    }

    fn compound(&mut self, compound: &CompoundCommand) {
        match compound {
            CompoundCommand::Arithmetic(expression) => self.arithmetic(&expression.loc),
            CompoundCommand::ArithmeticForClause(clause) => self.arithmetic_for(clause),
            CompoundCommand::BraceGroup(group) => self.items(&group.list),
            CompoundCommand::Subshell(shell) => self.subshell(&shell.list),
            CompoundCommand::ForClause(clause) => self.for_clause(clause),
            CompoundCommand::CaseClause(clause) => self.case(clause),
            CompoundCommand::IfClause(clause) => self.if_clause(clause),
            CompoundCommand::WhileClause(clause) => self.repeat(clause, true),
            CompoundCommand::UntilClause(clause) => self.repeat(clause, false),
            CompoundCommand::Coprocess(process) => self.command(&process.body),
        }
    }

    fn subshell(&mut self, list: &CompoundList) {
        self.subshells += 1;
        let (number, before) = (self.subshells, self.here.clone());
        self.here.subshell = number;
        self.list(list);
        self.here = before;
    }

    fn arithmetic(&mut self, span: &SourceSpan) {
        let range = self.places.range(span);
        self.reading.events.push(Event::Arithmetic(range));
    }

    fn arithmetic_for(&mut self, clause: &ArithmeticForClauseCommand) {
        let head = self.places.byte(&clause.loc.start)..self.places.byte(&clause.body.loc.start);
        self.reading.events.push(Event::Arithmetic(head));
        self.list_with(&clause.body.list, |here| here.in_loop = true);
    }

    fn for_clause(&mut self, clause: &ForClauseCommand) {
        let listed = clause.values.iter().flatten().filter_map(|word| self.range(word));
        let listed: Vec<_> = listed.map(|range| Event::Listed(clause.variable_name.clone(), range)).collect();
        self.reading.events.extend(listed);
        let head = self.places.byte(&clause.loc.start)..self.places.byte(&clause.body.loc.start);
        self.reading.events.push(Event::Set(clause.variable_name.clone(), head));
        self.list_with(&clause.body.list, |here| here.in_loop = true);
    }

    fn repeat(&mut self, clause: &WhileOrUntilClauseCommand, wanted: bool) {
        let start = self.reading.pipelines.len();
        self.list_with(&clause.0, |here| (here.asked, here.in_loop, here.last) = (true, true, false));
        let body = self.reading.pipelines.len();
        let known = guards::of_list(&clause.0);
        self.list_with(&clause.1.list, |here| {
            here.in_loop = true;
            here.guarded.extend(if wanted { known.if_true } else { known.if_false });
        });
        let end = self.reading.pipelines.len();
        if guards::is_constant(&clause.0, wanted) && !guards::leaves_within(&clause.1.list) {
            let head = self.places.range(&clause.2);
            let stop = self.places.byte(&clause.1.loc.start).clamp(head.start, head.end);
            self.reading.endless.push(head.start..stop);
        }
        self.decides(start..body, if wanted { body..end } else { 0..0 }, if wanted { 0..0 } else { body..end });
    }

    fn case(&mut self, clause: &CaseClauseCommand) {
        self.word(&clause.value);
        for case in &clause.cases {
            case.patterns.iter().for_each(|pattern| self.word(pattern));
            let known = guards::of_case(&clause.value, &case.patterns);
            if let Some(list) = &case.cmd {
                self.list_with(list, |here| {
                    here.in_branch = true;
                    here.guarded.extend(known.clone());
                });
            }
        }
    }

    fn if_clause(&mut self, clause: &IfClauseCommand) {
        let mut conditions = Vec::new();
        let (mut learnt, mut arms) =
            (self.branch(Some(&clause.condition), &clause.then, Vec::new(), &mut conditions), Vec::new());
        for other in clause.elses.iter().flatten() {
            arms.push(self.reading.pipelines.len());
            learnt = self.branch(other.condition.as_ref(), &other.body, learnt, &mut conditions);
        }
        let end = self.reading.pipelines.len();
        for (i, (condition, then)) in conditions.into_iter().enumerate() {
            let otherwise = arms.get(i).map_or(0..0, |start| *start..arms.get(i + 1).copied().unwrap_or(end));
            self.decides(condition, then, otherwise);
        }
    }

    /// One condition with its branch; `known` holds in both. What holds if it fails comes back.
    fn branch(
        &mut self,
        condition: Option<&CompoundList>,
        body: &CompoundList,
        known: Vec<String>,
        conditions: &mut Vec<(Range<usize>, Range<usize>)>,
    ) -> Vec<String> {
        let start = self.reading.pipelines.len();
        let mut proof = Proof::default();
        if let Some(list) = condition {
            self.list_with(list, |here| {
                (here.asked, here.last) = (true, false);
                here.guarded.extend(known.clone());
            });
            proof = guards::of_list(list);
        }
        let middle = self.reading.pipelines.len();
        let learnt: Vec<String> = known.iter().cloned().chain(proof.if_true).collect();
        self.list_with(body, |here| {
            here.in_branch = true;
            here.guarded.extend(learnt);
        });
        if condition.is_some() {
            conditions.push((start..middle, middle..self.reading.pipelines.len()));
        }
        known.into_iter().chain(proof.if_false).collect()
    }

    /// What a condition leads to: its last pipeline that is not inside of another decides.
    fn decides(&mut self, condition: Range<usize>, then: Range<usize>, otherwise: Range<usize>) {
        for pipeline in self.reading.pipelines.get_mut(condition).into_iter().flatten() {
            if pipeline.then.is_empty() {
                pipeline.then = then.clone();
            }
            if pipeline.otherwise.is_empty() {
                pipeline.otherwise = otherwise.clone();
            }
        }
    }

    fn test(&mut self, test: &ExtendedTestExpr) {
        match test {
            ExtendedTestExpr::And(left, right) | ExtendedTestExpr::Or(left, right) => {
                self.test(left);
                self.test(right);
            }
            ExtendedTestExpr::Not(inner) | ExtendedTestExpr::Parenthesized(inner) => self.test(inner),
            ExtendedTestExpr::UnaryTest(_, word) => self.word(word),
            ExtendedTestExpr::BinaryTest(_, left, right) => {
                self.word(left);
                self.word(right);
            }
        }
    }

    fn range(&self, word: &Word) -> Option<Range<usize>> {
        word.location().map(|span| self.trimmed(self.places.range(&span)))
    }

    /// Behind a continued line the parser counts blanks among the word that follows them.
    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let mut rest = self.text.get(range.clone()).unwrap_or("");
        loop {
            let trimmed = rest.trim_start_matches([' ', '\t', '\n']);
            match trimmed.strip_prefix("\\\n") {
                Some(next) => rest = next,
                None => return range.end - trimmed.len()..range.end,
            }
        }
    }

    fn word(&mut self, word: &Word) {
        let range = self.range(word);
        self.reading.events.extend(range.map(Event::Word));
    }

    fn simple(&mut self, command: &SimpleCommand) {
        let mut simple = Simple { site: self.site, ..Simple::default() };
        command.prefix.iter().flat_map(|prefix| &prefix.0).for_each(|item| self.item(item, false, &mut simple));
        simple.words.extend(command.word_or_name.as_ref().and_then(|word| self.range(word)));
        command.suffix.iter().flat_map(|suffix| &suffix.0).for_each(|item| self.item(item, true, &mut simple));
        simple.comment = simple.words.last().and_then(|last| options::comment(self.text, last.end));
        let words = simple.words.iter().filter_map(|range| self.text.get(range.clone()));
        options::set(words, &mut self.here);
        self.reading.events.push(Event::Simple(simple));
    }

    fn item(&mut self, item: &CommandPrefixOrSuffixItem, suffix: bool, simple: &mut Simple) {
        match item {
            CommandPrefixOrSuffixItem::IoRedirect(redirect) => self.redirect(redirect, simple),
            CommandPrefixOrSuffixItem::Word(word) => simple.words.extend(self.range(word)),
            // `export x=1`, `env x=1`, `dd of=x`: an argument that looks like an assignment.
            CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) if suffix => {
                simple.words.push(self.trimmed(self.places.range(&assignment.loc)));
            }
            CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) => {
                simple.assignments.push((name(assignment), self.trimmed(self.places.range(&assignment.loc))));
            }
            CommandPrefixOrSuffixItem::ProcessSubstitution(_, shell) => self.process(&shell.list),
        }
    }

    /// `<(…)`: its status is nobody's business.
    fn process(&mut self, list: &CompoundList) {
        let site = self.site;
        self.list_with(list, |here| (here.background, here.last, here.errexit) = (true, false, false));
        self.site = site;
    }

    fn redirect(&mut self, redirect: &IoRedirect, simple: &mut Simple) {
        match redirect {
            IoRedirect::File(fd, kind, IoFileRedirectTarget::Filename(word)) => {
                let reads = matches!(kind, IoFileRedirectKind::Read);
                let writes = (!reads, matches!(kind, IoFileRedirectKind::Append));
                let to = |target| To { writes, fd: fd.unwrap_or(i32::from(!reads)), target };
                simple.redirects.extend(self.range(word).map(to));
            }
            IoRedirect::File(_, _, IoFileRedirectTarget::ProcessSubstitution(_, shell)) => self.process(&shell.list),
            IoRedirect::File(_, _, IoFileRedirectTarget::Duplicate(word)) => self.word(word),
            IoRedirect::File(_, _, IoFileRedirectTarget::Fd(_)) => {}
            IoRedirect::OutputAndError(word, appends) => {
                let to = |target| To { writes: (true, *appends), fd: 1, target };
                simple.redirects.extend(self.range(word).map(to));
            }
            IoRedirect::HereString(_, word) => simple.string = self.range(word),
            IoRedirect::HereDocument(_, document) => {
                let content = document.doc.value.clone();
                simple.document = Some(Document { content, expands: document.requires_expansion });
            }
        }
    }

    fn redirects(&mut self, redirects: Option<&RedirectList>) {
        let mut simple = Simple::default();
        redirects.iter().flat_map(|list| &list.0).for_each(|redirect| self.redirect(redirect, &mut simple));
        self.reading.events.extend(simple.redirects.into_iter().map(|to| Event::Word(to.target)));
        self.reading.events.extend(simple.string.map(Event::Word));
        self.reading.events.extend(simple.document.map(Event::Document));
    }
}

fn name(assignment: &Assignment) -> String {
    match &assignment.name {
        AssignmentName::VariableName(name) | AssignmentName::ArrayElementName(name, _) => name.clone(),
    }
}
