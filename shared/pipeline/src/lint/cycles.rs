//! Can the steps be put in an order at all?
//!
//! A step waits for what it refers to, for what it depends on, and for the condition whose branch
//! it stands in. Nothing here recurses, so that a chain of any length is fine.

use std::collections::BTreeSet;

use crate::lint::definition::Definition;
use crate::lint::depends;
use crate::lint::reference::Target;
use crate::lint::report::Report;

/// Reports each circle once, at the step of it that comes first in the document.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    let mut graph = Graph::of(definition);

    graph.peel(0..graph.waits.len());
    while let Some(circle) = graph.circle() {
        let name = |index: &usize| definition.steps.get(*index).map_or("", |step| step.name);
        let Some(first) = circle.first().and_then(|index| definition.steps.get(*index)) else {
            return;
        };
        let mut path: Vec<&str> = circle.iter().map(name).collect();
        path.push(first.name);
        report.error(
            &first.at,
            "cycle",
            format!("steps wait for each other: {}", path.join(" -> ")),
            "break the circle: let one of them use a parameter or an earlier step",
        );
        graph.remove(&circle);
    }
}

/// Who waits for whom, among the steps not yet known to be free of circles.
struct Graph {
    waits: Vec<BTreeSet<usize>>,
    awaited: Vec<BTreeSet<usize>>,
    alive: BTreeSet<usize>,
}

impl Graph {
    fn of(definition: &Definition<'_>) -> Self {
        let size = definition.steps.len();
        let mut graph = Self {
            waits: vec![BTreeSet::new(); size],
            awaited: vec![BTreeSet::new(); size],
            alive: (0..size).collect(),
        };
        for (from, step) in definition.steps.iter().enumerate() {
            for reference in &step.references {
                if let Target::Step(name, _) = &reference.target {
                    graph.connect(from, definition.step(name).map(|(index, _)| index));
                }
            }
            for (entry, _) in step.list("DependsOn") {
                let named = depends::name(entry).and_then(|name| definition.step(name));
                graph.connect(from, named.map(|(index, _)| index));
            }
            graph.connect(from, step.inside.map(|inside| inside.parent));
        }
        graph
    }

    fn connect(&mut self, from: usize, to: Option<usize>) {
        let Some(to) = to.filter(|to| *to != from) else { return };
        if let Some(waits) = self.waits.get_mut(from) {
            waits.insert(to);
        }
        if let Some(awaited) = self.awaited.get_mut(to) {
            awaited.insert(from);
        }
    }

    /// Drops every step that waits for nothing or that nothing waits for, until none is left.
    fn peel(&mut self, candidates: impl IntoIterator<Item = usize>) {
        let mut open: Vec<usize> = candidates.into_iter().collect();

        while let Some(index) = open.pop() {
            let free = |edges: &[BTreeSet<usize>]| edges.get(index).is_none_or(BTreeSet::is_empty);
            if self.alive.contains(&index) && (free(&self.waits) || free(&self.awaited)) {
                open.extend(self.cut(index));
            }
        }
    }

    /// Drops a step and answers its neighbours.
    fn cut(&mut self, index: usize) -> Vec<usize> {
        self.alive.remove(&index);
        let waits = self.waits.get_mut(index).map(std::mem::take).unwrap_or_default();
        let awaited = self.awaited.get_mut(index).map(std::mem::take).unwrap_or_default();

        for to in &waits {
            if let Some(edges) = self.awaited.get_mut(*to) {
                edges.remove(&index);
            }
        }
        for from in &awaited {
            if let Some(edges) = self.waits.get_mut(*from) {
                edges.remove(&index);
            }
        }
        waits.into_iter().chain(awaited).collect()
    }

    fn remove(&mut self, circle: &[usize]) {
        let neighbours: Vec<usize> = circle.iter().flat_map(|index| self.cut(*index)).collect();
        self.peel(neighbours);
    }

    /// Follows the first wait from the first step left until a step comes up again.
    fn circle(&self) -> Option<Vec<usize>> {
        let mut path = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = self.alive.first().copied()?;

        while seen.insert(next) {
            path.push(next);
            next = self.waits.get(next)?.first().copied()?;
        }
        let start = path.iter().position(|index| *index == next)?;
        let mut circle = path.split_off(start);
        let smallest = (0..circle.len()).min_by_key(|place| circle.get(*place).copied())?;
        circle.rotate_left(smallest);
        Some(circle)
    }
}
