//! Which series pass which limit, how likely, and from when on?

use series::grid::Moment;

use super::distribution::{Quantiles, Scores};
use super::forecast::{Forecast, OfSeries};
use crate::explore::statistics::factor;
use crate::table::{Column, Table};

/// One series and one limit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Breach {
    /// The place of the series in the forecast.
    pub(crate) series: usize,
    pub(crate) limit: f64,
    /// For each step the probability of a value above the limit; `NaN` where the forecast says
    /// nothing.
    pub(crate) probabilities: Vec<f64>,
    /// The highest of them, and when it is reached first.
    pub(crate) highest: f64,
    pub(crate) at: Option<Moment>,
    /// The first moment at which the probability asked for is reached.
    pub(crate) first: Option<Moment>,
    /// How many steps reach it.
    pub(crate) steps: usize,
}

/// A limit that lies on p90 is reached with 0.1, whatever the last digit says.
const DUST: f64 = 1e-9;

/// All series and limits, by series and then by limit.
pub(crate) fn breaches(forecast: &Forecast, limits: &[f64], probability: f64) -> Vec<Breach> {
    let scores = Scores::of(&forecast.levels);
    let mut all = Vec::with_capacity(forecast.series.len() * limits.len());
    for (place, series) in forecast.series.iter().enumerate() {
        all.extend(limits.iter().map(|it| breach(&scores, (place, series), *it, probability)));
    }
    all
}

fn breach(
    scores: &Scores,
    (place, series): (usize, &OfSeries),
    limit: f64,
    probability: f64,
) -> Breach {
    let above = |values: &[f64]| Quantiles { scores, values }.above(limit);
    let probabilities: Vec<f64> =
        series.steps.iter().map(|step| above(&step.quantiles).unwrap_or(f64::NAN)).collect();
    let timed = || series.steps.iter().map(|step| step.moment).zip(probabilities.iter().copied());
    let highest = probabilities.iter().copied().fold(f64::NAN, f64::max);
    let reaches = |it: &f64| *it >= probability - DUST;
    Breach {
        series: place,
        limit,
        highest,
        at: timed().find(|(_, it)| *it >= highest).map(|(moment, _)| moment),
        first: timed().find(|(_, it)| reaches(it)).map(|(moment, _)| moment),
        steps: probabilities.iter().filter(|it| reaches(it)).count(),
        probabilities,
    }
}

/// The worst first: the earlier limits are passed sooner, so the highest limit that is reached
/// counts most, then the probability, then the date.
pub(crate) fn worst_first(breaches: &[Breach]) -> Vec<&Breach> {
    let mut all: Vec<&Breach> = breaches.iter().filter(|it| !it.highest.is_nan()).collect();
    all.sort_by(|a, b| {
        let reached = |it: &Breach| if it.first.is_some() { it.limit } else { f64::MIN };
        let by_limit = reached(b).total_cmp(&reached(a));
        by_limit.then(b.highest.total_cmp(&a.highest)).then(a.first.cmp(&b.first))
    });
    all
}

/// `risk.csv`: a row for each series and limit.
pub(crate) fn table(forecast: &Forecast, breaches: &[Breach]) -> Table {
    let series = |it: &Breach| forecast.series.get(it.series);
    let mut table = Table::new();
    for (part, key) in forecast.keys.iter().enumerate() {
        let text = |it: &Breach| series(it).and_then(|it| it.id.get(part)).cloned();
        table = table.text(key, breaches.iter().map(|it| text(it).unwrap_or_default()));
    }
    let moment = |it: Option<Moment>| it.map_or_else(String::new, |it| it.to_string());
    let peak = |it: &Breach| {
        let steps = series(it).into_iter().flat_map(|it| &it.steps);
        steps.map(|step| step.mean).fold(f64::NAN, f64::max)
    };
    let steps = |it: &Breach| i64::try_from(it.steps).unwrap_or(i64::MAX);
    table
        .number("limit", breaches.iter().map(|it| it.limit))
        .number("highest_probability", breaches.iter().map(|it| it.highest))
        .text("highest_at", breaches.iter().map(|it| moment(it.at)))
        .text("first_at", breaches.iter().map(|it| moment(it.first)))
        .with("steps_at_risk", Column::Integer(breaches.iter().map(steps).collect()))
        .number("highest_mean", breaches.iter().map(peak))
}

/// All series at one moment, for one limit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AtMoment {
    pub(crate) moment: Moment,
    pub(crate) limit: f64,
    /// How many series reach the probability asked for.
    pub(crate) series: usize,
    /// How many are expected to pass the limit: the sum of the probabilities.
    pub(crate) expected: f64,
    pub(crate) highest: f64,
    /// The series with the highest probability.
    pub(crate) worst: usize,
}

