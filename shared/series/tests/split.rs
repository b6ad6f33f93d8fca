//! How histories are cut.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fmt::Write as _;

use scenario::Scenario;
use scenario::data::Split;
use series::frequency::{Frequency, Unit};
use series::grid::{Grid, Moment};
use series::quality::{Rules, check};
use series::read::{Source, Sources};
use series::schema::{Outline, Schema};
use series::split::{Cut, Part, SplitError, Written, cut, extent, likely_extent, write};
use series::table::table;

fn day(text: &str) -> Moment {
    Moment::of_date(text.parse().unwrap())
}

fn schema() -> Schema {
    Schema::by_hand(Outline {
        time: "date".to_owned(),
        target: "sales".to_owned(),
        keys: vec!["store".to_owned()],
        frequency: Some(Frequency::every(Unit::Day)),
        horizon: 2,
    })
}

const SALES: &str = "date,store,note,sales\n2020-01-01,a,\"x,y\",1\n2020-01-02,a,,2\n\
                     2020-01-01,b,,5\n2020-01-03,a,,3\n2020-01-04,a,,4\n2020-01-05,a,,5\n";

fn lines(folder: &tempfile::TempDir, part: Part) -> Vec<String> {
    let text = std::fs::read_to_string(folder.path().join(format!("{}.csv", part.name()))).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn files_are_cut_by_time_and_rows_stay_as_they_stood() {
    let split = Split::Tail { validation_steps: 1, test_steps: 2 };
    let sources = Sources { first: Source::from(SALES), joined: Vec::new() };
    let report = check(sources, &schema(), &Rules::default());
    let cut = cut(&split, schema().frequency, report.extent.unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();

    let written = write(Source::from(SALES), &schema(), &cut, folder.path()).unwrap();

    let extent = Some((day("2020-01-01"), day("2020-01-05")));
    assert_eq!(written, Written { train: 3, validation: 1, test: 2, left_out: 0, extent });
    assert_eq!(
        lines(&folder, Part::Train),
        ["date,store,note,sales", "2020-01-01,a,\"x,y\",1", "2020-01-02,a,,2", "2020-01-01,b,,5"]
    );
    assert_eq!(lines(&folder, Part::Validation), ["date,store,note,sales", "2020-01-03,a,,3"]);
    assert_eq!(lines(&folder, Part::Test)[1..], ["2020-01-04,a,,4", "2020-01-05,a,,5"]);
}

#[test]
fn a_guess_at_the_extent_reads_pieces_and_what_was_written_says_whether_it_was_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.csv");
    let mut text = "date,store,sales\n".to_owned();
    for store in 0..100 {
        for day in 0..1500 {
            writeln!(text, "{},s{store},{}", Moment(day * 86_400), day % 9).unwrap();
        }
    }
    std::fs::write(&path, &text).unwrap();
    let source = || Source::path(&path).unwrap();
    let usual = Some((Moment(0), Moment(1499 * 86_400)));
    assert_eq!(likely_extent(source(), &schema()), usual);
    assert_eq!(extent(source(), &schema()).unwrap(), usual);

    // One row goes on longer, where no piece is taken.
    let at = text.char_indices().filter(|(_, letter)| *letter == '\n').nth(5000).unwrap().0;
    text.insert_str(at, "\n2000-01-01,s3,4");
    std::fs::write(&path, &text).unwrap();
    let longer = Some((Moment(0), day("2000-01-01")));
    assert_eq!(likely_extent(source(), &schema()), usual);
    assert_eq!(extent(source(), &schema()).unwrap(), longer);
    let cut = Cut::Time { validation_from: day("1974-01-01"), test_from: None };
    let written = write(source(), &schema(), &cut, &folder.path().join("parts")).unwrap();
    assert_eq!(written.extent, longer);
    assert_eq!((written.train, written.validation), (1461 * 100, 39 * 100 + 1));
}

#[test]
fn origins_are_the_last_points_before() {
    let grid = Grid::through(day("2020-01-01"), Frequency::every(Unit::Day));
    let dates =
        Cut::Time { validation_from: day("2020-01-03"), test_from: Some(day("2020-01-05")) };

    let origins = dates.origins(&grid).unwrap();

    assert_eq!((origins.validation, origins.test), (1, Some(3)));
    assert_eq!(dates.part(day("2020-01-02")), Part::Train);
    assert_eq!(dates.part(day("2020-01-04")), Part::Validation);
    assert_eq!(dates.part(day("2020-01-05")), Part::Test);
}

#[test]
fn a_split_that_leaves_nothing_to_train_on_is_refused() {
    let split = Split::Tail { validation_steps: 3, test_steps: 2 };

    let refused = cut(&split, schema().frequency, (day("2020-01-01"), day("2020-01-05")));

    assert!(matches!(refused, Err(SplitError::NoTraining { .. })), "{refused:?}");
}

#[test]
fn months_are_counted_back_by_the_calendar() {
    let split = Split::Given { validation_steps: 2 };
    let months = Some(Frequency::every(Unit::Month));

    let cut = cut(&split, months, (day("2019-01-31"), day("2020-03-31"))).unwrap();

    assert_eq!(cut, Cut::Time { validation_from: day("2020-02-29"), test_from: None });
}

fn products(count: usize) -> String {
    let mut text = "retailer,product_id,category,brand,price,cost,discount,stock,weight_kg,\
                    shelf_life_days,launch_month,turnover_days\n"
        .to_owned();
    for product in 0..count {
        writeln!(
            text,
            "acme,p{product},c{},b,{product}.5,1,0,3,NA,10,2,{}",
            product % 3,
            product % 40
        )
        .unwrap();
    }
    text
}

#[test]
fn products_are_drawn_by_their_identifiers_whatever_their_order() {
    let scenario = Scenario::built_in("turnover").unwrap().unwrap();
    let schema = Schema::of(&scenario);
    let cut = cut(scenario.split(), None, (Moment(0), Moment(0))).unwrap();
    let text = products(2000);
    let mut rows: Vec<&str> = text.lines().skip(1).collect();
    rows.reverse();
    let reversed = format!("{}\n{}\n", text.lines().next().unwrap(), rows.join("\n"));
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());

    let written = write(Source::from(text.as_str()), &schema, &cut, one.path()).unwrap();
    write(Source::from(reversed.as_str()), &schema, &cut, other.path()).unwrap();

    assert!((230..370).contains(&written.test) && (230..370).contains(&written.validation));
    for part in Part::ALL {
        let (mut here, mut there) = (lines(&one, part), lines(&other, part));
        here.sort();
        there.sort();
        assert_eq!(here, there);
    }
}

#[test]
fn a_table_of_products_has_features_and_no_identifiers() {
    let scenario = Scenario::built_in("turnover").unwrap().unwrap();
    let table = table(Source::from(products(6).as_str()), &Schema::of(&scenario)).unwrap();

    let features = table.features(scenario.features().negative_target);

    let names: Vec<&str> = features.features.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names[..3], ["category", "brand", "price"]);
    assert_eq!(features.columns[0], [0.0, 1.0, 2.0, 0.0, 1.0, 2.0]);
    assert_eq!(features.target, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(table.columns[1].levels.as_ref().unwrap().len(), 6);
}
