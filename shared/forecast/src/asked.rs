//! What does a scenario ask for?

use scenario::Scenario;
use scenario::judgement::Metric;
use scenario::model::{Baseline, Ensemble, Model};
use series::features::Recipe;
use series::panel::Panel;

use crate::candidate::Candidate;
use crate::local::Local;
use crate::pooled::{Features, Learner, Regression};
use crate::task::{Combination, Holiday, Objective, Task};
use crate::tournament::measure::Measure;

impl Task {
    /// What a scenario asks of a panel; none where its rows stand alone.
    pub fn of(scenario: &Scenario, panel: &Panel) -> Option<Self> {
        let series = scenario.series()?;
        let horizon = usize::try_from(series.horizon).ok()?;
        let season = usize::try_from(series.season).ok()?;
        let guess = Self::guess(panel, horizon);
        let mut seasons = guess.seasons.clone();
        seasons.push(season);
        seasons.retain(|season| *season > 1);
        seasons.sort_unstable();
        seasons.dedup();
        let models = scenario.models();
        let holiday = scenario.features().holiday.as_ref();
        let weight = metric::HOLIDAY_WEIGHT;
        Some(Self {
            seasons,
            quantiles: series.quantiles.iter().map(|q| f64::from(q.percent()) / 100.0).collect(),
            objective: objective(scenario.gate().metric),
            measure: measure(scenario.gate().metric),
            candidates: models.allowed.iter().flat_map(|model| candidates(*model)).collect(),
            combination: match models.ensemble {
                Ensemble::None => Combination::Best,
                Ensemble::Weighted => Combination::Weighted,
            },
            holiday: holiday.map(|column| Holiday { column: column.to_string(), weight }),
            features: Recipe::of(scenario).map(|recipe| Features::of(&recipe)),
            ..guess
        })
    }
}

fn objective(metric: Metric) -> Objective {
    match metric {
        Metric::Rmse | Metric::R2 => Objective::Rmse,
        Metric::Mae | Metric::Wape | Metric::Wmae | Metric::MeanWql => Objective::Wmae,
        Metric::Mase | Metric::Rmsse | Metric::Smape => Objective::Mase,
    }
}

/// The number by which people judge, where it is another than what is minimised and candidates have
/// it. R2 puts them in the order of the RMSE.
fn measure(metric: Metric) -> Measure {
    match metric {
        Metric::Mae => Measure::Mae,
        Metric::Wape => Measure::Wape,
        Metric::MeanWql => Measure::MeanWql,
        Metric::Rmse | Metric::R2 | Metric::Wmae | Metric::Mase | Metric::Rmsse | Metric::Smape => {
            Measure::Loss
        }
    }
}

/// The candidates that a model of a scenario stands for.
pub fn candidates(model: Model) -> Vec<Candidate> {
    let both = |learner| Regression::both(learner).map(Candidate::Regression).to_vec();
    match model {
        Model::Ets => vec![Candidate::Local(Local::Ets)],
        Model::Theta => vec![Candidate::Local(Local::Theta)],
        Model::Multiplicative => vec![Candidate::Multiplicative, Candidate::Analogues],
        Model::Ridge => both(Learner::Ridge),
        Model::BoostedTrees => both(Learner::Boosted),
        Model::LeafwiseTrees => both(Learner::Leafwise),
        Model::ObliviousTrees => both(Learner::Oblivious),
    }
}

/// The model of a baseline that forecasts series; mean and median of rows are
/// [`crate::tabular::constant`].
pub fn baseline(baseline: Baseline) -> Local {
    match baseline {
        Baseline::Naive => Local::Naive,
        Baseline::SeasonalNaive => Local::SeasonalNaive,
        Baseline::MovingAverage => Local::MovingAverage,
        Baseline::SeasonalAverage => Local::SeasonalAverage,
        Baseline::Hybrid => Local::Hybrid,
        Baseline::Mean | Baseline::Median => Local::Mean,
    }
}
