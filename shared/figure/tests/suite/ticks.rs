//! Are ticks where a person would put them?

use figure::{Figure, Format, Line, LineChart, Look, Point, readable, seconds};
use jiff::civil::{DateTime, date};
use proptest::prelude::{ProptestConfig, proptest};

fn labels(figure: &Figure, class: &str) -> Vec<String> {
    let svg = figure.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let ticks = document.descendants().filter(|node| node.attribute("class") == Some(class));
    ticks.filter_map(|node| node.text()).map(str::to_owned).collect()
}

fn across(from: DateTime, to: DateTime) -> Vec<String> {
    let points = [from, to].map(|time| Point { x: seconds(time), y: 1.0 }).to_vec();
    let line = Line { name: String::new(), look: Look::Solid, points };
    labels(&LineChart { lines: vec![line], ..LineChart::default() }.figure(), "tick mid")
}

fn up(low: f64, high: f64, format: Format) -> Vec<String> {
    let lines = vec![Line::over_steps("", Look::Solid, &[low, high])];
    labels(&LineChart { lines, format, ..LineChart::default() }.figure(), "tick end")
}

#[test]
fn numbers_have_thousands_units_and_as_many_decimals_as_they_need() {
    assert_eq!(up(0.0, 5000.0, Format::Number), ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]);
    assert_eq!(
        up(0.0, 2.5e6, Format::Number),
        ["0.0M", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"].map(|t| t.replace("0.0M", "0"))
    );
    assert_eq!(up(-0.1, 0.1, Format::Number), ["−0.10", "−0.05", "0.00", "0.05", "0.10"]);
    assert_eq!(
        up(0.0, 0.4, Format::Percent),
        ["0\u{a0}%", "10\u{a0}%", "20\u{a0}%", "30\u{a0}%", "40\u{a0}%"]
    );
}

#[test]
fn times_have_the_unit_of_their_span() {
    let day = |year, month, day| date(year, month, day).at(0, 0, 0, 0);

    assert_eq!(
        across(day(2013, 1, 1), day(2017, 12, 31)),
        ["2013", "2014", "2015", "2016", "2017"]
    );
    assert_eq!(across(day(2016, 10, 20), day(2017, 8, 3)), ["Jan 2017", "Apr", "Jul"]);
    assert_eq!(
        across(day(2017, 12, 28), day(2018, 1, 3)),
        ["28 Dec 2017", "29 Dec", "30 Dec", "31 Dec", "1 Jan 2018", "2 Jan", "3 Jan"]
    );
    assert_eq!(
        across(day(2026, 2, 1), date(2026, 2, 1).at(18, 0, 0, 0)),
        ["1 Feb 2026", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00"]
    );
    assert_eq!(across(day(1, 1, 1), day(9999, 1, 1)).len(), 4);
}

#[test]
fn values_are_readable() {
    let texts =
        [0.0, -1234.5, 7.496, 0.051_23, 1e-5, 2.5e6, f64::NAN].map(|v| readable(v, Format::Number));
    assert_eq!(texts, ["0", "−1,234", "7.496", "0.0512", "1.0e−5", "2.5M", "n/a"]);
    assert_eq!(readable(0.1234, Format::Percent), "12.34\u{a0}%");
    assert_eq!(readable(45_000.0, Format::Number), "45,000");
}

/// The number that a label of an axis says.
fn said(label: &str) -> f64 {
    let plain = label.replace('−', "-").replace(',', "");
    let units = [("T", 1e12), ("B", 1e9), ("M", 1e6), ("k", 1e3)];
    let unit = units.iter().find(|(unit, _)| plain.ends_with(unit));
    let factor = unit.map_or(1.0, |(_, factor)| *factor);
    plain.trim_end_matches(['T', 'B', 'M', 'k']).parse::<f64>().unwrap() * factor
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn ticks_are_few_even_and_one_two_or_five(low in -1e9..1e9_f64, size in -3.0..9.0_f64) {
        let room = 10_f64.powf(size);
        let ticks: Vec<f64> = up(low, low + room, Format::Number).iter().map(|t| said(t)).collect();

        assert!((3..=12).contains(&ticks.len()), "{ticks:?}");
        let steps: Vec<f64> = ticks.iter().zip(ticks.iter().skip(1)).map(|(a, b)| b - a).collect();
        let step = steps.iter().sum::<f64>() / f64::from(u32::try_from(steps.len()).unwrap());
        let rounding = low.abs() * 1e-6 + step * 1e-3;
        assert!(steps.iter().all(|other| (other - step).abs() <= rounding), "{ticks:?}");
        let digit = step / 10_f64.powf(step.log10().floor());
        let is_nice = [1.0, 2.0, 5.0, 10.0].iter().any(|nice| (digit - nice).abs() < 0.02);
        assert!(is_nice || rounding > step * 0.01, "step {step}");
    }
}
