//! The same rows are the same, whichever way they come; and nothing that comes is a panic.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Cursor, Read, Write as _};
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, Date32Array, DictionaryArray, Float32Array, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMillisecondArray,
};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;
use series::assemble::{Duplicates, panel};
use series::frequency::{Frequency, Unit};
use series::panel::Panel;
use series::quality::{Rules, check};
use series::read::{Batch, ReadError, Reader, Source, Sources};
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

fn read(source: Source) -> Result<Panel, ReadError> {
    panel(one(source), &schema(), Duplicates::Last).map(|assembled| assembled.panel)
}

/// Equal also where there is no value.
fn same(one: &Panel, other: &Panel) -> bool {
    let bits = |panel: &Panel| -> Vec<(Vec<String>, i64, Vec<u64>)> {
        let series = panel.series.iter();
        series
            .map(|series| {
                let target = series.target.iter().map(|value| value.to_bits()).collect();
                (series.id.clone(), series.start, target)
            })
            .collect()
    };
    one.grid == other.grid && bits(one) == bits(other)
}

/// Gives as few bytes at a time as the sizes say.
struct Slow {
    bytes: Cursor<Vec<u8>>,
    sizes: Vec<usize>,
    turn: usize,
}

impl Read for Slow {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.turn += 1;
        let size = self.sizes.get(self.turn % self.sizes.len()).copied().unwrap_or(1);
        let most = bytes.len().min(size.max(1));
        self.bytes.read(bytes.get_mut(..most).unwrap_or_default())
    }
}

#[derive(Debug, Clone)]
struct Sale {
    day: u32,
    store: String,
    item: u16,
    sales: f64,
}

fn sale() -> impl Strategy<Value = Sale> {
    let store = prop_oneof!["[a-z]{1,9}", "[0-9]{1,3}", "[a-z,\"\n\r;é ]{0,12}x"];
    let sales = prop_oneof![
        (0_i32..500).prop_map(f64::from),
        -1e6..1e6_f64,
        prop::num::f64::NORMAL,
        (0_i64..1 << 53).prop_map(|value| f64::from_bits(u64::try_from(value).unwrap() | 1 << 60)),
    ];
    (1_u32..=300, store, 0_u16..50, sales).prop_map(|(day, store, item, sales)| Sale {
        day,
        store: store.trim().to_owned(),
        item,
        sales,
    })
}

fn day(number: u32) -> String {
    let date = jiff::civil::date(2020, 1, 1);
    (date + jiff::Span::new().days(i64::from(number))).to_string()
}

fn csv(sales: &[Sale], end: &str) -> Vec<u8> {
    let mut text = format!("date,store,item,sales{end}");
    for sale in sales {
        let store = sale.store.replace('"', "\"\"");
        let quote = if store.contains(['"', ',', '\n', '\r']) { "\"" } else { "" };
        write!(text, "{},{quote}{store}{quote},{},{}{end}", day(sale.day), sale.item, sale.sales)
            .unwrap();
    }
    text.into_bytes()
}

fn expected(sales: &[Sale], panel: &Panel) -> Result<(), TestCaseError> {
    let mut last = std::collections::BTreeMap::new();
    for sale in sales {
        last.insert((sale.store.clone(), sale.item.to_string(), sale.day), sale.sales);
    }
    let mut points = 0;
    for series in &panel.series {
        for (point, value) in (series.start..).zip(&series.target).filter(|(_, it)| !it.is_nan()) {
            let date = panel.grid.moment(point).to_string();
            let sale = last.iter().find(|((store, item, number), _)| {
                series.id == [store.clone(), item.clone()] && day(*number) == date
            });
            prop_assert_eq!(sale.map(|(_, sales)| sales.to_bits()), Some(value.to_bits()));
            points += 1;
        }
    }
    prop_assert_eq!(points, last.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn what_is_written_is_read(sales in prop::collection::vec(sale(), 1..60)) {
        for end in ["\n", "\r\n", "\r"] {
            let panel = read(Source::stream("sales", Cursor::new(csv(&sales, end)))).unwrap();

            expected(&sales, &panel)?;
        }
    }

    #[test]
    fn rows_are_the_same_in_any_pieces_and_any_compression(
        sales in prop::collection::vec(sale(), 1..60),
        sizes in prop::collection::vec(1_usize..40, 1..6),
    ) {
        let text = csv(&sales, "\r\n");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&text).unwrap();
        let zstd = zstd::encode_all(text.as_slice(), 3).unwrap();
        let whole = read(Source::stream("sales", Cursor::new(text.clone()))).unwrap();

        for bytes in [text, gzip.finish().unwrap(), zstd] {
            let slow = Slow { bytes: Cursor::new(bytes), sizes: sizes.clone(), turn: 0 };
            let panel = read(Source::stream("sales", slow)).unwrap();

            prop_assert!(same(&whole, &panel));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in prop::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(b"0123456789-,;\"\r\n\t. NA:TZ".to_vec())],
            0..400,
        ),
        is_with_header in any::<bool>(),
    ) {
        let mut text = if is_with_header { b"date,store,item,sales\n".to_vec() } else { Vec::new() };
        text.extend(bytes);

        let _ = read(Source::stream("sales", Cursor::new(text.clone())));
        let report = check(one(Source::stream("sales", Cursor::new(text))), &schema(), &Rules::default());

        prop_assert!(report.to_json().contains("\"passed\""));
    }

    #[test]
    fn quotes_and_line_ends_are_where_the_csv_crate_sees_them(
        bytes in prop::collection::vec(prop::sample::select(b"ab1,,,\"\"\n\n\r".to_vec()), 0..80),
    ) {
        // Where a quote closes before other text, the two may differ; such rows nobody writes.
        let text = String::from_utf8(bytes).unwrap();
        prop_assume!(!text.contains('"') || is_well_quoted(&text));
        let schema = Schema {
            keys: vec!["key".to_owned()],
            ..Schema::by_hand(Outline {
                time: "when".to_owned(),
                target: "sales".to_owned(),
                keys: vec!["key".to_owned()],
                frequency: None,
                horizon: 1,
            })
        };
        let text = format!("key,when,sales\n{text}");
        let ours = records(&text, &schema);
        let theirs = csv_records(&text);

        prop_assert_eq!(ours, theirs);
    }
}

