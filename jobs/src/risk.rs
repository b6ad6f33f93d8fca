//! `risk`: how likely does a forecast pass a limit or empty a stock, and when?
//!
//! Input `forecast` is a file, or a folder such as a transform job writes. Output `risk` gets
//! `risk.csv` (a row for each series and limit), `risk_by_time.csv`, `risk.json` and `risk.html`;
//! with `--stock` also `stock.csv`.

mod breach;
mod distribution;
mod forecast;
mod report;
mod stock;
mod summary;

use std::io::Write;
use std::path::Path;

use scenario::Scenario;
use series::grid::Moment;
use series::read::{Place, ReadError};

use crate::arguments::Risk;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::known_scenario;
use crate::place::Places;
use crate::risk::breach::{AtMoment, Breach, breaches, by_time};
use crate::risk::forecast::Forecast;
use crate::risk::stock::{Policy, Stock, stocks};
use crate::risk::summary::Summary;
use crate::table::{write_json, write_whole};

/// Why risk cannot be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RiskError {
    /// Rows that stand alone have no dates.
    #[error("scenario `{0}` has no series, so nothing has a date; name one with [series]")]
    NoSeries(String),
    /// Nobody said what is to be watched.
    #[error("scenario `{0}` has no [risk]; give --limit N, or --stock FILE")]
    NothingToWatch(String),
    /// A number that is no probability.
    #[error("{argument} {value} is not between 0 and 1; give a share such as 0.1")]
    NotAProbability {
        /// The argument.
        argument: &'static str,
        /// What was given.
        value: f64,
    },
    /// A limit that is no number.
    #[error("--limit {0} is no finite number; give one such as 85")]
    NotALimit(f64),
    /// Orders that arrive after the forecast ends.
    #[error(
        "--lead-time {asked} is longer than the forecast; give at most {most}, or forecast further"
    )]
    LeadTime {
        /// What was asked for.
        asked: u32,
        /// How many steps there are.
        most: usize,
    },
    /// A forecast that cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A forecast that says nothing of its spread.
    #[error(
        "{place}: a forecast needs two quantile columns such as p10 and p90; there are {found}"
    )]
    TooFewQuantiles {
        /// The file or folder.
        place: String,
        /// Its columns.
        found: String,
    },
    /// A row that does not say what it is of, or nothing of it.
    #[error("{place}: the row lacks a value in one of {columns}; fill it in, or remove the row")]
    Nameless {
        /// The row.
        place: Place,
        /// The columns of which each must have a value.
        columns: String,
    },
    /// Two forecasts of one series and moment.
    #[error("{place}: {series} at {moment} stands at {before} already; remove one of the two")]
    Repeated {
        /// The row.
        place: Place,
        /// The row before.
        before: Place,
        /// The series.
        series: String,
        /// When.
        moment: Moment,
    },
    /// Two stocks of one series.
    #[error("{place}: column `stock`: {series} has a stock already; remove one of the two rows")]
    TwoStocks {
        /// The row.
        place: Place,
        /// The series.
        series: String,
    },
}

/// Everything that is found out.
#[derive(Debug)]
struct Assessment {
    scenario: String,
    title: String,
    forecast: Forecast,
    limits: Vec<f64>,
    probability: f64,
    breaches: Vec<Breach>,
    by_time: Vec<AtMoment>,
    stocks: Option<Stocks>,
}

/// What is found out about stock.
#[derive(Debug)]
struct Stocks {
    policy: Policy,
    all: Vec<Stock>,
    /// Series of the forecast of which no stock is known.
    unknown: usize,
    /// Rows of stock whose series has no forecast.
    strange: Vec<String>,
}

/// The probability from which on a breach is told, where nobody says.
const PROBABILITY: f64 = 0.1;

