//! What a training job says of itself in what it prints.

use machine::{Refusal, Time};
use regex_lite::Regex;

use crate::end::Metric;
use crate::job::training::Definition;

/// The metrics that are looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics {
    defined: Vec<(String, Regex)>,
    found: Vec<Metric>,
}

impl Metrics {
    /// `MetricDefinitions`.
    pub(crate) fn read(definitions: &[Definition]) -> Result<Self, Refusal> {
        let compiled = definitions.iter().map(|definition| {
            let regex = Regex::new(&definition.regex).map_err(|error| {
                Refusal::invalid(format!("the regex of metric {}: {error}", definition.name))
            })?;
            Ok((definition.name.clone(), regex))
        });
        Ok(Self { defined: compiled.collect::<Result<_, Refusal>>()?, found: Vec::new() })
    }

    /// Takes in a line. The last value of a metric counts.
    pub(crate) fn hear(&mut self, line: &str, time: Time) {
        let mut heard = Vec::new();
        for (name, regex) in &self.defined {
            let value = regex.captures(line).and_then(|found| found.get(1));
            if let Some(value) = value.and_then(|value| value.as_str().trim().parse().ok()) {
                heard.push((name.clone(), value));
            }
        }
        heard.extend(boosted(line));
        for (name, value) in heard {
            match self.found.iter_mut().find(|metric| metric.name == name) {
                Some(metric) => (metric.value, metric.time) = (value, time),
                None => self.found.push(Metric { name, value, time }),
            }
        }
    }

    /// `FinalMetricDataList`.
    pub(crate) fn found(&self) -> &[Metric] {
        &self.found
    }
}

/// What XGBoost says of a round, `[12]\ttrain-rmse:0.5\tvalidation-rmse:0.7`, under the names that
/// SageMaker has for it: `validation:rmse`.
fn boosted(line: &str) -> Vec<(String, f64)> {
    let Some((round, rest)) = line.trim_start().strip_prefix('[').and_then(|it| it.split_once(']'))
    else {
        return Vec::new();
    };
    if round.is_empty() || !round.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let metric = |word: &str| {
        let (name, value) = word.rsplit_once(':')?;
        let (set, metric) = name.split_once('-')?;
        let value: f64 = value.parse().ok().filter(|value: &f64| value.is_finite())?;
        Some((format!("{set}:{metric}"), value))
    };
    rest.split_whitespace().filter_map(metric).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(metrics: &Metrics) -> Vec<(&str, f64)> {
        metrics.found().iter().map(|it| (it.name.as_str(), it.value)).collect()
    }

    #[test]
    fn the_rounds_of_xgboost_are_understood() {
        let mut metrics = Metrics::default();
        metrics.hear("[0]\ttrain-rmse:9.5\tvalidation-rmse:8.25", Time(1));
        metrics.hear("[12] not a round", Time(1));
        metrics.hear("[2026-01-01] train-rmse:1", Time(2));
        metrics.hear("[1]\ttrain-rmse:9\tvalidation-rmse:7.5", Time(3));

        assert_eq!(pairs(&metrics), [("train:rmse", 9.0), ("validation:rmse", 7.5)]);
        assert_eq!(metrics.found()[0].time, Time(3));
    }

    #[test]
    fn a_defined_metric_has_the_value_that_was_printed_last() {
        let definition = Definition { name: "loss".into(), regex: "loss=([0-9.]+)".into() };
        let mut metrics = Metrics::read(&[definition]).unwrap();
        metrics.hear("epoch 1 loss=0.5", Time(1));
        metrics.hear("epoch 2 loss=0.25;", Time(2));

        assert_eq!(pairs(&metrics), [("loss", 0.25)]);
    }

    #[test]
    fn a_regex_that_is_none_is_refused() {
        let definition = Definition { name: "loss".into(), regex: "(".into() };

        let refused = Metrics::read(&[definition]).unwrap_err();

        assert!(refused.message.contains("metric loss"), "{refused}");
    }
}
