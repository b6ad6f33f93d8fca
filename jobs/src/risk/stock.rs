//! When does stock run out, and when must more be ordered?
//!
//! Demand adds up over the steps: means add, and so do variances, with deviations taken from the
//! quantiles. That says that the errors of different steps are independent. Where they are not, as
//! with a level that was misjudged, the true spread is wider and stock runs out less predictably.

use std::collections::BTreeMap;
use std::path::Path;

use series::grid::Moment;
use series::read::{Batch, ReadError, Reader, Source};

use super::RiskError;
use super::distribution::{LEAST, Quantiles, Scores, normal, score};
use super::forecast::{Forecast, OfSeries, number, schema};
use crate::table::{Column, Table};

/// What is asked of stock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Policy {
    /// The probability from which on running out is told with its date.
    pub(crate) probability: f64,
    /// After how many steps an order arrives, if that is known.
    pub(crate) lead_time: Option<usize>,
    /// How often stock shall last until then.
    pub(crate) service_level: f64,
}

/// The stock of one series against its demand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stock {
    /// The place of the series in the forecast.
    pub(crate) series: usize,
    /// What there is at the start.
    pub(crate) on_hand: f64,
    /// For each step the probability that stock has run out by then.
    pub(crate) probabilities: Vec<f64>,
    /// The expected demand up to each step.
    pub(crate) demand: Vec<f64>,
    /// The first moment at which the probability asked for is reached.
    pub(crate) first: Option<Moment>,
    /// The moment up to which stock is expected to last; nothing if it outlasts the forecast.
    pub(crate) expected: Option<Moment>,
    /// What must be kept beside the expected demand of the lead time.
    pub(crate) safety: Option<f64>,
    /// From this stock on downwards an order is due.
    pub(crate) reorder_point: Option<f64>,
}

impl Stock {
    /// Whether an order is due.
    pub(crate) fn is_due(&self) -> bool {
        self.reorder_point.is_some_and(|point| self.on_hand <= point)
    }
}

const STOCK: &str = "stock";

/// Reads stock: the id columns and a column `stock`.
pub(crate) fn read(file: &Path, keys: &[String]) -> Result<BTreeMap<Vec<String>, f64>, RiskError> {
    let mut schema = schema(keys.to_vec(), "", Vec::new());
    schema.columns.push(number(STOCK));
    let column = keys.len();
    let mut reader = Reader::open(Source::path(file)?, &schema)?;
    let mut batch = Batch::default();
    let mut found = BTreeMap::new();
    while reader.read(&mut batch)? {
        if let Some(fault) = batch.faults().first() {
            return Err(ReadError::Fault(fault.clone()).into());
        }
        for (row, (series, stock)) in batch.series().iter().zip(batch.numbers(column)).enumerate() {
            let id: Vec<String> =
                reader.series().get(*series).iter().map(ToString::to_string).collect();
            let place = batch.place(row);
            if stock.is_nan() || *series == Batch::MISSING {
                let columns = format!("{}, {STOCK}", keys.join(", "));
                return Err(RiskError::Nameless { place, columns });
            }
            if found.insert(id.clone(), *stock).is_some() {
                return Err(RiskError::TwoStocks { place, series: id.join(", ") });
            }
        }
    }
    Ok(found)
}

/// The stock of all series that have one, in the order of the forecast.
pub(crate) fn stocks(
    forecast: &Forecast,
    known: &BTreeMap<Vec<String>, f64>,
    policy: Policy,
) -> Vec<Stock> {
    let scores = Scores::of(&forecast.levels);
    let series = forecast.series.iter().enumerate();
    let of = |(place, series): (usize, &OfSeries)| {
        Some(of_series((place, series), *known.get(&series.id)?, &scores, policy))
    };
    series.filter_map(of).collect()
}

fn of_series(
    (place, series): (usize, &OfSeries),
    stock: f64,
    scores: &Scores,
    policy: Policy,
) -> Stock {
    let (mut mean, mut variance, mut worst) = (0.0, 0.0_f64, LEAST);
    let mut sums = Vec::new();
    let mut probabilities = Vec::new();
    for step in &series.steps {
        let values = step.quantiles.as_slice();
        let deviation = Quantiles { scores, values }.deviation().unwrap_or(0.0);
        mean += if step.mean.is_finite() { step.mean.max(0.0) } else { 0.0 };
        variance += deviation * deviation;
        // Demand does not come back, so what has run out has run out.
        worst = out_of_stock(stock, mean, variance.sqrt()).max(worst);
        sums.push((mean, variance.sqrt()));
        probabilities.push(worst);
    }
    let moment = |at: usize| series.steps.get(at).map(|step| step.moment);
    let reaches = |it: &f64| *it >= policy.probability;
    let at_lead = policy.lead_time.and_then(|steps| sums.get(steps.checked_sub(1)?).copied());
    let safety = at_lead.map(|(_, spread)| (score(policy.service_level) * spread).max(0.0));
    Stock {
        series: place,
        on_hand: stock,
        first: probabilities.iter().position(reaches).and_then(moment),
        expected: sums.iter().position(|(mean, _)| *mean > stock).and_then(moment),
        safety,
        reorder_point: at_lead.zip(safety).map(|((mean, _), safety)| mean + safety),
        demand: sums.iter().map(|(mean, _)| *mean).collect(),
        probabilities,
    }
}

