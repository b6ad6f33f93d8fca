//! Is every drawing well-formed and finite, whatever the data?

use figure::{Figure, Heading, Line, LineChart, Look, Point};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

use crate::examples::{all, points};

/// Parses a drawing, and looks for numbers that no browser understands.
fn check(name: &str, figure: &Figure) {
    let svg = figure.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    for node in document.descendants() {
        for attribute in node.attributes() {
            let value = attribute.value();
            let is_text = ["class", "style", "aria-label", "xmlns"].contains(&attribute.name());
            let wrong = ["NaN", "nan", "inf", "e-", "e+"].iter().find(|bad| value.contains(**bad));
            assert!(is_text || wrong.is_none(), "{name}: {}={value}", attribute.name());
        }
    }
}

/// What a person can read in a drawing.
fn words(figure: &Figure) -> String {
    let svg = figure.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| node.text()).collect::<Vec<_>>().join("|")
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -1e4..1e4_f64,
        2 => any::<f64>(),
        1 => prop::sample::select(vec![
            0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN,
            f64::MIN_POSITIVE, 5e-324, 1e15, 1e300, -1e300, 1e-9,
        ]),
    ]
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        6 => prop::collection::vec(number(), 0..40),
        1 => prop::collection::vec(Just(f64::NAN), 0..5),
        1 => number().prop_map(|value| vec![value; 30]),
        1 => prop::collection::vec(number(), 1000..1100),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_numbers_and_texts_give_well_formed_drawings(values in values(), text in any::<String>()) {
        for (name, figure) in all(&values, &text) {
            check(name, &figure);
        }
    }
}

#[test]
fn hostile_texts_stay_texts() {
    let hostile = "</svg><script>alert(1)</script>\"' & \u{0}\u{b}\u{ffff}]]>";

    for (name, figure) in all(&[1.0, 2.0, 3.0], hostile) {
        check(name, &figure);
        assert!(!figure.to_svg().contains("<script"), "{name}");
    }
}

#[test]
fn empty_data_says_so() {
    for values in [vec![], vec![f64::NAN; 4], vec![f64::INFINITY]] {
        for (name, figure) in all(&values, "name") {
            assert!(words(&figure).contains("No data"), "{name}");
        }
    }
}

#[test]
fn every_drawing_has_title_and_description() {
    for (name, figure) in all(&[1.0, 2.0, 5.0, 3.0], "Sales") {
        let svg = figure.to_svg();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let child = |tag| document.root_element().children().find(|node| node.has_tag_name(tag));

        assert_eq!(child("title").and_then(|node| node.text()), Some("Sales"), "{name}");
        assert_eq!(child("desc").and_then(|node| node.text()), Some("What it shows."), "{name}");
        assert_eq!(document.root_element().attribute("role"), Some("img"), "{name}");
    }
}

#[test]
fn a_gap_breaks_the_line() {
    let line = |values: &[f64]| {
        let points = points(0.0, 1.0, values);
        let line = Line { name: String::new(), look: Look::Solid, points };
        let chart = LineChart { lines: vec![line], ..LineChart::default() };
        let svg = chart.figure().to_svg();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let is_line = |node: &roxmltree::Node<'_, '_>| {
            node.has_tag_name("path") && node.attribute("class").is_some_and(|c| c.contains("line"))
        };
        let path = document.descendants().find(is_line).unwrap();
        path.attribute("d").unwrap().matches('M').count()
    };

    assert_eq!(line(&[1.0, 2.0, 3.0, 4.0]), 1);
    assert_eq!(line(&[1.0, 2.0, f64::NAN, 4.0, f64::INFINITY, 6.0, 7.0]), 3);
}

#[test]
fn a_million_points_make_a_small_file_and_keep_the_peak() {
    let mut series = vec![1.0; 1_000_000];
    if let Some(value) = series.get_mut(654_321) {
        *value = 50.0;
    }
    let lines =
        vec![Line { name: String::new(), look: Look::Solid, points: points(0.0, 60.0, &series) }];
    let chart = LineChart { heading: Heading::new("Long", ""), lines, ..LineChart::default() };

    let svg = chart.figure().to_svg();

    assert!(svg.len() < 60_000, "{} bytes", svg.len());
    // The peak is at the top of the plane, which is where the highest grid line is.
    let tops: Vec<&str> = svg.split('L').filter(|step| step.ends_with(" 8")).collect();
    assert!(!tops.is_empty(), "the peak of one point is lost");
}

#[test]
fn points_out_of_order_are_put_in_order() {
    let draw = |points: Vec<Point>| {
        let line = Line { name: String::new(), look: Look::Solid, points };
        LineChart { lines: vec![line], ..LineChart::default() }.figure().to_svg()
    };
    let ordered = points(0.0, 1.0, &[3.0, 1.0, 2.0]);

    assert_eq!(draw(ordered.iter().rev().copied().collect()), draw(ordered));
}

#[test]
fn labels_do_not_run_into_each_other() {
    for (name, figure) in
        all(&[120_000.0, 250_000.0, -40_000.0, 310_000.0], "A name of some length")
    {
        let svg = figure.to_svg();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let number = |node: &roxmltree::Node<'_, '_>, name| -> f64 {
            node.attribute(name).unwrap().parse().unwrap()
        };
        let ticks =
            document.descendants().filter(|node| node.attribute("class") == Some("tick mid"));
        // Planes beside and below each other have groups of their own.
        let ticks: Vec<_> = ticks
            .map(|node| {
                (
                    number(&node, "y"),
                    number(&node, "x"),
                    node.text().unwrap_or("").chars().count(),
                    node.parent().map(|parent| parent.id()),
                )
            })
            .collect();
        for (a, b) in ticks.iter().zip(ticks.iter().skip(1)) {
            // Five pixels a character is less than any face has.
            let room = 2.5 * f64::from(u32::try_from(a.2 + b.2).unwrap());
            assert!(a.3 != b.3 || b.1 - a.1 > room, "{name}: {a:?} {b:?}");
        }
    }
}
