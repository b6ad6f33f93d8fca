//! Rows that are held and followed by others are what reading both at once would give.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::io::Cursor;

use scenario::data::ColumnKind;
use series::assemble::{Duplicates, Rows, panel, panel_of};
use series::panel::{Known, Panel};
use series::read::{Source, Sources};
use series::schema::{Field, Outline, Presence, Purpose, Schema};

fn schema() -> Schema {
    let mut schema = Schema::by_hand(Outline {
        time: "date".to_owned(),
        target: "sales".to_owned(),
        keys: vec!["store".to_owned()],
        frequency: Some("1D".parse().unwrap()),
        horizon: 3,
    });
    let feature = |name: &str, kind, known| Field {
        name: name.to_owned(),
        kind,
        purpose: Purpose::Feature(known),
        presence: Presence::Optional,
    };
    schema.columns.push(feature("weather", ColumnKind::Category, Known::Ahead));
    schema.columns.push(feature("region", ColumnKind::Category, Known::Always));
    schema.columns.push(feature("size", ColumnKind::Number, Known::Always));
    schema
}

fn source(name: &str, text: &str) -> Source {
    Source::stream(name, Cursor::new(text.to_owned()))
}

/// As text, in which missing values are equal.
fn told(panel: &Panel) -> String {
    format!("{panel:?}")
}

const HELD: &str = "date,store,sales,weather,region,size\n\
    2020-01-01,b,1,wet,north,\n2020-01-02,b,2,dry,north,4\n2020-01-02,a,3,dry,south,5\n";

#[test]
fn held_rows_and_later_ones_make_the_panel_of_both_files() {
    let held = Rows::read(source("held", HELD), &schema()).unwrap();
    for later in [
        "date,store,sales,weather,region,size\n2020-01-03,a,7,wet,,\n2020-01-04,a,,snow,,\n",
        "date,store,sales,weather,region,size\n2020-01-02,b,9,,west,8\n2020-01-05,c,4,hail,east,\n",
        "store,date,sales\nc,2020-01-03,1\na,2019-12-30,2\n",
        "date,store,sales\n",
    ] {
        let sent = Rows::read(source("later", later), &schema()).unwrap();
        let first = source("held", HELD).and(source("later", later));
        let both = Sources { first, joined: Vec::new() };

        let at_once = panel(both, &schema(), Duplicates::Last).unwrap();
        let rows = held.and(&sent);
        let followed = panel_of("held", &rows, &schema(), Duplicates::Last).unwrap();

        assert_eq!(told(&followed.panel), told(&at_once.panel), "{later}");
        assert_eq!(followed.notes, at_once.notes, "{later}");
    }
}

#[test]
fn rows_that_follow_are_named_by_the_file_they_came_from() {
    let held = Rows::read(source("held", HELD), &schema()).unwrap();
    let later = "date,store,sales\n2020-01-02,a,7\n";
    let rows = held.and(&Rows::read(source("later", later), &schema()).unwrap());

    let error = panel_of("held", &rows, &schema(), Duplicates::Refuse).unwrap_err().to_string();

    assert!(
        error.starts_with("later:2: store a at 2020-01-02 stands at held:4 already"),
        "{error}"
    );
}
