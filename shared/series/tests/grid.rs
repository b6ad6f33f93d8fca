//! How moments become points, whatever the frequency.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use proptest::prelude::*;
use series::assemble::{infer_frequency, lay_grid};
use series::frequency::{Frequency, Unit};
use series::grid::{Grid, Moment};

fn day(text: &str) -> Moment {
    Moment::of_date(text.parse().unwrap())
}

fn times(days: &[&str]) -> Vec<i64> {
    days.iter().map(|text| day(text).0).collect()
}

fn frequency(text: &str) -> Frequency {
    text.parse().unwrap()
}

#[test]
fn frequencies_are_read_as_pandas_writes_them() {
    for (text, same) in [
        ("D", "1D"),
        ("W-FRI", "1W"),
        ("MS", "1M"),
        ("QE", "3M"),
        ("15min", "15min"),
        ("h", "1H"),
        ("1Y", "1Y"),
    ] {
        assert_eq!(frequency(text).to_string(), same);
    }
    for text in ["", "0D", "D1", "1X", "-1D", "99999999999D"] {
        assert!(text.parse::<Frequency>().is_err(), "{text}");
    }
}

#[test]
fn seasons_are_whole_numbers_of_points() {
    assert_eq!(frequency("1D").seasons(), [7, 365]);
    assert_eq!(frequency("1H").seasons(), [24, 168]);
    assert_eq!(frequency("3M").seasons(), [4]);
    assert_eq!(frequency("15min").seasons(), [4, 96, 672]);
    assert_eq!(frequency("1Y").seasons(), Vec::<usize>::new());
}

#[test]
fn month_ends_stay_month_ends() {
    let ends = times(&["2020-04-30", "2020-02-29", "2020-06-30"]);

    let grid = lay_grid(&ends, Frequency::every(Unit::Month)).unwrap();

    let points: Vec<i64> = ends.iter().map(|&end| grid.point(Moment(end)).unwrap()).collect();
    assert_eq!(points, [points[1] + 2, points[1], points[1] + 4]);
    assert_eq!(grid.moment(points[2] + 1), day("2020-07-31"));
}

#[test]
fn first_days_of_months_stay_first_days() {
    let grid = lay_grid(&times(&["2020-03-01", "2020-02-01"]), Frequency::every(Unit::Month));

    let grid = grid.unwrap();
    assert_eq!(grid.moment(grid.point(day("2020-03-01")).unwrap() + 1), day("2020-04-01"));
    assert!(grid.point(day("2020-03-02")).is_err());
}

#[test]
fn a_grid_of_weeks_goes_through_the_weekday_that_is_seen() {
    let grid =
        lay_grid(&times(&["2010-02-12", "2010-02-05"]), Frequency::every(Unit::Week)).unwrap();

    assert_eq!(grid.point(day("2012-10-26")).unwrap(), 142);
    let off = grid.point(day("2012-10-27")).unwrap_err().to_string();
    assert!(off.contains("the nearest point is 2012-10-26"), "{off}");
}

#[test]
fn a_frequency_is_what_neighbours_mostly_are_apart() {
    let infer = |days: &[&str]| {
        let times = times(days);
        infer_frequency(&vec![0; times.len()], &times).map(|it| it.to_string())
    };

    let some = |text: &str| Some(text.to_owned());
    assert_eq!(infer(&["2020-01-04", "2020-01-01", "2020-01-02", "2020-01-05"]), some("1D"));
    assert_eq!(infer(&["2020-01-03", "2020-01-10", "2020-01-24", "2020-01-31"]), some("1W"));
    assert_eq!(infer(&["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"]), some("1M"));
    assert_eq!(infer(&["2020-03-31", "2020-06-30", "2020-09-30"]), some("3M"));
    assert_eq!(infer(&["2018-01-01", "2019-01-01", "2020-01-01"]), some("1Y"));
    assert_eq!(infer(&["2018-01-01"]), None);
    assert_eq!(
        infer_frequency(&[0, 0, 1, 1], &[0, 900, 450, 1350]).map(|it| it.to_string()),
        some("15min")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_point_of_the_moment_of_a_point_is_the_point(
        anchor in -1_000_000_000_i64..4_000_000_000,
        point in -5000_i64..5000,
        frequency in prop::sample::select(vec!["7min", "1H", "1D", "2W", "1M", "3M", "1Y"]),
    ) {
        let grid = Grid::through(Moment(anchor), frequency.parse().unwrap());

        let moment = grid.moment(point);

        prop_assert_eq!(grid.point(moment).unwrap(), point);
        prop_assert_eq!(grid.last_point(Moment(moment.0 - 1)), point - 1);
        prop_assert!(grid.moment(point + 1) > moment);
    }
}
