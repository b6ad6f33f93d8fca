//! Data as people really have them: each defect gives the right result, or says where it is.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::path::Path;

use series::assemble::{Assembled, Duplicates, panel};
use series::frequency::{Frequency, Unit};
use series::quality::{Outcome, Report, Rules, check};
use series::read::{ReadError, Source, Sources};
use series::schema::{Outline, Schema};

fn schema() -> Schema {
    Schema::by_hand(Outline {
        time: "date".to_owned(),
        target: "sales".to_owned(),
        keys: vec!["store".to_owned(), "item".to_owned()],
        frequency: Some(Frequency::every(Unit::Day)),
        horizon: 7,
    })
}

fn one(source: Source) -> Sources {
    Sources { first: source, joined: Vec::new() }
}

fn read(text: &str) -> Result<Assembled, ReadError> {
    panel(
        one(Source::stream("sales.csv", std::io::Cursor::new(text.to_owned()))),
        &schema(),
        Duplicates::Refuse,
    )
}

fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

fn checked(text: &str, rules: &Rules) -> Report {
    let source = Source::stream("sales.csv", std::io::Cursor::new(text.to_owned()));
    check(one(source), &schema(), rules)
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

#[test]
fn negative_sales_are_kept_and_warned_of() {
    let text = "date,store,item,sales\n2020-01-01,1,1,-4\n2020-01-02,1,1,5\n";

    let report = checked(text, &Rules::default());

    assert_eq!(read(text).unwrap().panel.series[0].target, [-4.0, 5.0]);
    let negative = report.check("negative_target").unwrap();
    assert_eq!((negative.outcome, negative.count), (Outcome::Warning, 1));
    assert_eq!(
        (negative.examples[0].row, negative.examples[0].value.as_deref()),
        (Some(2), Some("-4"))
    );
    assert!(report.passed);
}

#[test]
fn columns_that_nobody_asked_for_are_reported_and_not_read() {
    let text = "date,store,colour,item,sales\n2020-01-01,1,red,1,4\n";

    let assembled = read(text).unwrap();

    assert_eq!(assembled.notes.formats[0].extra, ["colour"]);
    assert_eq!(assembled.panel.series[0].target, [4.0]);
}

#[test]
fn a_missing_column_is_named_with_the_nearest() {
    let message = refusal("date,store,item,Sale\n2020-01-01,1,1,4\n");

    assert_eq!(
        message,
        "sales.csv: there is no column `sales`; did you mean `Sale`? \
         Name it so in the schema or in the file"
    );
}

#[test]
fn other_delimiters_are_seen_in_the_header() {
    for (text, delimiter) in [
        ("date;store;item;sales\n2020-01-01;1;1;4.5\n", ';'),
        ("date\tstore\titem\tsales\n2020-01-01\t1\t1\t4.5\n", '\t'),
        ("date|store|item|sales\n2020-01-01|1|1|4.5\n", '|'),
    ] {
        let assembled = read(text).unwrap();
        assert_eq!(assembled.panel.series[0].target, [4.5]);
        assert_eq!(assembled.notes.formats[0].delimiter, Some(delimiter));
    }
}

#[test]
fn a_delimiter_that_nobody_uses_is_named() {
    let message = refusal("date:store:item:sales\n2020-01-01:1:1:4\n");

    assert!(
        message.contains("the header has one column, which looks separated by ':'"),
        "{message}"
    );
}

#[test]
fn decimal_commas_are_refused_where_they_stand() {
    let message = refusal("date;store;item;sales\n2020-01-01;1;1;4\n2020-01-02;1;1;4,5\n");

    assert_eq!(
        message,
        "sales.csv:3: column `sales`: `4,5` has a comma; \
         write numbers without separators of thousands and with a decimal point"
    );
}

#[test]
fn a_byte_order_mark_and_blanks_around_names_are_forgiven() {
    let assembled =
        read("\u{feff}date , \"store\",item, sales\r\n2020-01-01, 1,1 ,4.0\r\n").unwrap();

    assert_eq!(assembled.panel.series[0].id, ["1", "1"]);
    assert_eq!(assembled.panel.series[0].target, [4.0]);
}

#[test]
fn a_cut_off_gzip_names_the_last_whole_row() {
    let mut text = "date,store,item,sales\n".to_owned();
    for row in 0..40_000 {
        writeln!(text, "2020-01-01,{row},{},{}", row * 7919 % 10_007, row % 97).unwrap();
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let folder = folder(&[("sales.csv.gz", &packed[..packed.len() / 2])]);
    let source = Source::path(&folder.path().join("sales.csv.gz")).unwrap();

    let error = panel(one(source), &schema(), Duplicates::Refuse).unwrap_err();

    let ReadError::Broken { place, .. } = &error else { unreachable!("{error}") };
    assert!((1_000..40_000).contains(&place.row.get()), "{error}");
    assert!(error.to_string().contains("copy the file again"), "{error}");
}

/// A line that never ends, made while it is read.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        assert!(self.0 < 2_000_000_000, "all of it was read");
        bytes.fill(b'7');
        Ok(bytes.len())
    }
}

