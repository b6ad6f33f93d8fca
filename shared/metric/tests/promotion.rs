//! Is a better model promoted, a worse one not, and is the reason one that a person can read?

use std::collections::BTreeMap;

use metric::{
    BestBaseline, Bound, DifferentHoldout, Direction, Figures, Holdout, JudgeError, MetricValue,
    Previous, PromotionRule, Report, Threshold, Undefined, Verdict, direction_of, judge,
};

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

fn figures(numbers: &[(&str, f64)]) -> Figures {
    numbers.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

#[cfg(test)]
fn verdict(rule: &PromotionRule, candidate: &Report, previous: Option<&Previous>) -> Verdict {
    match judge(rule, candidate, previous) {
        Ok(verdict) => verdict,
        Err(error) => panic!("no verdict: {error}"),
    }
}

#[test]
fn a_better_model_is_promoted_with_its_numbers() {
    let verdict = verdict(&rule("rmse", 0.01), &report(&[("rmse", 7.4)]), Some(&previous(7.6)));

    assert!(verdict.promote && verdict.comparable);
    assert_eq!(
        verdict.reason,
        "Promoted: rmse 7.4 is 2.6 % better than 7.6 of …/7 (at least 1 % was asked)."
    );
    assert!((verdict.improvement.unwrap() - 0.2 / 7.6).abs() < 1e-12);
}

#[test]
fn an_improvement_below_the_asked_one_is_not_enough() {
    let verdict = verdict(&rule("rmse", 0.01), &report(&[("rmse", 7.525)]), Some(&previous(7.6)));

    assert!(!verdict.promote);
    assert_eq!(
        verdict.reason,
        "Not promoted: rmse 7.525 is only 0.99 % better than 7.6 of …/7 (at least 1 % was asked)."
    );
}

#[test]
fn an_improvement_of_exactly_the_asked_size_is_enough() {
    for (asked, candidate, before) in [(0.01, 7.524, 7.6), (0.1, 0.9, 1.0), (0.02, 49.0, 50.0)] {
        let rule = rule("rmse", asked);
        let verdict = verdict(&rule, &report(&[("rmse", candidate)]), Some(&previous(before)));
        assert!(verdict.promote, "{}", verdict.reason);
    }
}

#[test]
fn an_equal_model_is_not_better_even_in_its_last_bits() {
    for candidate in [7.6, 7.6 - 1e-15, 7.6 + 1e-15] {
        let rule = rule("rmse", 0.0);
        let verdict = verdict(&rule, &report(&[("rmse", candidate)]), Some(&previous(7.6)));
        assert!(!verdict.promote);
        assert_eq!(
            verdict.reason,
            "Not promoted: rmse 7.6 is no better than 7.6 of …/7 (any improvement was asked)."
        );
    }
}

#[test]
fn a_worse_model_is_promoted_only_when_that_is_allowed() {
    let candidate = report(&[("rmse", 7.7)]);

    let strict = verdict(&rule("rmse", 0.0), &candidate, Some(&previous(7.6)));
    let lenient = verdict(&rule("rmse", -0.02), &candidate, Some(&previous(7.6)));

    assert!(!strict.promote);
    assert!(strict.reason.contains("7.7 is 1.3 % worse than 7.6"), "{}", strict.reason);
    assert!(lenient.promote);
    assert!(lenient.reason.contains("(2 % worse is allowed)"), "{}", lenient.reason);
}

#[test]
fn the_first_model_needs_no_previous_one() {
    let verdict = verdict(&rule("rmse", 0.5), &report(&[("rmse", 7.4)]), None);

    assert!(verdict.promote);
    assert_eq!(verdict.reason, "Promoted: rmse 7.4, with no previous model to beat.");
    assert_eq!((verdict.previous, verdict.improvement), (None, None));
}

#[test]
fn a_previous_model_without_the_metric_counts_as_none() {
    for value in [None, Some(f64::NAN)] {
        let old = Previous { value, ..previous(0.0) };
        let verdict = verdict(&rule("rmse", 0.5), &report(&[("rmse", 7.4)]), Some(&old));
        assert!(verdict.promote);
        assert_eq!(
            verdict.reason,
            "Promoted: rmse 7.4; …/7 has no rmse on record and counts as no previous model."
        );
        assert_eq!(verdict.previous, None);
    }
}

#[test]
fn a_previous_value_of_zero_leaves_no_share_but_an_order() {
    let cases =
        [("rmse", 0.0, false), ("rmse", 0.1, false), ("r2", 0.1, true), ("r2", -0.1, false)];
    for (metric, candidate, promote) in cases {
        let rule = rule(metric, 0.05);
        let verdict = verdict(&rule, &report(&[(metric, candidate)]), Some(&previous(0.0)));
        assert_eq!((verdict.promote, verdict.improvement), (promote, None), "{}", verdict.reason);
    }
}

#[test]
fn more_is_better_for_r2_and_nearer_for_bias_and_coverage() {
    let cases = [
        ("r2", 0.66, 0.6, true, "r2 0.66 is 10 % better than 0.6 of"),
        ("r2", 0.54, 0.6, false, "r2 0.54 is 10 % worse than 0.6 of"),
        ("r2", -0.1, -0.2, true, "r2 -0.1 is 50 % better than -0.2 of"),
        ("bias", -0.01, 0.02, true, "bias -0.01 is 50 % closer to 0 than 0.02 of"),
        ("bias", -0.03, 0.02, false, "bias -0.03 is 50 % farther from 0 than 0.02 of"),
        ("coverage_80", 0.85, 0.7, true, "coverage_80 0.85 is 50 % closer to 0.8 than 0.7 of"),
        ("coverage_80", 1.0, 0.7, false, "coverage_80 1 is 100 % farther from 0.8 than 0.7 of"),
    ];
    for (metric, candidate, before, promote, words) in cases {
        let candidate = report(&[(metric, candidate)]);
        let verdict = verdict(&rule(metric, 0.05), &candidate, Some(&previous(before)));
        assert_eq!(verdict.promote, promote, "{}", verdict.reason);
        assert!(verdict.reason.contains(words), "{}", verdict.reason);
    }
}

#[test]
fn another_holdout_proves_nothing_unless_the_rule_says_so() {
    let old = Previous { fingerprint: Some("sha256:old".to_owned()), ..previous(7.6) };
    let refuse = rule("rmse", 0.01);
    let compare =
        PromotionRule { on_different_holdout: DifferentHoldout::Compare, ..refuse.clone() };
    let candidate = report(&[("rmse", 7.4)]);

    let refused = verdict(&refuse, &candidate, Some(&old));
    let compared = verdict(&compare, &candidate, Some(&old));

    assert_eq!((refused.promote, refused.comparable, refused.improvement), (false, false, None));
    assert_eq!(
        refused.reason,
        "Not promoted: rmse 7.6 of …/7 was measured on a different holdout and cannot be compared \
         with 7.4: evaluate …/7 again on the new holdout."
    );
    assert_eq!((compared.promote, compared.comparable), (true, false));
    assert!(
        compared.reason.ends_with("The two holdouts differ, and the rule compares them anyway.")
    );
}

#[test]
fn holdouts_are_comparable_when_one_is_unknown() {
    let old = Previous { fingerprint: None, ..previous(7.6) };

    let verdict = verdict(&rule("rmse", 0.01), &report(&[("rmse", 7.4)]), Some(&old));

    assert!(verdict.promote && verdict.comparable);
}

#[test]
fn every_failed_condition_is_told_with_its_numbers() {
    let rule = PromotionRule {
        max_value: Some(7.0),
        thresholds: vec![
            Threshold { metric: "r2".to_owned(), bound: Bound::AtLeast(0.6) },
            Threshold { metric: "mae".to_owned(), bound: Bound::AtMost(5.0) },
            Threshold { metric: "mase".to_owned(), bound: Bound::AtMost(1.0) },
        ],
        beat_baseline_on: vec!["rmse".to_owned(), "wmae".to_owned()],
        ..rule("rmse", 0.05)
    };
    let mut candidate = report(&[("rmse", 7.4), ("r2", 0.5), ("mae", 5.0), ("wmae", 3.0)]);
    candidate.metrics.insert("mase".to_owned(), MetricValue::default());
    let why = "constant history".to_owned();
    candidate.undefined = vec![Undefined { metric: "mase".to_owned(), series: None, why }];
    candidate.baselines = BTreeMap::from([
        ("mean".to_owned(), figures(&[("rmse", 9.0)])),
        ("naive".to_owned(), figures(&[("rmse", 7.4)])),
    ]);

    let verdict = verdict(&rule, &candidate, Some(&previous(7.6)));

    assert_eq!(
        verdict.reason,
        "Not promoted: rmse 7.4 is only 2.6 % better than 7.6 of …/7 (at least 5 % was asked); \
         rmse 7.4 (at most 7 is allowed); r2 0.5 (at least 0.6 was asked); mase has no value: \
         constant history; rmse 7.4 against 7.4 of the best baseline naive; the report has no \
         baseline with wmae to beat."
    );
}

#[test]
fn the_best_of_all_baselines_must_be_beaten() {
    let rule = PromotionRule { beat_baseline_on: vec!["r2".to_owned()], ..rule("rmse", 0.0) };
    let mut candidate = report(&[("rmse", 1.0), ("r2", 0.5)]);
    candidate.baselines.insert("weak".to_owned(), figures(&[("r2", 0.1)]));

    let beaten = verdict(&rule, &candidate, None);
    let strong = figures(&[("r2", 0.7)]);
    candidate.best_baseline = Some(BestBaseline { name: "strong".to_owned(), figures: strong });
    let unbeaten = verdict(&rule, &candidate, None);

    assert!(beaten.promote, "{}", beaten.reason);
    assert!(!unbeaten.promote);
}

#[test]
fn a_ceiling_bounds_the_distance_of_a_bias_and_makes_no_sense_for_r2() {
    let with = |metric| PromotionRule { max_value: Some(0.05), ..rule(metric, 0.0) };

    let biased = verdict(&with("bias"), &report(&[("bias", -0.06)]), None);
    let senseless = judge(&with("r2"), &report(&[("r2", 0.9)]), None);

    let reason = "Not promoted: bias -0.06 (at most 0.05 away from 0 is allowed).";
    assert_eq!(biased.reason, reason);
    assert_eq!(
        senseless.unwrap_err().to_string(),
        "`max_value` of the promotion rule bounds `r2` from above, of which more is better"
    );
}

#[test]
fn a_missing_deciding_metric_is_an_error_with_the_reason_of_the_report() {
    let mut candidate = report(&[]);
    let absent = judge(&rule("mase", 0.0), &candidate, None).unwrap_err();
    candidate.metrics.insert("mase".to_owned(), MetricValue::default());
    let unexplained = judge(&rule("mase", 0.0), &candidate, None).unwrap_err();
    let why = "constant history".to_owned();
    candidate.undefined.push(Undefined { metric: "mase".to_owned(), series: None, why });
    let explained = judge(&rule("mase", 0.0), &candidate, None).unwrap_err();

    assert_eq!(absent.to_string(), "the candidate's report has no `mase`: it is not mentioned");
    assert!(unexplained.to_string().ends_with("the report gives no reason"));
    assert!(explained.to_string().ends_with("`mase`: constant history"));
}

#[test]
fn an_unknown_metric_is_an_error_that_names_the_known_ones() {
    let error = judge(&rule("rsme", 0.0), &report(&[("rsme", 1.0)]), None).unwrap_err();

    assert!(matches!(error, JudgeError::UnknownMetric { .. }));
    assert!(error.to_string().contains("rmse, rmsse"), "{error}");
    let threshold = Threshold { metric: "rsme".to_owned(), bound: Bound::AtMost(1.0) };
    let in_threshold = PromotionRule { thresholds: vec![threshold], ..rule("rmse", 0.0) };
    assert!(judge(&in_threshold, &report(&[("rmse", 1.0)]), None).is_err());
    let in_baseline =
        PromotionRule { beat_baseline_on: vec!["rsme".to_owned()], ..rule("rmse", 0.0) };
    assert!(judge(&in_baseline, &report(&[("rmse", 1.0)]), None).is_err());
}

#[test]
fn a_rule_with_a_number_that_is_none_is_refused() {
    let error = judge(&rule("rmse", f64::NAN), &report(&[("rmse", 1.0)]), None).unwrap_err();

    let text = "`min_improvement` of the promotion rule is NaN, not a finite number";
    assert_eq!(error.to_string(), text);
}

#[test]
fn directions_are_known_for_dotted_and_fractional_names() {
    let at = |metric| direction_of(metric);

    assert_eq!(at("store.1.rmse"), Some(Direction::LowerIsBetter));
    assert_eq!(at("p2.5.wql"), Some(Direction::LowerIsBetter));
    assert_eq!(at("p2.5.coverage"), Some(Direction::CloserTo(0.025)));
    assert_eq!(at("coverage_97.5"), Some(Direction::CloserTo(0.975)));
    assert_eq!(at("store.1.coverage_80"), Some(Direction::CloserTo(0.8)));
    for unknown in
        ["", "RMSE", "coverage", "coverage_", "coverage_0", "coverage_120", "coverage_inf"]
    {
        assert_eq!(at(unknown), None, "{unknown}");
    }
}

#[test]
fn a_rule_is_read_from_json_with_defaults_and_without_typing_errors() {
    let text = r#"{"metric":"rmse","thresholds":[{"metric":"r2","at_least":0.6}],
        "on_different_holdout":"compare"}"#;

    let read: PromotionRule = serde_json::from_str(text).unwrap();

    assert_eq!(read.thresholds.first().map(|one| one.bound), Some(Bound::AtLeast(0.6)));
    assert_eq!(read.on_different_holdout, DifferentHoldout::Compare);
    let misspelt = r#"{"metric":"rmse","min_improvment":0.1}"#;
    assert!(serde_json::from_str::<PromotionRule>(misspelt).is_err());
}
