//! The page of a small evaluation.

use std::collections::BTreeMap;

use metric::{BestBaseline, Figures, Holdout, MetricValue, Model, Report, Undefined};
use series::grid::Moment;

use super::{
    BiasRow, EvaluationView, HistoryTail, PredictedRow, bands, charts, evaluation_page, figures,
};

fn numbers(pairs: &[(&str, f64)]) -> Figures {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

fn report() -> Report {
    let metrics = [("rmse", 8.0), ("wape", 0.1), ("bias", 0.03), ("coverage_80", 0.6)];
    let metric = |(name, value): (&str, f64)| (name.to_owned(), MetricValue { value: Some(value) });
    let mut metrics: BTreeMap<String, MetricValue> = metrics.into_iter().map(metric).collect();
    metrics.insert("mase".to_owned(), MetricValue { value: None });
    let store = |error| numbers(&[("wape", error), ("rmse", 9.0)]);
    let stores = BTreeMap::from([("1".to_owned(), store(0.08)), ("<2>".to_owned(), store(0.3))]);
    Report {
        metrics,
        model: Some(Model { name: Some("theta".to_owned()), trainer: Some("almanac".to_owned()) }),
        holdout: Holdout { series: Some(2), points: Some(8), ..Holdout::default() },
        quantiles: BTreeMap::from([
            ("p10".to_owned(), numbers(&[("coverage", 0.2), ("wql", 0.05)])),
            ("p90".to_owned(), numbers(&[("coverage", 0.8), ("wql", 0.04)])),
        ]),
        steps: (1..=6).map(|step| (step, numbers(&[("mae", f64::from(step))]))).collect(),
        groups: BTreeMap::from([("store".to_owned(), stores)]),
        baselines: BTreeMap::from([("naive".to_owned(), numbers(&[("rmse", 10.0)]))]),
        best_baseline: Some(BestBaseline {
            name: "naive".to_owned(),
            figures: numbers(&[("rmse", 10.0)]),
        }),
        undefined: vec![Undefined {
            metric: "mase".to_owned(),
            series: None,
            why: "constant history".to_owned(),
        }],
        ..Report::default()
    }
}

const QUANTILES: [f64; 2] = [80.0, 120.0];

fn row(series: &str, day: i64, mean: f64) -> PredictedRow<'_> {
    let moment = Some(Moment(day * 86_400));
    PredictedRow { series, moment, actual: 100.0, mean, quantiles: &QUANTILES }
}

fn with_view<T>(show: impl FnOnce(&EvaluationView<'_>) -> T) -> T {
    let report = report();
    let rows: Vec<PredictedRow<'_>> =
        (0..4).flat_map(|day| [row("store 1", day, 101.0), row("store <2>", day, 130.0)]).collect();
    show(&EvaluationView {
        title: "Sales of stores",
        report: &report,
        primary: &["rmse"],
        levels: &[0.1, 0.9],
        rows: &rows,
        histories: &[HistoryTail {
            series: "store 1",
            moments: &[Moment(-86_400)],
            values: &[99.0],
        }],
        candidates: &[("theta".to_owned(), 0.2), ("ets".to_owned(), 0.3)],
        candidate_loss: "mean_wql on validation",
        importance: &[("price".to_owned(), 3.0)],
        bias: &[BiasRow { column: "region", value: "north", bias: 0.02 }],
    })
}

#[test]
fn the_page_says_what_is_good_and_what_is_not() {
    let page = with_view(evaluation_page);

    for words in [
        "theta has RMSE 8, 20\u{a0}% better than the best baseline, naive.",
        "The 80\u{a0}% interval holds only 60\u{a0}% of what happened: it is too narrow.",
        "In sum 3\u{a0}% too much is forecast.",
        "Weakest by store is &lt;2&gt;: WAPE 30\u{a0}% against 10\u{a0}% overall.",
        "The last third of the horizon is 266.7\u{a0}% further off than the first.",
        "constant history",
        "mean_wql on validation",
        "north",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("NaN") && !page.contains("<2>"));
}

#[test]
fn bands_are_the_outermost_levels_and_central_intervals() {
    assert_eq!(bands(&[0.1, 0.5, 0.9, 0.95, 0.99]), [(0, 4), (0, 2)]);
    assert_eq!(bands(&[0.1, 0.5, 0.9]), [(0, 2)]);
    assert!(bands(&[0.5]).is_empty());
}

#[test]
fn every_figure_has_a_file() {
    let drawn = with_view(figures);

    let names: Vec<&str> = drawn.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "forecast_total",
            "forecast_series",
            "models",
            "error_by_step",
            "residuals",
            "bias_over_time",
            "error_by_group",
            "calibration",
            "importance"
        ]
    );
    assert!(drawn.iter().all(|(_, svg)| svg.starts_with("<svg") && svg.ends_with("</svg>")));
}

#[test]
fn what_is_empty_is_left_out() {
    let report = Report::default();
    let view = EvaluationView {
        title: "Nothing",
        report: &report,
        primary: &[],
        levels: &[],
        rows: &[],
        histories: &[],
        candidates: &[],
        candidate_loss: "",
        importance: &[],
        bias: &[],
    };

    let page = evaluation_page(&view);

    assert!(charts::all(&view).is_empty());
    assert!(page.contains("no metric is defined") && !page.contains("Against baselines"));
}

#[test]
fn rows_without_time_are_a_scatter() {
    let report = report();
    let rows = [PredictedRow { moment: None, ..row("product 1", 0, 90.0) }];

    let names = with_view(|view| {
        let view = EvaluationView { report: &report, rows: &rows, ..*view };
        charts::all(&view).into_iter().map(|it| it.name).collect::<Vec<_>>()
    });

    assert!(names.contains(&"forecast_scatter".to_owned()));
    assert!(!names.contains(&"forecast_total".to_owned()));
}