#[test]
fn a_line_of_two_gigabytes_is_given_up_early() {
    let start = std::io::Cursor::new("date,store,item,sales\n2020-01-01,1,1,4\n2020-01-02,1,1,");
    let endless = Source::stream("sales.csv", start.chain(Endless(0)));
    let quoted = std::io::Cursor::new("date,store,item,sales\n\"").chain(Endless(0));
    let quoted = Source::stream("sales.csv", quoted);

    let endless = panel(one(endless), &schema(), Duplicates::Refuse).unwrap_err().to_string();
    let quoted = panel(one(quoted), &schema(), Duplicates::Refuse).unwrap_err().to_string();

    let expected = "the record that begins here does not end within 4194304 bytes";
    assert!(endless.starts_with(&format!("sales.csv:3: {expected}")), "{endless}");
    assert!(quoted.starts_with(&format!("sales.csv:2: {expected}")), "{quoted}");
}

#[test]
fn dates_written_in_two_ways_are_refused_at_the_second() {
    let mixed = refusal("date,store,item,sales\n2020-01-01,1,1,4\n2020/01/02,1,1,5\n");
    let day_first = refusal("date,store,item,sales\n2020-01-01,1,1,4\n02/01/2020,1,1,5\n");

    assert!(
        mixed.starts_with("sales.csv:3: column `date`: `2020/01/02` is written otherwise"),
        "{mixed}"
    );
    assert!(
        day_first.starts_with("sales.csv:3: column `date`: `02/01/2020` may be day or month first")
    );
}

#[test]
fn the_same_series_and_time_twice_is_refused_with_both_rows() {
    let text = "date,store,item,sales\n2020-01-01,1,1,4\n2020-01-02,1,1,5\n2020-01-01,1,1,6\n";

    let message = refusal(text);

    assert_eq!(
        message,
        "sales.csv:4: store 1, item 1 at 2020-01-01 stands at sales.csv:2 already; \
         remove one of the two, or choose to sum them or to take the last"
    );
    for (duplicates, first) in [(Duplicates::Sum, 10.0), (Duplicates::Last, 6.0)] {
        let merged = panel(one(Source::from(text)), &schema(), duplicates).unwrap();
        assert_eq!(merged.panel.series[0].target, [first, 5.0]);
        assert_eq!(merged.notes.merged_rows, 1);
    }
}

#[test]
fn an_empty_file_and_one_of_a_header_alone_are_told_apart() {
    assert_eq!(
        refusal(""),
        "sales.csv: the file is empty; it needs a header line with the names of the columns"
    );
    assert_eq!(
        refusal("date,store,item,sales\n"),
        "sales.csv: no row has a key, a time and a target; 0 rows were read"
    );
}

#[test]
fn forty_series_that_end_early_are_counted_and_named() {
    let mut text = "date,store,item,sales\n".to_owned();
    for series in 0..100 {
        for day in 1..=(if series < 40 { 20 } else { 28 }) {
            writeln!(text, "2020-02-{day:02},{series},1,{}", day % 7).unwrap();
        }
    }

    let report = checked(&text, &Rules::default());

    let early = report.check("early_end").unwrap();
    assert_eq!((early.outcome, early.count, early.of), (Outcome::Warning, 40, 100));
    assert_eq!(early.message, "40 of 100 series end before 2020-02-28");
    assert_eq!(early.examples[0].series.as_deref(), Some("store 0, item 1"));
    assert_eq!(early.examples[0].moment.as_deref(), Some("2020-02-20"));
    assert!(report.passed);
}

