//! Series: a tournament over earlier origins, and the winning mixture.

use forecast::task::Task;
use forecast::{Fitted, Placing, Stage, fit};
use scenario::model::Refit;
use series::assemble::Assembled;
use series::panel::Panel;
use series::read::TimeForm;

use super::{Trained, Work};
use crate::bundle::{Draft, TrainedOn, fingerprint};
use crate::failure::Failure;
use crate::history::{Span, cleaned, prepared, prepared_panel, prepared_schema, rows};
use crate::table::Table;

pub(super) fn train(work: &Work<'_>) -> Result<Trained, Failure> {
    let mut places = vec![work.train.as_path()];
    places.extend(work.validation.as_deref());
    let Assembled { panel, notes } = prepared(&places, work.scenario)?;
    let panel = cleaned(panel, work.scenario);
    let task = Task::of(work.scenario, &panel).ok_or(Failure::NotByTime)?;
    let mut fitted = fit(&panel, &task)?;
    if work.scenario.models().refit == Refit::Never && work.validation.is_some() {
        let alone = cleaned(prepared_panel(&[&work.train], work.scenario)?, work.scenario);
        fitted = fitted.refit(&alone)?;
    }
    let name = name(&fitted, &panel);
    let draft = Draft {
        scenario: (work.scenario, work.text),
        retailer: work.retailer,
        name: name.clone(),
        features: fitted.feature_names(),
        trained: trained_on(work, &panel),
        model_json: fitted.to_json()?,
        history: Some(&panel),
        times: TimeForm::alike(&notes.formats),
    };
    draft.write(&work.model)?;
    let size = fitted.choice.evidence;
    let words = format!(
        "the best of {} models, over {} series, {} origins and {} steps",
        fitted.choice.table.len(),
        size.series,
        size.origins,
        size.steps
    );
    Ok(Trained { name, comparison: comparison(&fitted, &task), words })
}

/// The members of the mixture by weight, at most three of them named.
pub(crate) fn name(fitted: &Fitted, panel: &Panel) -> String {
    let mut members: Vec<(f64, String)> = fitted
        .choice
        .members
        .iter()
        .map(|it| (it.weights.iter().sum::<f64>(), it.candidate.name(&panel.keys)))
        .collect();
    members.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let more = members.len().saturating_sub(3);
    let named: Vec<String> = members.into_iter().take(3).map(|(_, name)| name).collect();
    let named = named.join(" + ");
    if more > 0 { format!("{named} + {more} more") } else { named }
}

/// Every model that competed, the best by the gate's metric first; those that left early come last,
/// because they were measured on a sample.
fn comparison(fitted: &Fitted, task: &Task) -> Table {
    let value = |it: &Placing| it.measured.unwrap_or(f64::NAN);
    let mut placings: Vec<&Placing> = fitted.choice.table.iter().collect();
    placings.sort_by(|one, other| {
        let is_early = |it: &Placing| it.stage == Stage::Screened;
        let order = is_early(one).cmp(&is_early(other));
        order.then(value(one).total_cmp(&value(other)))
    });
    let stage = |stage: Stage| match stage {
        Stage::Screened => "screened",
        Stage::Finished => "finished",
        Stage::Mixture => "mixture",
    };
    let metric = task.measure.key(task.objective);
    Table::new()
        .text("model", placings.iter().map(|it| &it.name))
        .text("stage", placings.iter().map(|it| stage(it.stage)))
        .text("metric", placings.iter().map(|_| metric))
        .number("validation_loss", placings.iter().map(|it| value(it)))
}

fn trained_on(work: &Work<'_>, panel: &Panel) -> TrainedOn {
    let everything = Span { from: None, before: None };
    let table = rows(panel, &prepared_schema(work.scenario), everything);
    let (first, last) = panel.extent().unzip();
    let moment = |point: i64| panel.grid.moment(point).to_string();
    TrainedOn {
        rows: table.rows() as u64,
        series: panel.series.len() as u64,
        from: first.map(moment),
        to: last.map(moment),
        fingerprint: fingerprint(&table),
        job: work.job.clone(),
    }
}