/// Whether quotes open after a delimiter and close before one.
fn is_well_quoted(text: &str) -> bool {
    let mut quoted = false;
    let mut before = '\n';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '"' {
            if quoted && characters.peek() == Some(&'"') {
                characters.next();
            } else if quoted {
                quoted = false;
                if !matches!(characters.peek(), None | Some(',' | '\n' | '\r')) {
                    return false;
                }
            } else if matches!(before, ',' | '\n' | '\r') {
                quoted = true;
            } else {
                return false;
            }
        }
        before = character;
    }
    !quoted
}

/// The first fields of the records of three.
fn records(text: &str, schema: &Schema) -> Vec<String> {
    let mut reader = Reader::open(Source::from(text), schema).unwrap();
    let mut batch = Batch::default();
    let mut found = Vec::new();
    while reader.read(&mut batch).unwrap() {
        for &number in batch.series() {
            found.push(reader.series().get(number).first().map_or("", |text| text).to_owned());
        }
    }
    found
}

fn csv_records(text: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let records = reader.records().map(Result::unwrap).filter(|record| record.len() == 3);
    records.map(|record| record.get(0).unwrap_or_default().trim().to_owned()).collect()
}

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Panel {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.parquet");
    let rows = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer =
        ArrowWriter::try_new(File::create(&path).unwrap(), rows.schema(), None).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
    read(Source::path(&path).unwrap()).unwrap()
}

#[test]
fn parquet_of_any_types_is_the_same_as_text() {
    let text = "date,store,item,sales\n2020-01-01,7,x,4.5\n2020-01-02,7,x,\n2020-01-03,7,x,6\n";
    let expected = read(Source::from(text)).unwrap();
    let days = [18_262, 18_263, 18_264];
    let dates: [ArrayRef; 3] = [
        Arc::new(Date32Array::from(days.to_vec())),
        Arc::new(TimestampMillisecondArray::from(
            days.map(|day| i64::from(day) * 86_400_000).to_vec(),
        )),
        Arc::new(StringArray::from(vec!["2020-01-01", "2020-01-02", "2020-01-03"])),
    ];
    let stores: [ArrayRef; 3] = [
        Arc::new(Int64Array::from(vec![7, 7, 7])),
        Arc::new(StringArray::from(vec!["7", "7", "7"])),
        Arc::new(
            vec![Some("7"), Some("7"), Some("7")]
                .into_iter()
                .collect::<DictionaryArray<Int32Type>>(),
        ),
    ];
    let sales: [ArrayRef; 3] = [
        Arc::new(Float64Array::from(vec![Some(4.5), None, Some(6.0)])),
        Arc::new(Float32Array::from(vec![Some(4.5), None, Some(6.0)])),
        Arc::new(StringArray::from(vec![Some("4.5"), Some("NA"), Some("6")])),
    ];
    let item: ArrayRef = Arc::new(StringArray::from(vec!["x", "x", "x"]));

    for ((date, store), sales) in dates.iter().zip(&stores).zip(&sales) {
        let columns = vec![
            ("date", Arc::clone(date)),
            ("store", Arc::clone(store)),
            ("item", Arc::clone(&item)),
            ("sales", Arc::clone(sales)),
        ];
        assert!(same(&expected, &parquet(columns)));
    }
}

#[test]
fn a_folder_is_read_in_the_order_of_its_names() {
    let folder = tempfile::tempdir().unwrap();
    let part = |day: u32| format!("date,store,item,sales\n2020-01-0{day},1,1,{day}\n");
    std::fs::write(folder.path().join("part-1.csv"), part(2)).unwrap();
    std::fs::write(folder.path().join("part-0.csv"), part(1)).unwrap();
    std::fs::write(folder.path().join("_SUCCESS"), "").unwrap();

    let panel = read(Source::path(folder.path()).unwrap()).unwrap();

    assert_eq!(panel.series.first().map(|series| series.target.clone()), Some(vec![1.0, 2.0]));
}