/// The probability that demand is larger than stock.
fn out_of_stock(stock: f64, mean: f64, spread: f64) -> f64 {
    let certain = if mean > stock { 1.0 } else { 0.0 };
    let probability = if spread > 0.0 { normal((mean - stock) / spread) } else { certain };
    probability.clamp(LEAST, 1.0 - LEAST)
}

/// `stock.csv`: a row for each series with stock.
pub(crate) fn table(forecast: &Forecast, stocks: &[Stock]) -> Table {
    let series = |it: &Stock| forecast.series.get(it.series);
    let mut table = Table::new();
    for (part, key) in forecast.keys.iter().enumerate() {
        let text = |it: &Stock| series(it).and_then(|it| it.id.get(part)).cloned();
        table = table.text(key, stocks.iter().map(|it| text(it).unwrap_or_default()));
    }
    let moment = |it: Option<Moment>| it.map_or_else(String::new, |it| it.to_string());
    let last = |values: &[f64]| values.last().copied().unwrap_or(f64::NAN);
    let maybe = |value: Option<f64>| value.unwrap_or(f64::NAN);
    table
        .number("stock", stocks.iter().map(|it| it.on_hand))
        .number("expected_demand", stocks.iter().map(|it| last(&it.demand)))
        .number("stockout_probability", stocks.iter().map(|it| last(&it.probabilities)))
        .text("at_risk_from", stocks.iter().map(|it| moment(it.first)))
        .text("expected_empty_at", stocks.iter().map(|it| moment(it.expected)))
        .number("safety_stock", stocks.iter().map(|it| maybe(it.safety)))
        .number("reorder_point", stocks.iter().map(|it| maybe(it.reorder_point)))
        .with("order_due", Column::Flag(stocks.iter().map(Stock::is_due).collect()))
}

#[cfg(test)]
mod tests {
    use series::grid::Moment;

    use super::{Policy, of_series};
    use crate::risk::distribution::{Scores, normal, score};
    use crate::risk::forecast::{OfSeries, Step};

    const LEVELS: [f64; 3] = [0.1, 0.5, 0.9];
    const POLICY: Policy = Policy { probability: 0.1, lead_time: Some(4), service_level: 0.95 };

    /// Ten a day with a deviation of two.
    fn series(days: i64) -> OfSeries {
        let reach = 2.0 * score(0.9);
        let quantiles = vec![10.0 - reach, 10.0, 10.0 + reach];
        let step = |day| Step { moment: Moment(day), mean: 10.0, quantiles: quantiles.clone() };
        OfSeries { id: vec!["1".to_owned()], steps: (0..days).map(step).collect() }
    }

    fn stock(stock: f64) -> super::Stock {
        of_series((0, &series(9)), stock, &Scores::of(&LEVELS), POLICY)
    }

    #[test]
    fn four_days_add_up_to_forty_with_a_deviation_of_four() {
        let found = stock(44.0);

        // (40 - 44) / (2 * sqrt(4)) is one deviation below.
        assert!((found.probabilities[3] - normal(-1.0)).abs() < 1e-9);
        assert_eq!((found.first, found.expected), (Some(Moment(3)), Some(Moment(4))));
    }

    #[test]
    fn safety_stock_is_the_score_of_the_service_level_times_the_deviation() {
        let found = stock(44.0);

        assert!((found.safety.unwrap() - 1.644_853_626_951 * 4.0).abs() < 1e-6);
        assert!((found.reorder_point.unwrap() - 46.579_414_5).abs() < 1e-6);
        assert!(found.is_due() && !stock(47.0).is_due());
    }

    #[test]
    fn running_out_is_likelier_with_time_and_less_likely_with_stock() {
        for pair in [5.0, 20.0, 44.0, 90.0, 200.0].windows(2) {
            let (less, more) = (stock(pair[0]), stock(pair[1]));

            assert!(less.probabilities.is_sorted());
            let pairs = less.probabilities.iter().zip(&more.probabilities);
            assert!(pairs.into_iter().all(|(less, more)| less >= more));
        }
    }

    #[test]
    fn a_lead_time_beyond_the_forecast_has_no_safety_stock() {
        let policy = Policy { lead_time: Some(10), ..POLICY };

        let found = of_series((0, &series(9)), 44.0, &Scores::of(&LEVELS), policy);

        assert_eq!((found.safety, found.reorder_point), (None, None));
    }
}