pub(crate) fn run(
    arguments: &Risk,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let subject = &arguments.subject;
    let scenario = known_scenario::find(&subject.scenario)?;
    let places = Places::new(environment, &subject.input, &subject.output);
    let (limits, probability) = watched(arguments, &scenario)?;
    let forecast = Forecast::read(&places.input("forecast")?, &scenario)?;
    let stocks = match &arguments.stock {
        Some(file) => Some(of_stock(file, arguments, &forecast, probability)?),
        None => None,
    };
    let breaches = breaches(&forecast, &limits, probability);
    let assessment = Assessment {
        scenario: scenario.name().to_string(),
        title: scenario.title().to_owned(),
        by_time: by_time(&forecast, &breaches, probability),
        breaches,
        limits,
        probability,
        stocks,
        forecast,
    };
    let summary = Summary::of(&assessment);
    let folder = places.output("risk")?;
    write(&folder, &assessment, &summary)?;
    summary.tell(out).map_err(Failure::Tell)?;
    writeln!(out, "{}", folder.join("risk.html").display()).map_err(Failure::Tell)
}

/// The limits, ascending, and the probability.
fn watched(arguments: &Risk, scenario: &Scenario) -> Result<(Vec<f64>, f64), RiskError> {
    let own = scenario.risk();
    let mut limits = arguments.limit.clone();
    if limits.is_empty() {
        limits = own.map_or_else(Vec::new, |own| own.limits.clone());
    }
    if limits.is_empty() && arguments.stock.is_none() {
        return Err(RiskError::NothingToWatch(scenario.name().to_string()));
    }
    if let Some(limit) = limits.iter().find(|limit| !limit.is_finite()) {
        return Err(RiskError::NotALimit(*limit));
    }
    limits.sort_by(f64::total_cmp);
    limits.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let usual = own.map_or(PROBABILITY, |own| own.probability);
    let probability = arguments.probability.unwrap_or(usual);
    Ok((limits, share("--probability", probability)?))
}

fn share(argument: &'static str, value: f64) -> Result<f64, RiskError> {
    let is_share = value > 0.0 && value < 1.0;
    if is_share { Ok(value) } else { Err(RiskError::NotAProbability { argument, value }) }
}

fn of_stock(
    file: &Path,
    arguments: &Risk,
    forecast: &Forecast,
    probability: f64,
) -> Result<Stocks, RiskError> {
    let service_level = share("--service-level", arguments.service_level)?;
    let asked = arguments.lead_time.map(std::num::NonZeroU32::get);
    let most = forecast.horizon();
    if let Some(asked) = asked.filter(|asked| *asked as usize > most) {
        return Err(RiskError::LeadTime { asked, most });
    }
    let lead_time = asked.map(|asked| asked as usize);
    let policy = Policy { probability, lead_time, service_level };
    let mut known = stock::read(file, &forecast.keys)?;
    let all = stocks(forecast, &known, policy);
    let matched = all.iter().filter_map(|it| forecast.series.get(it.series));
    matched.for_each(|series| {
        known.remove(&series.id);
    });
    let strange = known.keys().map(|id| forecast.name(id)).collect();
    Ok(Stocks { policy, unknown: forecast.series.len() - all.len(), all, strange })
}

/// Writes everything, the page last: where it stands, all of it does.
fn write(folder: &Path, assessment: &Assessment, summary: &Summary) -> Result<(), Failure> {
    let Assessment { forecast, breaches, .. } = assessment;
    breach::table(forecast, breaches).write_csv(&folder.join("risk.csv"))?;
    breach::time_table(forecast, &assessment.by_time)
        .write_csv(&folder.join("risk_by_time.csv"))?;
    if let Some(stocks) = &assessment.stocks {
        stock::table(forecast, &stocks.all).write_csv(&folder.join("stock.csv"))?;
    }
    write_json(&folder.join("risk.json"), summary)?;
    let page = report::page(assessment, summary).to_html();
    write_whole(&folder.join("risk.html"), |file| file.write_all(page.as_bytes()))
}