/// All moments, by limit and then by time.
pub(crate) fn by_time(forecast: &Forecast, breaches: &[Breach], probability: f64) -> Vec<AtMoment> {
    let mut all: Vec<AtMoment> = Vec::new();
    let mut places = std::collections::BTreeMap::<(u64, Moment), usize>::new();
    for breach in breaches {
        let steps = forecast.series.get(breach.series).into_iter().flat_map(|it| &it.steps);
        let known = steps.zip(&breach.probabilities).filter(|(_, it)| !it.is_nan());
        for (step, value) in known {
            let place = *places.entry((breach.limit.to_bits(), step.moment)).or_insert(all.len());
            if place == all.len() {
                all.push(AtMoment {
                    moment: step.moment,
                    limit: breach.limit,
                    series: 0,
                    expected: 0.0,
                    highest: f64::NEG_INFINITY,
                    worst: breach.series,
                });
            }
            if let Some(at) = all.get_mut(place) {
                at.series += usize::from(*value >= probability - DUST);
                at.expected += value;
                if *value > at.highest {
                    (at.highest, at.worst) = (*value, breach.series);
                }
            }
        }
    }
    all.sort_by(|a, b| a.limit.total_cmp(&b.limit).then(a.moment.cmp(&b.moment)));
    all
}

/// `risk_by_time.csv`.
pub(crate) fn time_table(forecast: &Forecast, all: &[AtMoment]) -> Table {
    let worst = |it: &AtMoment| {
        let series = forecast.series.get(it.worst);
        series.map_or_else(String::new, |series| forecast.name(&series.id))
    };
    Table::new()
        .with(&forecast.time, Column::moments(all.iter().map(|it| it.moment).collect()))
        .number("limit", all.iter().map(|it| it.limit))
        .number("series_at_risk", all.iter().map(|it| factor(it.series)))
        .number("expected_breaches", all.iter().map(|it| it.expected))
        .number("highest_probability", all.iter().map(|it| it.highest))
        .text("worst_series", all.iter().map(worst))
}

#[cfg(test)]
mod tests {
    use series::grid::Moment;

    use super::{breaches, by_time, worst_first};
    use crate::risk::forecast::{Forecast, OfSeries, Step};

    fn forecast(middles: &[&[f64]]) -> Forecast {
        let step = |(place, middle): (i64, &f64)| Step {
            moment: Moment(place * 3600),
            mean: *middle,
            quantiles: vec![middle - 10.0, *middle, middle + 10.0],
        };
        let series = |(place, middles): (usize, &&[f64])| OfSeries {
            id: vec![place.to_string()],
            steps: (0..).zip(*middles).map(step).collect(),
        };
        Forecast {
            keys: vec!["server".to_owned()],
            time: "timestamp".to_owned(),
            levels: vec![0.1, 0.5, 0.9],
            series: middles.iter().enumerate().map(series).collect(),
        }
    }

    #[test]
    fn a_breach_is_first_where_the_probability_is_reached() {
        let forecast = forecast(&[&[50.0, 60.0, 70.0, 65.0]]);

        let found = breaches(&forecast, &[70.0], 0.1);

        // The limit is the upper quantile of the second step and the median of the third.
        assert_eq!(found[0].first, Some(Moment(3600)));
        assert_eq!(found[0].at, Some(Moment(7200)));
        assert!((found[0].highest - 0.5).abs() < 1e-12);
        assert_eq!(found[0].steps, 3);
    }

    #[test]
    fn a_limit_that_is_out_of_reach_has_no_date() {
        let found = breaches(&forecast(&[&[50.0]]), &[99.0], 0.1);

        assert_eq!((found[0].first, found[0].steps), (None, 0));
    }

    #[test]
    fn probability_falls_with_the_limit_and_rises_with_the_mean() {
        let middles: Vec<f64> = (0..40).map(|it| 40.0 + f64::from(it)).collect();
        let limits: Vec<f64> = (0..60).map(|it| 30.0 + f64::from(it)).collect();

        let found = breaches(&forecast(&[&middles]), &limits, 0.1);

        for breach in &found {
            assert!(breach.probabilities.is_sorted(), "limit {}", breach.limit);
        }
        let highest: Vec<f64> = found.iter().map(|it| it.highest).collect();
        assert!(highest.windows(2).all(|pair| pair[0] >= pair[1]), "{highest:?}");
    }

    #[test]
    fn the_series_that_reaches_the_highest_limit_is_the_worst() {
        let forecast = forecast(&[&[60.0], &[85.0], &[84.0]]);

        let found = breaches(&forecast, &[70.0, 90.0], 0.1);
        let worst = worst_first(&found);

        assert_eq!((worst[0].series, worst[0].limit), (1, 90.0));
        assert_eq!(worst.last().map(|it| it.series), Some(0));
    }

    #[test]
    fn a_moment_tells_of_all_series() {
        let forecast = forecast(&[&[60.0, 70.0], &[70.0, 70.0]]);

        let all = by_time(&forecast, &breaches(&forecast, &[70.0], 0.2), 0.2);

        assert_eq!((all[0].series, all[0].worst), (1, 1));
        assert!((all[0].expected - 0.6).abs() < 1e-12);
        assert_eq!(all[1].series, 2);
    }
}
