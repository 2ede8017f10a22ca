//! The points of failure that stand for several: where a probe or nobody tells how far the change came.

use super::{Position, Simulation, World};
use rbk::ir::actions;
use rbk::safety::matrix::Point;
use std::collections::BTreeMap;

impl Simulation<'_> {
    /// The worlds at a point, also at one that stands for several of those of `points`, of a change without branches.
    pub fn at(&self, points: &BTreeMap<Point, Vec<Position>>, point: &Point) -> Vec<Position> {
        let all = |points: &[Point], known: &BTreeMap<Point, Vec<Position>>| {
            points.iter().filter_map(|p| known.get(p)).flatten().cloned().collect::<Vec<_>>()
        };
        let uncrossed = |found: Vec<Position>| {
            let found = found.into_iter().filter(|position| !position.0.mailed);
            found.map(|position| Position(World { passed: false, ..position.0 })).collect()
        };
        match point {
            Point::Unknown => points.values().flatten().cloned().collect(),
            Point::Unpassed(id) => uncrossed(all(&[Point::Inside(id.clone())], points)),
            Point::Found { since, until } => all(&self.range(since.as_ref(), until.as_ref()), points),
            Point::FoundUnpassed { since, crossing } => {
                uncrossed(all(&self.range(since.as_ref(), Some(crossing)), points))
            }
            _ => points.get(point).cloned().unwrap_or_default(),
        }
    }

    /// The points from the end of one step to the middle of another.
    fn range(&self, since: Option<&String>, until: Option<&String>) -> Vec<Point> {
        let ids = actions(&self.phase.body).into_iter().map(|action| action.id.clone());
        let all =
            std::iter::once(Point::Before).chain(ids.flat_map(|id| [Point::Inside(id.clone()), Point::After(id)]));
        let begins = |point: &Point| since.is_none_or(|id| *point == Point::After(id.clone()));
        let mut range = Vec::new();
        for point in all.skip_while(|point| !begins(point)) {
            let last = until.is_some_and(|id| point == Point::Inside(id.clone()));
            range.push(point);
            if last {
                break;
            }
        }
        range
    }
}
