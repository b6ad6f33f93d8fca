//! What do autoregressions and moving averages forecast?
//!
//! A lean form of Hyndman and Khandakar's (2008) automatic ARIMA: differences by the KPSS test and
//! the strength of the season, orders by a stepwise search on AICc. The likelihood is conditional
//! on nothing having happened before the first point, which makes a fit a least squares problem.

mod fit;
mod order;

use super::Local;
use super::prepare::Raw;
use fit::{Fitted, fit};
use order::{Differences, Orders};

/// How many fits a search may take.
const FITS: usize = 24;
/// Below which weight a model is left out.
const LEAST_WEIGHT: f64 = 0.02;
/// The longest season that is modelled.
const LONGEST: usize = 52;

/// The mean of the forecasts of all models that the search met, weighted by `exp(-0.15 d)` with `d`
/// the distance of a model's AICc to the best one's.
pub(super) fn forecast(values: &[f64], season: Option<usize>, horizon: usize) -> Option<Raw> {
    let season = season.filter(|&m| values.len() >= 2 * m + 8 && m <= LONGEST).unwrap_or(0);
    let differences = Differences::of(values, season);
    let changed = differences.of_values(values);
    if changed.len() < 6 {
        return None;
    }
    let met = search(&changed, differences);
    let best = met.iter().min_by(|a, b| a.aicc.total_cmp(&b.aicc))?;
    let (mut total, mut means) = (0.0, vec![0.0; horizon]);
    for fitted in &met {
        let weight = (0.15 * (best.aicc - fitted.aicc)).exp();
        if weight < LEAST_WEIGHT {
            continue;
        }
        total += weight;
        let ahead = fitted.ahead(&changed, horizon);
        means.iter_mut().zip(ahead).for_each(|(sum, value)| *sum += weight * value);
    }
    for sum in &mut means {
        *sum /= total;
    }
    let mean = differences.undone(values, means);
    let deviation = best.deviations(differences, horizon);
    Some(Raw { mean, deviation, used: Local::Arima, form: best.name(differences) })
}

/// Begins with a few models and moves to neighbours while that lowers AICc; all models met.
fn search(changed: &[f64], differences: Differences) -> Vec<Fitted> {
    let mut tried: Vec<Orders> = Vec::new();
    let mut met: Vec<Fitted> = Vec::new();
    let mut least = f64::INFINITY;
    let mut place = None;
    let mut waiting = Orders::first(differences);
    loop {
        let mut moved = false;
        for orders in waiting {
            if tried.len() >= FITS || tried.contains(&orders) {
                continue;
            }
            tried.push(orders);
            let Some(found) = fit(changed, orders, differences.season) else { continue };
            if found.aicc < least {
                least = found.aicc;
                place = Some(orders);
                moved = true;
            }
            met.push(found);
            if moved && met.len() > 4 {
                break;
            }
        }
        match place {
            Some(orders) if moved => waiting = orders.neighbours(differences),
            _ => return met,
        }
    }
}
