//! The step that judges points together; it stands between all that is computed at the points and the verdicts there.

use super::super::joint::Joint;
use super::super::{Step, Task};
use super::{Builder, sorted};

impl Builder<'_> {
    /// Puts the joint step and the verdicts that wait for it behind everything else; nothing where none is ordered.
    pub(super) fn judge_jointly(&mut self, steps: &mut Vec<Step>) {
        let Some(joint) = &self.protocol.evaluation.joint else {
            return;
        };
        let (mut verdicts, mut before): (Vec<Step>, Vec<Step>) =
            (steps.drain(..)).partition(|step| matches!(step.task, Task::JudgePoint));
        let linked = before.iter().any(|s| matches!(s.task, Task::Link(_)));
        let gives_differences = |step: &&Step| match step.task {
            Task::Link(_) => true,
            Task::Equivalence { .. } => !linked,
            _ => false,
        };
        let inputs = before.iter().filter(gives_differences);
        let mut correlations: Vec<(String, String, f64)> = (joint.correlations.iter())
            .map(|(first, second, r, _)| {
                let mut pair = sorted(vec![first.point.clone(), second.point.clone()]).into_iter();
                let mut next = || pair.next().unwrap_or_default();
                (next(), next(), *r)
            })
            .collect();
        correlations.sort_by(|x, y| (&x.0, &x.1).cmp(&(&y.0, &y.1)));
        let id = "points.joint".to_owned();
        let step = Step {
            id: id.clone(),
            measurand: None,
            point: None,
            inputs: inputs.map(|step| step.id.clone()).collect(),
            task: Task::Joint(Joint {
                procedure: joint.procedure,
                level: joint.level,
                correlations,
            }),
            clause: self.clause("evaluation.jointly", joint.at),
        };
        before.push(step);
        verdicts.iter_mut().for_each(|v| v.inputs.push(id.clone()));
        before.append(&mut verdicts);
        *steps = before;
    }
}
