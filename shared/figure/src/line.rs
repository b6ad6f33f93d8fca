//! How does something go over time, or over steps?

use jiff::civil::DateTime;
use maud::{Markup, html};

use crate::calendar::{self, seconds};
use crate::figure::{Drawing, Figure, Heading};
use crate::label::{clean, cut};
use crate::number::{Format, Px, factor, floor, readable};
use crate::plot::{Key, Plot, Swatch, color, segment};
use crate::scale::{Axis, Measure, range, with_zero};
use crate::thin::{Point, envelope};

/// Lines and bands over one horizontal axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineChart {
    /// What it is called.
    pub heading: Heading,
    /// What runs across.
    pub across: Across,
    /// What runs up, with its unit.
    pub up: String,
    /// How the values are written.
    pub format: Format,
    /// Where the vertical axis begins.
    pub base: Base,
    /// Drawn below the lines.
    pub bands: Vec<Band>,
    /// The lines, the first below the others.
    pub lines: Vec<Line>,
    /// Levels worth watching.
    pub limits: Vec<Limit>,
    /// Places worth knowing, such as where a forecast starts.
    pub marks: Vec<Mark>,
}

/// What runs across.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Across {
    /// Time, in the seconds of [`seconds`].
    #[default]
    Time,
    /// A number of this name.
    Number(String),
}

/// Where the vertical axis begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Base {
    /// Where the values do.
    #[default]
    Values,
    /// At zero, for what is compared by its height.
    Zero,
    /// From 0 to 1, or further where the values go.
    Share,
}

/// A line. What is not finite is a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// How it looks.
    pub look: Look,
    /// Its points; they are put in order.
    pub points: Vec<Point>,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// What was observed: in the colour of the text.
    Observed,
    /// One of several, in a colour of its own.
    #[default]
    Solid,
    /// One of several, of less weight.
    Dashed,
}

impl Line {
    /// A line over time; the shorter of both counts.
    pub fn over_time(name: &str, look: Look, times: &[DateTime], values: &[f64]) -> Self {
        let pairs = times.iter().zip(values);
        let points = pairs.map(|(time, value)| Point { x: seconds(*time), y: *value });
        Self { name: name.to_owned(), look, points: points.collect() }
    }

    /// A line over 1, 2, 3 and so on.
    pub fn over_steps(name: &str, look: Look, values: &[f64]) -> Self {
        let pairs = values.iter().enumerate();
        let points = pairs.map(|(index, value)| Point { x: factor(index + 1), y: *value });
        Self { name: name.to_owned(), look, points: points.collect() }
    }
}

/// The room between two lines, such as a pair of quantiles.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Its name in the legend.
    pub name: String,
    /// The number of the line whose colour it has.
    pub line: usize,
    /// The lower edge.
    pub low: Vec<Point>,
    /// The upper edge, at the same places.
    pub high: Vec<Point>,
}

impl Band {
    /// A band over time in the colour of a line; the shortest of all counts.
    pub fn over_time(
        name: &str,
        line: usize,
        times: &[DateTime],
        (low, high): (&[f64], &[f64]),
    ) -> Self {
        let edge = |values: &[f64]| Line::over_time("", Look::Solid, times, values).points;
        Self { name: name.to_owned(), line, low: edge(low), high: edge(high) }
    }
}

/// A level worth watching.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// Its name, at the line.
    pub name: String,
    /// Where it is.
    pub value: f64,
}

/// A place worth knowing.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its name, at the top.
    pub name: String,
    /// Where it is.
    pub x: f64,
}

impl LineChart {
    /// The figure.
    pub fn figure(&self) -> Figure {
        Figure::new(&self.heading, |width| self.draw(width))
    }

