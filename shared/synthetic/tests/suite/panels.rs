//! Is the truth of a panel the truth?

use jiff::civil::datetime;
use scenario::text::Frequency;
use synthetic::panel::{Noise, PanelPlan, panel, times};

use crate::table::mean;

fn frequency(text: &str) -> Frequency {
    Frequency::new(text).unwrap()
}

#[test]
fn silent_panels_are_their_truth() {
    let plan = PanelPlan { noise: Noise::Silent, ..PanelPlan::new(frequency("1M"), 12) };
    for series in panel(&plan).series {
        assert_eq!(series.values, series.truth);
        assert!((mean(&series.season) - 1.0).abs() < 1e-12);
        let second_year = (series.level + series.trend * 13.0) * series.season[1];
        assert!((series.truth[13] - second_year).abs() < 1e-9);
    }
}

#[test]
fn noise_is_around_the_truth() {
    let noises = [Noise::Normal { share: 0.1 }, Noise::Poisson, Noise::Intermittent { zeros: 0.7 }];
    for noise in noises {
        let plan = PanelPlan { noise, points: 20_000, ..PanelPlan::new(frequency("1H"), 24) };
        for series in panel(&PanelPlan { growth: 0.0, ..plan }).series {
            let ratio = mean(&series.values) / mean(&series.truth);
            assert!((ratio - 1.0).abs() < 0.03, "{noise:?}: {ratio}");
        }
    }
}

#[test]
fn times_follow_the_calendar() {
    let last = |text: &str| {
        let times = times(&frequency(text), datetime(2020, 1, 31, 0, 0, 0, 0), 3);
        times[2].to_string()
    };

    assert_eq!(last("1H"), "2020-01-31T02:00:00");
    assert_eq!(last("15min"), "2020-01-31T00:30:00");
    assert_eq!(last("1D"), "2020-02-02T00:00:00");
    assert_eq!(last("2W"), "2020-02-28T00:00:00");
    assert_eq!(last("1M"), "2020-03-31T00:00:00");
    assert_eq!(last("3M"), "2020-07-31T00:00:00");
    assert_eq!(last("1Y"), "2022-01-31T00:00:00");
}

#[test]
fn a_panel_is_written_with_dates_where_days_are_enough() {
    let mut written = Vec::new();
    let plan = PanelPlan {
        series: 1,
        points: 1,
        noise: Noise::Silent,
        ..PanelPlan::new(frequency("1D"), 1)
    };
    let panel = panel(&plan);
    panel.write_csv(&mut written).unwrap();

    let expected =
        format!("series,time,value\nseries-001,2020-01-01,{}\n", panel.series[0].values[0]);
    assert_eq!(String::from_utf8(written).unwrap(), expected);
}
