//! Which laws does every verdict keep, whatever the rule, the report and the previous model?

use metric::{
    Bound, DifferentHoldout, Figures, Holdout, MetricValue, Previous, PromotionRule, Report,
    Threshold, Undefined, judge,
};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, proptest};
use proptest::{prop_assert, prop_assert_eq, prop_oneof};

const ARN: &str = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/acme-store-item/7";

fn report(metrics: &[(&str, f64)]) -> Report {
    let value =
        |(name, value): &(&str, f64)| ((*name).to_owned(), MetricValue { value: Some(*value) });
    let holdout = Holdout { fingerprint: Some("sha256:new".to_owned()), ..Holdout::default() };
    Report { metrics: metrics.iter().map(value).collect(), holdout, ..Report::default() }
}

fn rule(metric: &str, min_improvement: f64) -> PromotionRule {
    PromotionRule { metric: metric.to_owned(), min_improvement, ..PromotionRule::default() }
}

fn previous(value: f64) -> Previous {
    let fingerprint = Some("sha256:new".to_owned());
    Previous { name: ARN.to_owned(), value: Some(value), fingerprint }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec!["rmse", "r2", "bias", "coverage_80", "wmae", "mase"])
            .prop_map(str::to_owned),
        1 => "\\PC{0,80}",
        1 => Just(format!("rmse{}", "\n".repeat(500))),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => any::<f64>(),
        3 => -2.0..2.0_f64,
        1 => prop::sample::select(vec![0.0, -0.0, f64::MIN_POSITIVE, 5e-324, f64::MAX, f64::MIN]),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ]
}

fn any_figures() -> impl Strategy<Value = Figures> {
    prop::collection::btree_map(name(), number(), 0..6)
}

fn any_report() -> impl Strategy<Value = Report> {
    let metrics = prop::collection::btree_map(name(), prop::option::weighted(0.9, number()), 3..7);
    let baselines = prop::collection::btree_map(".{0,50}", any_figures(), 0..4);
    let undefined = prop::collection::vec((name(), ".{0,200}"), 0..3);
    (metrics, baselines, undefined, prop::option::of("[ab]")).prop_map(
        |(metrics, baselines, undefined, fingerprint)| Report {
            metrics: metrics
                .into_iter()
                .map(|(name, value)| (name, MetricValue { value }))
                .collect(),
            baselines,
            undefined: undefined
                .into_iter()
                .map(|(metric, why)| Undefined { metric, series: None, why })
                .collect(),
            holdout: Holdout { fingerprint, ..Holdout::default() },
            ..Report::default()
        },
    )
}

fn any_rule() -> impl Strategy<Value = PromotionRule> {
    let bound = prop_oneof![number().prop_map(Bound::AtMost), number().prop_map(Bound::AtLeast)];
    let thresholds = prop::collection::vec((name(), bound), 0..7);
    let baselines = prop::collection::vec(name(), 0..4);
    (name(), number(), prop::option::of(number()), baselines, thresholds, any::<bool>()).prop_map(
        |(metric, min_improvement, max_value, beat_baseline_on, thresholds, compare)| {
            PromotionRule {
                metric,
                min_improvement,
                max_value,
                beat_baseline_on,
                thresholds: thresholds
                    .into_iter()
                    .map(|(metric, bound)| Threshold { metric, bound })
                    .collect(),
                on_different_holdout: if compare {
                    DifferentHoldout::Compare
                } else {
                    DifferentHoldout::Refuse
                },
            }
        },
    )
}

fn any_previous() -> impl Strategy<Value = Option<Previous>> {
    let name = prop_oneof![Just(ARN.to_owned()), ".{0,300}"];
    let previous = (name, prop::option::of(number()), prop::option::of("[ab]"));
    prop::option::of(previous.prop_map(|(name, value, fingerprint)| Previous {
        name,
        value,
        fingerprint,
    }))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn judging_anything_gives_a_finite_verdict_and_a_short_reason(
        rule in any_rule(),
        candidate in any_report(),
        previous in any_previous(),
    ) {
        let Ok(verdict) = judge(&rule, &candidate, previous.as_ref()) else { return Ok(()) };

        prop_assert!(verdict.reason.chars().count() < 400, "{}", verdict.reason);
        prop_assert!(!verdict.reason.contains('\n') && !verdict.reason.contains("NaN"));
        prop_assert!(verdict.candidate.is_finite());
        prop_assert!(verdict.previous.is_none_or(f64::is_finite));
        prop_assert!(verdict.improvement.is_none_or(f64::is_finite));
        prop_assert_eq!(verdict.promote, verdict.reason.starts_with("Promoted: "));
    }

    #[test]
    fn two_models_never_both_beat_each_other(
        metric in prop::sample::select(vec!["rmse", "r2", "bias", "coverage_80"]),
        one in -2.0..2.0_f64,
        other in -2.0..2.0_f64,
        asked in 0.0..0.5_f64,
    ) {
        let rule = rule(metric, asked);
        let there = judge(&rule, &report(&[(metric, one)]), Some(&previous(other))).unwrap();
        let back = judge(&rule, &report(&[(metric, other)]), Some(&previous(one))).unwrap();

        prop_assert!(!(there.promote && back.promote));
    }

    #[test]
    fn the_verdict_on_an_error_does_not_depend_on_its_unit(
        candidate in 0.01..10.0_f64,
        before in 0.01..10.0_f64,
        power in -20..20_i32,
    ) {
        let unit = 2.0_f64.powi(power);
        let rule = rule("rmse", 0.02);
        let judged = |unit: f64| {
            let report = report(&[("rmse", candidate * unit)]);
            judge(&rule, &report, Some(&previous(before * unit))).unwrap()
        };

        prop_assert_eq!(judged(1.0).promote, judged(unit).promote);
        prop_assert_eq!(judged(1.0).improvement, judged(unit).improvement);
    }
}