#[test]
fn fields_too_many_are_refused_with_their_row() {
    let message = refusal("date,store,item,sales\n2020-01-01,1,1,4\n2020-01-02,1,1,1,234\n");

    assert_eq!(
        message,
        "sales.csv:3: the row has 5 fields, 4 are in the header; \
         quote fields that hold the delimiter"
    );
}

#[test]
fn quotes_may_hold_delimiters_line_ends_and_quotes() {
    let text = "date,store,item,sales\n2020-01-01,\"a,\n\"\"b\"\"\",1,4\n\n2020-01-02,c,1,x\n";

    let message = refusal(text);
    let read = read(&text.replace(",x", ",5")).unwrap();

    assert!(message.starts_with("sales.csv:5: column `sales`: `x` is no number"), "{message}");
    assert_eq!(read.panel.series[0].id, ["a,\n\"b\"", "1"]);
}

#[test]
fn a_quote_that_is_never_closed_is_named() {
    let message = refusal("date,store,item,sales\n2020-01-01,\"1,1,4\n2020-01-02,1,1,5\n");

    assert!(message.starts_with("sales.csv:2: "), "{message}");
    assert!(message.contains("opens a quote that is never closed"), "{message}");
}

#[test]
fn what_is_not_there_is_named() {
    let nowhere = Source::path(Path::new("no/such/file.csv")).unwrap_err().to_string();
    let empty = folder(&[("_SUCCESS", b""), (".hidden.csv", b"x"), ("quality.json", b"{}")]);
    let empty = Source::path(empty.path()).unwrap_err().to_string();

    assert!(nowhere.starts_with("no/such/file.csv: cannot be opened"), "{nowhere}");
    assert!(empty.contains("the folder holds no data file"), "{empty}");
}

#[test]
fn documents_beside_the_data_of_a_folder_are_not_read() {
    let data: &[u8] = b"date,store,item,sales\n2020-01-01,1,1,4\n";
    let more: &[u8] = b"date,store,item,sales\n2020-01-02,1,1,5\n";
    let folder = folder(&[
        ("about.json", b"{}"),
        ("README.MD", b"# Sales"),
        (".part-0.crc", b"x"),
        ("part-0", data),
        ("part-1.csv.out", more),
    ]);

    let read = panel(one(Source::path(folder.path()).unwrap()), &schema(), Duplicates::Refuse);

    assert_eq!(read.unwrap().panel.series[0].target, [4.0, 5.0]);
}

#[test]
fn moments_off_the_grid_are_refused_with_the_nearest_point() {
    let mut weeks = schema();
    weeks.frequency = Some(Frequency::every(Unit::Week));
    let text = "date,store,item,sales\n2020-01-03,1,1,4\n2020-01-11,1,1,5\n";

    let error = panel(one(Source::from(text)), &weeks, Duplicates::Refuse).unwrap_err();

    assert_eq!(
        error.to_string(),
        "text:3: column `date`: 2020-01-11 is not a whole number of 1W from 2020-01-03; \
         the nearest point is 2020-01-10; correct it, or choose another frequency"
    );
}

#[test]
fn a_run_that_does_not_pass_names_the_checks_and_keeps_the_report() {
    let text = "date,store,item,sales\n2020-01-01,1,1,4\n2020-01-01,1,1,4\n2020-01-05,1,1,x\n";

    let report = checked(text, &Rules { min_rows: 10, ..Rules::default() });

    let failed = report.verdict().unwrap_err().to_string();
    for name in ["rows: 3 rows", "values: 1 values", "duplicates: 1 of 3", "gaps: 3 of 5"] {
        assert!(failed.contains(name), "{failed}");
    }
    assert!(failed.contains("sales.csv:4, column `sales`, `x`"), "{failed}");
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["passed"], false);
}