    fn draw(&self, width: f64) -> Option<Drawing> {
        let lines = self.lines.iter().map(|line| &line.points);
        let edges = self.bands.iter().flat_map(|band| [&band.low, &band.high]);
        let points = || lines.clone().chain(edges.clone()).flatten();
        let finite = || points().filter(|point| point.x.is_finite() && point.y.is_finite());
        let across = range(finite().map(|point| point.x))?;
        let limits = self.limits.iter().map(|limit| limit.value);
        let up = range(finite().map(|point| point.y).chain(limits))?;
        let up = match self.base {
            Base::Values => up,
            Base::Zero => with_zero(up),
            Base::Share => (up.0.min(0.0), up.1.max(1.0)),
        };
        let height = if width > 500.0 { 250.0 } else { 200.0 };
        let y_axis = Axis::rounded(up, self.format, height).named(&self.up);
        let plot = Plot::new((width, height), &self.keys(), y_axis, |width| match &self.across {
            Across::Time => Axis::exact(across, Measure::Time, width),
            Across::Number(name) => {
                Axis::exact(across, Measure::Number(Format::Number), width).named(name)
            }
        });
        Some(plot.finish(&self.marks_on(&plot)))
    }

    fn keys(&self) -> Vec<Key> {
        let lines = self.lines.iter().enumerate().map(|(index, line)| Key {
            name: line.name.clone(),
            class: self.class(index),
            swatch: if line.look == Look::Dashed { Swatch::Dashed } else { Swatch::Line },
        });
        let bands = self.bands.iter().enumerate().map(|(index, band)| Key {
            name: band.name.clone(),
            class: self.class(band.line),
            // Bands of one line lie within each other, the widest first.
            swatch: if self.bands.iter().take(index).any(|it| it.line == band.line) {
                Swatch::Inner
            } else {
                Swatch::Area
            },
        });
        let keys: Vec<Key> = lines.chain(bands).filter(|key| !key.name.is_empty()).collect();
        if keys.len() < 2 { Vec::new() } else { keys }
    }

    /// Observed lines are in the colour of the text, the others take the colours in turn.
    fn class(&self, index: usize) -> &'static str {
        let is_observed = |line: &Line| line.look == Look::Observed;
        if self.lines.get(index).is_some_and(is_observed) {
            return "k0";
        }
        let before = self.lines.iter().take(index).filter(|line| !is_observed(line));
        color(before.count())
    }

    fn marks_on(&self, plot: &Plot) -> Markup {
        html! {
            @for band in &self.bands {
                path class={ "band " (self.class(band.line)) } d=(area(plot, band)) {}
            }
            @for mark in &self.marks { (mark_line(plot, mark)) }
            @for (index, line) in self.lines.iter().enumerate() {
                @let dash = if line.look == Look::Dashed { " dash" } else { "" };
                path class={ "line " (self.class(index)) (dash) } d=(course(plot, &line.points)) {}
            }
            @for limit in &self.limits { (limit_line(plot, limit, self.format)) }
            (self.tooltips(plot))
        }
    }

    /// Invisible columns that tell the values under the pointer.
    fn tooltips(&self, plot: &Plot) -> Markup {
        let mut places: Vec<f64> = self
            .lines
            .iter()
            .flat_map(|line| &line.points)
            .map(|point| point.x)
            .filter(|x| x.is_finite())
            .collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        let most = floor((plot.right - plot.left) / 8.0);
        let places = crate::thin::every_nth(&places, most);
        let room = (plot.right - plot.left) / factor(places.len().max(1));
        html! {
            @for x in places {
                rect.hit x=(Px(plot.x.at(x) - room / 2.0)) y=(Px(plot.top)) width=(Px(room))
                    height=(Px(plot.bottom - plot.top)) {
                    title { (self.told(x)) }
                }
            }
        }
    }

    /// All values at one place.
    fn told(&self, x: f64) -> String {
        let mut text = match &self.across {
            Across::Time => calendar::readable(x),
            Across::Number(name) => format!("{} {}", clean(name), readable(x, Format::Number)),
        };
        for line in &self.lines {
            let at = line.points.iter().find(|point| point.x.total_cmp(&x).is_eq());
            if let Some(point) = at.filter(|point| point.y.is_finite()) {
                let value = readable(point.y, self.format);
                text.extend(["\n", &clean(&line.name), ": ", &value]);
            }
        }
        text
    }
}

