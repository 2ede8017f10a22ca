//! A plan tried out: its change stopped at a point, then a way back from there, stopped and resumed as well.
//!
//! In: a compiled plan. Out: how the world ends. Which points and which ways is for the tests to choose.

use super::plans::{Dice, Plan};
use super::world::{Blow, Mood, World};
use rbk::emit::{Input, bash};
use rbk::ir::{Effect, Node, Program, Run, actions};
use rbk::model::statement::OnFailure;
use rbk::safety::matrix::{Matrix, Point, Verdict};
use rbk::source::Sources;

/// A plan, compiled.
pub struct Trial<'a> {
    pub plan: &'a Plan,
    pub program: Program,
    pub matrix: Matrix,
    /// The script, and one that refuses nothing.
    pub script: String,
    pub reckless: String,
}

/// What happens to the change.
#[derive(Debug, Clone, Default)]
pub struct Mishap {
    pub mood: Mood,
    pub blows: Vec<Blow>,
}

/// Where a change can be struck, and how, so that it stops there.
const MOMENTS: [(&str, &str); 6] =
    [("fail", "half"), ("kill", "half"), ("fail", "begin"), ("fail", "end"), ("kill", "end"), ("kill", "begin")];

impl<'a> Trial<'a> {
    pub fn new(plan: &'a Plan, program: Program, matrix: Matrix, sources: &Sources) -> Self {
        let mut all = matrix.clone();
        for cell in all.rows.iter_mut().flat_map(|row| std::sync::Arc::make_mut(&mut row.cells)) {
            cell.verdict = Verdict::Recovers;
        }
        let emit = |matrix| bash::emit(Input { program: &program, sources, matrix }).unwrap();
        let (script, reckless) = (emit(&matrix), emit(&all));
        Trial { plan, program, matrix, script, reckless }
    }

    pub fn phase(&self) -> usize {
        self.program.procedures.iter().position(|p| p.name == "go").unwrap()
    }

    /// Ways in which the change can be stopped so that it then stands at a point.
    pub fn strokes(&self, point: &Point) -> Vec<Blow> {
        match point {
            Point::Before => vec![Blow::Record("begin", "apply".to_owned(), false)],
            Point::Inside(id) => {
                let mut blows = Vec::new();
                for id in self.rounds(id) {
                    if self.acts(&id) {
                        blows.extend(MOMENTS.map(|(how, when)| Blow::Command(id.clone(), how, when)));
                        blows.push(Blow::Command(id.clone(), "fail", "between"));
                    }
                    blows.push(Blow::Record("start", id.clone(), false));
                    blows.push(Blow::Record("done", id, true));
                }
                blows
            }
            Point::After(id) => self.rounds(id).into_iter().map(|id| Blow::Record("done", id, false)).collect(),
            Point::Unpassed(_) | Point::Found { .. } | Point::FoundUnpassed { .. } | Point::Unknown => Vec::new(),
        }
    }

    /// The journal's names of a statement: one in a loop has one for each round.
    fn rounds(&self, id: &str) -> Vec<String> {
        let in_loop = |node: &Node| match node {
            Node::For(repeat) => actions(&repeat.body).iter().any(|action| action.id == id),
            _ => false,
        };
        match self.program.procedures[self.phase()].body.iter().any(in_loop) {
            true => vec![format!("{id}[1]"), format!("{id}[2]")],
            false => vec![id.to_owned()],
        }
    }

    /// Does a statement of the change run a command of the toy world?
    fn acts(&self, id: &str) -> bool {
        let id = id.split('[').next().unwrap_or_default();
        let all = self.program.procedures.iter().flat_map(|p| actions(&p.body));
        all.into_iter().any(|action| {
            let commands = !matches!(action.run, Run::Confirm(_) | Run::Verify(_) | Run::Capture { .. });
            action.id == id && commands && action.declared | !action.effects.is_empty()
        })
    }

    /// The statements after whose failure the change goes on.
    pub fn forgiving(&self) -> Vec<String> {
        let body = &self.program.procedures[self.phase()].body;
        let forgiving = actions(body).into_iter().filter(|a| matches!(a.if_fails, OnFailure::Continue(_)));
        forgiving.map(|action| action.id.clone()).collect()
    }

    /// What may strike a procedure on its way.
    pub fn hurdles(&self, procedure: usize) -> Vec<Blow> {
        let mut blows = Vec::new();
        for action in actions(&self.program.procedures[procedure].body) {
            let id = || action.id.clone();
            if self.acts(&action.id) {
                blows.extend(MOMENTS.map(|(how, when)| Blow::Command(id(), how, when)));
                blows.push(Blow::Command(id(), "kill", "between"));
            }
            blows.push(Blow::Record("start", id(), false));
            blows.push(Blow::Record("done", id(), false));
            blows.push(Blow::Record("done", id(), true));
        }
        blows.push(Blow::Record("begin", "run".to_owned(), false));
        blows
    }

