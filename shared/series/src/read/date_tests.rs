use scenario::data::ColumnKind;

use super::Dates;
use crate::grid::Moment;
use crate::read::cell::CellFault;

fn read(kind: ColumnKind, texts: &[&str]) -> Vec<Result<String, CellFault>> {
    let mut dates = Dates::of(kind);
    let moments = texts.iter().map(|text| dates.moment(text.as_bytes()));
    moments.map(|moment| moment.map(|moment| Moment(moment).to_string())).collect()
}

/// What a column of points of a frequency becomes, written as it was.
fn again(frequency: Option<&str>, texts: &[&str]) -> Result<Vec<String>, CellFault> {
    let frequency = frequency.map(|text| text.parse().unwrap());
    let mut dates = Dates::of_points(ColumnKind::Timestamp, frequency);
    let moments = texts.iter().map(|text| dates.moment(text.as_bytes()));
    let moments = moments.collect::<Result<Vec<_>, _>>()?;
    let written = dates.written().unwrap();
    assert!(moments.iter().all(|moment| written.holds(Moment(*moment))));
    Ok(moments.into_iter().map(|moment| written.text(Moment(moment))).collect())
}

#[test]
fn times_are_written_again_as_they_were() {
    for texts in [
        ["2013-01-31", "2013-11-02"],
        ["2013/01/31", "2013/11/02"],
        ["2013/1/31", "2013/11/2"],
        ["31.01.2013", "02.11.2013"],
        ["31.1.2013", "2.11.2013"],
        ["2013-01-31 00:00:00", "2013-02-01 00:00:00"],
        ["2013-01-31T05:00", "2013-01-31T06:30"],
        ["2013-01-31T05:00:00.000Z", "2013-01-31T06:30:07.000Z"],
        ["2013-01-31 05:00:00+02:00", "2013-01-31 06:30:07+02:00"],
        ["2013-01", "2013-12"],
        ["2013/1", "2013/12"],
    ] {
        assert_eq!(again(None, &texts).unwrap(), texts);
    }
    assert_eq!(again(Some("1Y"), &["2013", "2014"]).unwrap(), ["2013", "2014"]);
    assert_eq!(again(Some("1Q"), &["2013-01", "2013-04"]).unwrap(), ["2013-01", "2013-04"]);
}

#[test]
fn months_and_years_stand_alone_only_where_points_are_as_far_apart() {
    assert_eq!(again(Some("1D"), &["2013-01"]), Err(CellFault::TooCoarse));
    assert_eq!(again(Some("1M"), &["2013"]), Err(CellFault::TooCoarse));
    assert_eq!(again(None, &["2013"]), Err(CellFault::TooCoarse));
    assert_eq!(again(Some("1M"), &["2013-13"]), Err(CellFault::NoSuchDay));
}

#[test]
fn what_would_be_lost_by_a_way_of_writing_is_not_held() {
    let mut dates = Dates::of_points(ColumnKind::Timestamp, None);
    dates.moment(b"2013-01").unwrap();
    let written = dates.written().unwrap();

    assert!(written.holds(Moment::of_date(jiff::civil::date(2013, 3, 1))));
    assert!(!written.holds(Moment::of_date(jiff::civil::date(2013, 3, 2))));
    assert!(!written.holds(Moment(3600)));
}

fn all(kind: ColumnKind, texts: &[&str]) -> Vec<String> {
    read(kind, texts).into_iter().map(Result::unwrap).collect()
}

#[test]
fn days_are_read_with_the_year_first() {
    let days = all(ColumnKind::Date, &["2016-02-29", "2016-03-01", "1969-12-31", "2000-02-29"]);

    assert_eq!(days, ["2016-02-29", "2016-03-01", "1969-12-31", "2000-02-29"]);
    assert_eq!(all(ColumnKind::Date, &["2013/01/31"]), ["2013-01-31"]);
    assert_eq!(all(ColumnKind::Date, &["2013-01-31 00:00:00"]), ["2013-01-31"]);
}

#[test]
fn every_day_of_a_thousand_years_is_the_one_that_jiff_says() {
    let mut dates = Dates::of(ColumnKind::Date);
    let mut day = jiff::civil::date(1600, 1, 1);
    while day.year() < 2600 {
        let moment = dates.moment(day.to_string().as_bytes());

        assert_eq!(moment, Ok(Moment::of_date(day).0));
        day = day.tomorrow().unwrap();
    }
}

#[test]
fn moments_may_have_seconds_fractions_and_a_zone() {
    for text in [
        "2013-01-31T05:06:07",
        "2013-01-31 05:06:07",
        "2013-01-31T05:06:07.123456789",
        "2013-01-31T05:06:07Z",
        "2013-01-31 05:06:07+02:00",
    ] {
        assert_eq!(all(ColumnKind::Timestamp, &[text]), ["2013-01-31 05:06:07"]);
    }
    assert_eq!(all(ColumnKind::Timestamp, &["2013-01-31 05:06"]), ["2013-01-31 05:06:00"]);
}

#[test]
fn what_may_be_day_or_month_first_is_refused() {
    for text in ["01/02/2013", "31.01.13", "1-2-2013", "31/01/2013"] {
        assert_eq!(read(ColumnKind::Date, &[text]), [Err(CellFault::YearLast)]);
    }
}

#[test]
fn a_file_writes_its_dates_alike() {
    let mixed = read(ColumnKind::Date, &["2013-01-31", "2013/02/01", "2013-02-02"]);
    let zones = read(ColumnKind::Timestamp, &["2013-01-31T00:00:00Z", "2013-01-31T01:00:00+01:00"]);

    assert_eq!(mixed[1], Err(CellFault::MixedDates));
    assert_eq!(mixed[2], Ok("2013-02-02".to_owned()));
    assert_eq!(zones[1], Err(CellFault::MixedZones));
}

#[test]
fn days_that_no_month_has_are_not_in_the_calendar() {
    for text in ["2013-02-29", "2013-13-01", "2013-00-10", "1900-02-29", "2013-04-31"] {
        assert_eq!(read(ColumnKind::Date, &[text]), [Err(CellFault::NoSuchDay)]);
    }
}

#[test]
fn a_time_of_day_is_no_day() {
    assert_eq!(read(ColumnKind::Date, &["2013-01-31 05:00:00"]), [Err(CellFault::TimeOfDay)]);
}

#[test]
fn other_texts_are_no_dates() {
    for text in ["", "x", "20130131", "2013-01-31x", "1-2-3-4", "2013-01-31T", "-"] {
        assert_eq!(read(ColumnKind::Date, &[text]), [Err(CellFault::NotADate)], "{text}");
    }
}