/// The finite stretches of a line, in order and thinned.
fn stretches(points: &[Point], width: f64) -> Vec<Vec<Point>> {
    let is_finite = |point: &Point| point.x.is_finite() && point.y.is_finite();
    let mut ordered: Vec<Point> = points.iter().filter(|p| !p.x.is_nan()).copied().collect();
    ordered.sort_by(|a, b| a.x.total_cmp(&b.x));
    let runs = ordered.chunk_by(|a, b| is_finite(a) && is_finite(b));
    let runs = runs.filter(|run| run.iter().all(is_finite));
    runs.map(|run| envelope(run, floor(width / 1.5))).collect()
}

/// The path of a line; a point without neighbours is a short stroke, which its round ends show.
pub(crate) fn course(plot: &Plot, points: &[Point]) -> String {
    let mut path = String::new();
    for run in stretches(points, plot.right - plot.left) {
        for (index, point) in run.iter().enumerate() {
            path.push(if index == 0 { 'M' } else { 'L' });
            Px(plot.x.at(point.x)).push(&mut path);
            path.push(' ');
            Px(plot.y.at(point.y)).push(&mut path);
        }
        if run.len() == 1 {
            path.push_str("h0.1");
        }
    }
    path
}

/// The outline of a band, in as many parts as its gaps make.
pub(crate) fn area(plot: &Plot, band: &Band) -> String {
    let mut pairs: Vec<(Point, Point)> =
        band.low.iter().copied().zip(band.high.iter().copied()).collect();
    pairs.retain(|(low, _)| low.x.is_finite());
    pairs.sort_by(|a, b| a.0.x.total_cmp(&b.0.x));
    let is_finite = |(low, high): &(Point, Point)| low.y.is_finite() && high.y.is_finite();
    let mut path = String::new();
    for run in pairs.chunk_by(|a, b| is_finite(a) && is_finite(b)) {
        if !run.iter().all(is_finite) {
            continue;
        }
        let run = crate::thin::every_nth(run, floor(plot.right - plot.left));
        let back = run.iter().rev().map(|(low, _)| low);
        let outline = run.iter().map(|(_, high)| high).chain(back);
        for (index, point) in outline.enumerate() {
            path.push(if index == 0 { 'M' } else { 'L' });
            Px(plot.x.at(point.x)).push(&mut path);
            path.push(' ');
            Px(plot.y.at(point.y)).push(&mut path);
        }
        path.push('Z');
    }
    path
}

fn limit_line(plot: &Plot, limit: &Limit, format: Format) -> Markup {
    let y = plot.y.at(limit.value);
    let mut path = String::new();
    segment(&mut path, (plot.left, y), (plot.right, y));
    let name = format!("{} {}", limit.name, readable(limit.value, format));
    html! {
        @if limit.value.is_finite() {
            path.limit.kbad d=(path) {}
            text.unit.halo.end x=(Px(plot.right)) y=(Px(y - 5.0)) {
                (clean(&cut(name.trim(), plot.right - plot.left)))
            }
        }
    }
}

fn mark_line(plot: &Plot, mark: &Mark) -> Markup {
    let x = plot.x.at(mark.x);
    let is_inside = mark.x.is_finite() && (plot.left..=plot.right).contains(&x);
    let is_late = x > f64::midpoint(plot.left, plot.right);
    let (anchor, place) = if is_late { ("unit halo end", x - 6.0) } else { ("unit halo", x + 6.0) };
    html! {
        @if is_inside {
            line.axis x1=(Px(x)) x2=(Px(x)) y1=(Px(plot.top)) y2=(Px(plot.bottom)) {}
            text class=(anchor) x=(Px(place)) y=(Px(plot.top + 10.0)) { (clean(&mark.name)) }
        }
    }
}