    /// What a person may say who is asked whether something that broke off may be run again: what is total may.
    fn phrases(&self) -> Vec<String> {
        let total = |effect: &Effect| matches!(effect, Effect::Undo { total: true, .. });
        let all = self.program.procedures.iter().flat_map(|p| actions(&p.body));
        let again = all.into_iter().filter(|a| a.effects.iter().any(total)).map(|a| format!("again {}", a.id));
        std::iter::once("GO".to_owned()).chain(again).collect()
    }

    pub fn world(&self) -> World {
        World::new(&self.script, &self.plan.written())
    }

    /// Applies the change in a fresh world; the world then stands where it was stopped.
    pub fn apply(&self, mishap: &Mishap) -> (World, Option<i32>, String) {
        let world = self.world();
        world.be(mishap.mood);
        let said = world.call(&["apply", "go"], &self.phrases(), &mishap.blows);
        (world, said.code, said.text)
    }

    /// Runs a procedure to its end, struck by one blow after the other and resumed after each. How it ends.
    pub fn run(&self, world: &World, name: &str, blows: &[Blow]) -> Result<usize, String> {
        let phrases = self.phrases();
        let mut blows = blows.iter();
        let mut first = true;
        for calls in 1..8 {
            let blow: Vec<Blow> = blows.next().cloned().into_iter().collect();
            let said = match first {
                true => world.call(&["run", name], &phrases, &blow),
                false => world.call(&["resume"], &phrases, &blow),
            };
            match said.code {
                Some(0 | 8) => {
                    return world.is_back(self.plan.accepts).map(|()| calls).map_err(|e| format!("{e}\n{}", said.text));
                }
                // Killed before its begin was on disk, or not begun: it is begun anew.
                None | Some(1) if blows.len() > 0 || !blow.is_empty() => {
                    first = !begun(world);
                }
                code => return Err(format!("it ends with {code:?}:\n{}", said.text)),
            }
        }
        Err("it never ends".to_owned())
    }

    /// Looks for a run that ends badly: the change stopped at a point, then a procedure of a script that allows it there.
    /// The number of runs tried beside it.
    pub fn refute(&self, script: &str, point: &Point, procedure: usize, limit: usize) -> (Option<String>, usize) {
        let name = &self.program.procedures[procedure].name;
        let hurdles: Vec<Vec<Blow>> = self.hurdles(procedure).into_iter().map(|blow| vec![blow]).collect();
        let mut tried = 0;
        // First every way to the point, then every way to be interrupted behind it.
        for blows in [&[Vec::new()][..], &hurdles] {
            for mishap in self.mishaps(point) {
                let (world, ..) = self.apply(&mishap);
                if world.point() != *point {
                    continue;
                }
                world.replace_script(script);
                world.keep("stopped");
                for blows in blows {
                    tried += 1;
                    world.again("stopped");
                    if let Err(bad) = self.run(&world, name, blows) {
                        return (Some(format!("{mishap:?}, {name} with {blows:?}: {bad}")), tried);
                    }
                    if tried >= limit {
                        return (None, tried);
                    }
                }
            }
        }
        (None, tried)
    }

    /// Everything that may happen to a change that is stopped at a point, as far as it matters.
    fn mishaps(&self, point: &Point) -> Vec<Mishap> {
        let mut strokes: Vec<Option<Blow>> = self.strokes(point).into_iter().map(Some).collect();
        strokes.push(None);
        let mut mishaps = Vec::new();
        for branch in [true, false] {
            for earlier in [None, Some("half"), Some("begin")] {
                for stroke in &strokes {
                    for harm in [true, false] {
                        let mut blows: Vec<Blow> = stroke.iter().cloned().collect();
                        let forgiven = self.forgiving().into_iter().zip(earlier.iter().cycle());
                        blows.extend(forgiven.map(|(id, when)| Blow::Command(id, "fail", when)));
                        let mood = Mood { bad: harm, racing: harm, branch };
                        mishaps.push(Mishap { mood, blows });
                    }
                }
                if self.forgiving().is_empty() {
                    break;
                }
            }
            if !self.plan.branches() {
                break;
            }
        }
        mishaps
    }

    /// Goes on from behind the point of no return: with what remains, or with a procedure.
    pub fn go_on(&self, world: &World, arguments: &[&str]) -> Result<(), String> {
        let said = world.call(arguments, &self.phrases(), &[]);
        match said.code {
            Some(0) => Ok(()),
            code => Err(format!("{arguments:?} ends with {code:?}:\n{}", said.text)),
        }
    }
}

/// Has the way back been begun, by the journal?
fn begun(world: &World) -> bool {
    world.read("state/journal").lines().any(|line| line.contains("|begin|run|") && line.ends_with("|."))
}

/// A mood, by chance.
pub fn mood(dice: &mut Dice) -> Mood {
    Mood { bad: dice.chance(50), racing: dice.chance(50), branch: dice.chance(50) }
}
