//! Walks the tree of a shell text and says what stands where, and under which conditions.
//!
//! In: the tree. Out: a `Reading`. Not its business: what is inside of words (`words`), and texts in them.

use super::ast::{Chain, Command, Compound, Document, Joint, List, Piece, Redirect, Simple, Test};
use super::guards::{self, Proof};
use super::options;
use super::reading::{Event, Loop, Options, Reading, Simple as Said, To};
use super::tree::Pipeline;
use std::ops::Range;

/// A walk through one text.
pub struct Walk<'t> {
    text: &'t str,
    documents: Vec<Document>,
    reading: Reading,
    /// What is true of the pipelines that come next.
    here: Pipeline,
    subshells: usize,
    /// Of the simple command that comes next.
    site: (usize, usize),
}

impl<'t> Walk<'t> {
    /// Before the first command.
    pub fn new(text: &'t str, documents: Vec<Document>, options: Options) -> Self {
        let here = Pipeline { errexit: options.errexit, pipefail: options.pipefail, last: true, ..Pipeline::default() };
        Walk { text, documents, reading: Reading::default(), here, subshells: 0, site: (0, 0) }
    }

    /// The whole text.
    pub fn script(mut self, list: &List) -> Reading {
        self.items(list);
        self.reading
    }

    /// A list in its own right: what is known at its end is forgotten behind it.
    fn list(&mut self, list: &List) {
        let known = self.here.guarded.len();
        self.items(list);
        self.here.guarded.truncate(known);
    }

    /// A list with something else said about its pipelines.
    fn list_with(&mut self, list: &List, change: impl FnOnce(&mut Pipeline)) {
        let before = self.here.clone();
        change(&mut self.here);
        self.list(list);
        let options = (self.here.errexit, self.here.pipefail);
        self.here = Pipeline { errexit: options.0, pipefail: options.1, ..before };
    }

    fn items(&mut self, list: &List) {
        let last = self.here.last;
        for (i, chain) in list.0.iter().enumerate() {
            self.here.last = last && i + 1 == list.0.len();
            let (background, unheard) = (self.here.background, self.here.unheard);
            self.here.background = background || chain.background;
            self.here.unheard = unheard || self.here.asked && chain.rest.is_empty() && i + 1 < list.0.len();
            self.chain(chain);
            (self.here.background, self.here.unheard) = (background, unheard);
            let known = guards::behind(chain, self.here.errexit && !self.here.asked);
            self.here.guarded.extend(known);
        }
        self.here.last = last;
    }

    /// `a && b || c`: each is known by where it begins, and what follows it runs if it succeeds or fails.
    fn chain(&mut self, chain: &Chain) {
        if chain.rest.is_empty() {
            return self.pipeline(&chain.first);
        }
        let (known, asked, last) = (self.here.guarded.len(), self.here.asked, self.here.last);
        let count = chain.rest.len();
        let mut starts = vec![self.reading.pipelines.len()];
        let mut proof = guards::proof(&chain.first);
        (self.here.asked, self.here.last) = (true, false);
        self.pipeline(&chain.first);
        for (i, (joint, pipeline)) in chain.rest.iter().enumerate() {
            let learnt = std::mem::take(&mut proof);
            self.here.guarded.extend(if *joint == Joint::And { learnt.if_true } else { learnt.if_false });
            self.here.asked = asked || i + 1 < count;
            self.here.last = last && i + 1 == count;
            starts.push(self.reading.pipelines.len());
            self.pipeline(pipeline);
            proof = guards::proof(pipeline);
        }
        self.here.guarded.truncate(known);
        (self.here.asked, self.here.last) = (asked, last);
        self.outcomes(&starts, chain);
    }

    fn outcomes(&mut self, starts: &[usize], chain: &Chain) {
        let end = self.reading.pipelines.len();
        let bounds = |i: usize| starts[i]..starts.get(i + 1).copied().unwrap_or(end);
        for (i, start) in starts.iter().enumerate() {
            let next = |wanted: Joint| (i + 1..starts.len()).find(|j| chain.rest[j - 1].0 == wanted);
            let (then, otherwise) = (next(Joint::And).map(bounds), next(Joint::Or).map(bounds));
            let pipeline = &mut self.reading.pipelines[*start];
            pipeline.then = then.unwrap_or(pipeline.then.clone());
            pipeline.otherwise = otherwise.unwrap_or(pipeline.otherwise.clone());
        }
    }

