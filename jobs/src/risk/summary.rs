//! What does `risk.json` say, and what is told on the terminal?

use std::io::{self, Write};

use serde::Serialize;
use series::grid::Moment;

use super::breach::{Breach, worst_first};
use super::stock::Stock;
use super::{Assessment, Stocks};

/// The contents of `risk.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Summary {
    pub(crate) schema_version: u8,
    pub(crate) scenario: String,
    pub(crate) series: usize,
    pub(crate) steps: usize,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    /// From here on a breach is told.
    pub(crate) probability: f64,
    pub(crate) any_breach: bool,
    pub(crate) limits: Vec<OfLimit>,
    /// The worst series and limits that reach the probability, the worst first.
    pub(crate) worst: Vec<Worst>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stock: Option<OfStock>,
}

/// One limit over all series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct OfLimit {
    pub(crate) limit: f64,
    pub(crate) series_at_risk: usize,
    pub(crate) first_at: Option<String>,
    pub(crate) highest_probability: Option<f64>,
}

/// One series and limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Worst {
    pub(crate) series: String,
    pub(crate) limit: f64,
    pub(crate) probability: f64,
    pub(crate) at: Option<String>,
    pub(crate) first_at: Option<String>,
}

/// Stock over all series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct OfStock {
    pub(crate) series: usize,
    pub(crate) series_without_stock: usize,
    /// Rows of stock that were not used, since their series has no forecast.
    pub(crate) stock_without_series: usize,
    /// The first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) for_example: Option<String>,
    pub(crate) series_at_risk: usize,
    pub(crate) orders_due: usize,
    pub(crate) lead_time_steps: Option<usize>,
    pub(crate) service_level: f64,
    pub(crate) first_at: Option<String>,
    /// What the probabilities rest on.
    pub(crate) assumption: &'static str,
}

/// What is said wherever stock is told of.
pub(crate) const ASSUMPTION: &str =
    "Errors of different steps are taken to be independent; if they are not, the spread is wider.";

const WORST: usize = 20;

fn text(moment: Option<Moment>) -> Option<String> {
    moment.map(|moment| moment.to_string())
}

impl Summary {
    pub(crate) fn of(assessment: &Assessment) -> Self {
        let forecast = &assessment.forecast;
        let moments = || forecast.series.iter().flat_map(|it| &it.steps).map(|step| step.moment);
        let limits: Vec<OfLimit> =
            assessment.limits.iter().map(|limit| OfLimit::of(*limit, assessment)).collect();
        let reached = worst_first(&assessment.breaches);
        let reached = reached.into_iter().filter(|it| it.first.is_some());
        Self {
            schema_version: 1,
            scenario: assessment.scenario.clone(),
            series: forecast.series.len(),
            steps: forecast.horizon(),
            start: text(moments().min()),
            end: text(moments().max()),
            probability: assessment.probability,
            any_breach: limits.iter().any(|it| it.series_at_risk > 0),
            limits,
            worst: reached.take(WORST).map(|it| Worst::of(it, assessment)).collect(),
            stock: assessment.stocks.as_ref().map(OfStock::of),
        }
    }

    /// For a person.
    pub(crate) fn tell(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { series, steps, probability, .. } = self;
        writeln!(
            out,
            "{series} series, {steps} steps; at risk is what has a probability of {probability} or more"
        )?;
        for OfLimit { limit, series_at_risk, first_at, .. } in &self.limits {
            let from = first_at.as_ref().map_or_else(String::new, |at| format!(", first at {at}"));
            writeln!(out, "  limit {limit}: {series_at_risk} of {series} series at risk{from}")?;
        }
        for Worst { series, limit, probability, at, .. } in self.worst.iter().take(5) {
            let at = at.as_deref().unwrap_or_default();
            writeln!(
                out,
                "  {series}: above {limit} with a probability of {probability:.2} at {at}"
            )?;
        }
        if let Some(stock) = &self.stock {
            let OfStock { series, series_at_risk, orders_due, .. } = stock;
            writeln!(
                out,
                "  stock: {series_at_risk} of {series} series at risk, {orders_due} orders due"
            )?;
            if stock.series_without_stock > 0 {
                writeln!(out, "  stock of {} series is not known", stock.series_without_stock)?;
            }
            if let Some(example) = &stock.for_example {
                let count = stock.stock_without_series;
                writeln!(out, "  {count} rows of stock have no forecast, such as {example}")?;
            }
        }
        Ok(())
    }
}

impl OfLimit {
    fn of(limit: f64, assessment: &Assessment) -> Self {
        let own = || assessment.breaches.iter().filter(|it| it.limit.total_cmp(&limit).is_eq());
        let highest = own().map(|it| it.highest).fold(f64::NAN, f64::max);
        Self {
            limit,
            series_at_risk: own().filter(|it| it.first.is_some()).count(),
            first_at: text(own().filter_map(|it| it.first).min()),
            highest_probability: highest.is_finite().then_some(highest),
        }
    }
}

impl Worst {
    fn of(breach: &Breach, assessment: &Assessment) -> Self {
        let forecast = &assessment.forecast;
        let series = forecast.series.get(breach.series);
        Self {
            series: series.map_or_else(String::new, |it| forecast.name(&it.id)),
            limit: breach.limit,
            probability: breach.highest,
            at: text(breach.at),
            first_at: text(breach.first),
        }
    }
}

impl OfStock {
    fn of(stocks: &Stocks) -> Self {
        let at_risk = || stocks.all.iter().filter_map(|it| it.first);
        Self {
            series: stocks.all.len(),
            series_without_stock: stocks.unknown,
            stock_without_series: stocks.strange.len(),
            for_example: stocks.strange.first().cloned(),
            series_at_risk: at_risk().count(),
            orders_due: stocks.all.iter().filter(|it| Stock::is_due(it)).count(),
            lead_time_steps: stocks.policy.lead_time,
            service_level: stocks.policy.service_level,
            first_at: text(at_risk().min()),
            assumption: ASSUMPTION,
        }
    }
}