    fn pipeline(&mut self, pipeline: &super::ast::Pipeline) {
        let index = self.reading.pipelines.len();
        let (stages, negated) = (pipeline.stages.len(), pipeline.negated);
        let asked = self.here.asked || negated;
        self.reading.pipelines.push(Pipeline { stages, negated, asked, ..self.here.clone() });
        let outer = std::mem::replace(&mut self.here.asked, asked);
        for (stage, command) in pipeline.stages.iter().enumerate() {
            self.site = (index, stage);
            match command {
                // A stage is a process of its own.
                Command::Compound(compound, redirects) if stages > 1 => {
                    self.apart(|walk| walk.compound(compound));
                    self.redirects(redirects);
                }
                _ => self.command(command),
            }
        }
        self.here.asked = outer;
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Compound(compound, redirects) => {
                self.compound(compound);
                self.redirects(redirects);
            }
            Command::Function(name, body) => {
                self.reading.events.push(Event::Function((*name).to_owned()));
                let (before, start) = (self.here.clone(), self.reading.pipelines.len());
                (self.here.in_function, self.here.last) = (true, true);
                self.command(body);
                self.here = before;
                self.reading.bodies.push(((*name).to_owned(), start..self.reading.pipelines.len()));
            }
        }
    }

    fn compound(&mut self, compound: &Compound) {
        match compound {
            Compound::Arithmetic(range) => self.reading.events.push(Event::Arithmetic(range.clone(), self.site.0)),
            Compound::Count { head, body } => {
                self.reading.events.push(Event::Arithmetic(head.clone(), self.site.0));
                self.looped(body);
            }
            Compound::Group(list) => self.items(list),
            Compound::Subshell(list) => self.apart(|walk| walk.list(list)),
            Compound::For { variable, values, head, body } => {
                let listed = values.iter().map(|word| Event::Listed((*variable).to_owned(), word.range()));
                self.reading.events.extend(listed);
                self.reading.events.push(Event::Set((*variable).to_owned(), head.clone()));
                if self.text.get(head.clone()).is_some_and(|head| head.trim_start().starts_with("select")) {
                    self.reading.menus.push(head.clone());
                }
                self.looped(body);
            }
            Compound::Case { value, arms } => self.case(value, arms),
            Compound::If { arms, otherwise } => self.branches(arms, otherwise.as_ref()),
            Compound::While { wanted, condition, head, body } => self.repeat(*wanted, condition, head, body),
            Compound::Test(test) => self.test(test),
            Compound::Coprocess(command) => self.command(command),
        }
    }

    /// In a shell of its own.
    fn apart(&mut self, walk: impl FnOnce(&mut Self)) {
        self.subshells += 1;
        let (number, before) = (self.subshells, self.here.clone());
        self.here.subshell = number;
        walk(self);
        self.here = before;
    }

    fn looped(&mut self, body: &List) {
        let start = self.reading.pipelines.len();
        self.list_with(body, |here| here.in_loop = true);
        self.reading.loops.push(start..self.reading.pipelines.len());
    }

    fn repeat(&mut self, wanted: bool, condition: &List, head: &Range<usize>, looped: &List) {
        let (start, events) = (self.reading.pipelines.len(), self.reading.events.len());
        self.list_with(condition, |here| {
            (here.asked, here.in_loop, here.last, here.condition) = (true, true, false, true);
        });
        let body = self.reading.pipelines.len();
        let known = guards::of_list(condition);
        self.list_with(looped, |here| {
            here.in_loop = true;
            here.guarded.extend(if wanted { known.if_true } else { known.if_false });
        });
        let end = self.reading.pipelines.len();
        self.reading.loops.push(start..end);
        if guards::is_constant(condition, wanted) && !guards::leaves_within(looped) {
            self.reading.endless.push(head.clone());
        }
        let counts = self.reading.events[events..].iter().any(|event| matches!(event, Event::Arithmetic(..)));
        let last = self.reading.events[events..].iter().map(Event::end).max().unwrap_or(head.end);
        let each = Loop { head: head.clone(), end: last, condition: start..body, body: body..end, counts };
        self.reading.waits.push(each);
        self.decides(start..body, if wanted { body..end } else { 0..0 }, if wanted { 0..0 } else { body..end });
    }

    fn case(&mut self, value: &Piece, arms: &[(Vec<Piece>, List)]) {
        self.word(value);
        for (patterns, list) in arms {
            patterns.iter().for_each(|pattern| self.word(pattern));
            let known = guards::of_case(value, patterns);
            self.list_with(list, |here| {
                here.in_branch = true;
                here.guarded.extend(known);
            });
        }
    }

    fn branches(&mut self, arms: &[(List, List)], last: Option<&List>) {
        let (mut conditions, mut starts, mut learnt) = (Vec::new(), Vec::new(), Vec::new());
        let all = arms.iter().map(|(condition, body)| (Some(condition), body)).chain(last.map(|body| (None, body)));
        for (i, (condition, body)) in all.enumerate() {
            if i > 0 {
                starts.push(self.reading.pipelines.len());
            }
            learnt = self.branch(condition, body, learnt, &mut conditions);
        }
        let end = self.reading.pipelines.len();
        for (i, (condition, then)) in conditions.into_iter().enumerate() {
            let otherwise = starts.get(i).map_or(0..0, |start| *start..starts.get(i + 1).copied().unwrap_or(end));
            self.decides(condition, then, otherwise);
        }
    }

    /// One condition with its branch; `known` holds in both. What holds if it fails comes back.
    fn branch(
        &mut self,
        condition: Option<&List>,
        body: &List,
        known: Vec<String>,
        conditions: &mut Vec<(Range<usize>, Range<usize>)>,
    ) -> Vec<String> {
        let start = self.reading.pipelines.len();
        let mut proof = Proof::default();
        if let Some(list) = condition {
            self.list_with(list, |here| {
                (here.asked, here.last, here.condition) = (true, false, true);
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

    fn test(&mut self, test: &Test) {
        match test {
            Test::And(left, right) | Test::Or(left, right) => {
                self.test(left);
                self.test(right);
            }
            Test::Not(inner) => self.test(inner),
            Test::Unary(operator, word) => {
                if matches!(*operator, "-n" | "-z") && !word.text.contains(['$', '`']) {
                    self.reading.constants.push(word.range());
                }
                self.reading.events.push(Event::Tested((*operator).to_owned(), word.range()));
            }
            Test::Binary(operator, left, right) => {
                if *operator == "-ge" && right.text == "0" {
                    self.reading.constants.push(left.start..right.range().end);
                }
                self.reading.events.push(Event::Tested((*operator).to_owned(), left.range()));
                // What is put in order is told with what it is compared to.
                if matches!(*operator, "<" | ">") {
                    self.reading.events.push(Event::Tested((*operator).to_owned(), right.range()));
                } else {
                    self.word(right);
                }
            }
        }
    }

    fn word(&mut self, word: &Piece) {
        self.reading.events.push(Event::Word(word.range()));
    }

    fn simple(&mut self, command: &Simple) {
        command.processes.iter().for_each(|list| self.process(list));
        let mut said = Said { site: self.site, ..Said::default() };
        said.assignments = command.assignments.iter().map(|(name, all)| ((*name).to_owned(), all.range())).collect();
        said.words = command.words.iter().map(Piece::range).collect();
        command.redirects.iter().for_each(|redirect| self.redirect(redirect, &mut said));
        said.comment = said.words.last().and_then(|last| options::comment(self.text, last.end));
        options::set(command.words.iter().map(|word| word.text), &mut self.here);
        self.reading.events.push(Event::Simple(said));
    }

    /// `<(…)`: its status is nobody's business.
    fn process(&mut self, list: &List) {
        let site = self.site;
        self.list_with(list, |here| {
            (here.background, here.process, here.last, here.errexit) = (true, true, false, false);
        });
        self.site = site;
    }

    fn redirect(&mut self, redirect: &Redirect, said: &mut Said) {
        match redirect {
            Redirect::File { fd, writes, appends, target } => {
                said.redirects.push(To { writes: (*writes, *appends), fd: *fd, target: target.range() });
            }
            Redirect::Process(fd, list) => {
                said.fed |= *fd == 0;
                self.process(list);
            }
            Redirect::Copy(word) => self.word(word),
            Redirect::String(word) => said.string = Some(word.range()),
            Redirect::Document(index) => said.document = self.documents.get(*index).cloned(),
            Redirect::None => {}
        }
    }

    fn redirects(&mut self, redirects: &[Redirect]) {
        let mut said = Said::default();
        redirects.iter().for_each(|redirect| self.redirect(redirect, &mut said));
        self.reading.events.extend(said.redirects.into_iter().map(Event::Redirected));
        self.reading.events.extend(said.string.map(Event::Word));
        self.reading.events.extend(said.document.map(Event::Document));
    }
}
