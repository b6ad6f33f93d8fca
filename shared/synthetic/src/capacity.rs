//! How busy is a server in an hour?
//!
//! Load goes with the day and the week of its cluster, grows, wanders, and jumps in incidents; it
//! saturates towards 100. Every fourth server grows so fast that its peaks pass 85 in the days
//! after the history, and one of eight passes 95: those are what the risk report must find.

use std::f64::consts::TAU;
use std::io;

use jiff::civil::{Date, date};

use crate::calendar::days;
use crate::generate::{Draft, Order};
use crate::number::{factor, index, whole};
use crate::plan::Clarity;
use crate::random::Random;
use crate::sheet::Sheet;
use crate::window::{Point, Shares};

pub(crate) const FILES: [Draft; 1] = [Draft {
    name: None,
    columns: &[
        "timestamp",
        "server",
        "cluster",
        "cpu_percent",
        "memory_percent",
        "disk_percent",
        "requests",
    ],
    write,
}];

const LAST: Date = date(2026, 1, 31);
/// Twelve weeks, the usual length of a series.
const HOURS: u64 = 12 * 168;
const ROWS: u64 = 12 * HOURS;
/// Cluster, the hour of its peak, how much less it does at weekends, requests for a percent.
const CLUSTERS: [(&str, f64, f64, f64); 4] = [
    ("web", 15.0, 0.75, 900.0),
    ("database", 15.0, 0.7, 420.0),
    ("batch", 3.0, 0.95, 35.0),
    ("cache", 20.0, 1.05, 2600.0),
];

/// An hour of the history.
struct Hour {
    text: String,
    /// Hours of the day, 0 to 23.
    of_day: f64,
    is_weekend: bool,
}

fn write(order: &Order<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let shares = Shares::new(order.rows(ROWS), HOURS);
    let longest = shares.longest();
    let hours = hours(longest);
    for series in 0..shares.series {
        let length = shares.length(series);
        let mut server = Server::of(order.plan.seed, series, length);
        let key = format!("srv-{:03},{}", series + 1, server.cluster.0);
        for (step, hour) in hours.iter().skip(longest - length).enumerate() {
            let load = server.next(hour, order.plan.clarity);
            if order.window.point(step, length) == Point::Observed {
                sheet.text(&hour.text).text(&key).fixed(load.cpu, 2).fixed(load.memory, 2);
                sheet.fixed(load.disk, 2).whole(whole(load.requests)).end()?;
            }
        }
    }
    Ok(())
}

/// The last so many hours.
fn hours(count: usize) -> Vec<Hour> {
    let whole_days = count.div_ceil(24);
    let of_day = |day: Date| {
        let is_weekend = day.weekday().to_monday_zero_offset() >= 5;
        (0..24_u8).map(move |hour| Hour {
            text: format!("{day}T{hour:02}:00:00"),
            of_day: f64::from(hour),
            is_weekend,
        })
    };
    let all = days(LAST, whole_days, whole_days).into_iter().flat_map(of_day);
    all.skip(whole_days * 24 - count).collect()
}

/// What is measured in an hour.
struct Load {
    cpu: f64,
    memory: f64,
    disk: f64,
    requests: f64,
}

struct Server {
    random: Random,
    cluster: (&'static str, f64, f64, f64),
    base: f64,
    swing: f64,
    /// Percent an hour.
    growth: f64,
    hours: f64,
    wander: f64,
    incident_hours: u64,
    incident: f64,
    memory: f64,
    disk: f64,
}

impl Server {
    fn of(seed: u64, number: u64, length: usize) -> Self {
        let mut random = Random::of_part(seed, "server", number);
        let cluster = CLUSTERS.get(index(number / 2 % 4)).copied();
        let [web, ..] = CLUSTERS;
        let base = random.between(18.0, 34.0);
        let swing = random.between(10.0, 18.0);
        // Where the daily peak is to be at the end of the history.
        let peak = match number % 8 {
            1 => Some(86.0),
            5 => Some(76.0),
            _ => None,
        };
        let length = factor(u64::try_from(length).unwrap_or(u64::MAX)).max(1.0);
        let growth = match peak {
            Some(peak) => (peak - base - swing) / length,
            None => random.between(-2.0, 9.0) / length,
        };
        Self {
            cluster: cluster.unwrap_or(web),
            base,
            swing,
            growth,
            hours: 0.0,
            wander: 0.0,
            incident_hours: 0,
            incident: 0.0,
            memory: random.between(35.0, 60.0),
            disk: random.between(20.0, 70.0),
            random,
        }
    }

    fn next(&mut self, hour: &Hour, clarity: Clarity) -> Load {
        let (_, peak, weekend, requests) = self.cluster;
        let day = 0.5 + 0.5 * libm::cos(TAU * (hour.of_day - peak) / 24.0);
        let week = if hour.is_weekend { weekend } else { 1.0 };
        self.wander = 0.7 * self.wander + 1.6 * clarity.noise() * self.random.normal();
        self.strike();
        let busy =
            (self.base + self.growth * self.hours) * (0.5 + 0.5 * week) + self.swing * day * week;
        let work = (busy + self.wander).max(1.0);
        self.hours += 1.0;
        self.fill();
        Load {
            cpu: saturated(work + self.incident),
            memory: saturated(self.memory + 0.3 * busy + 0.6 * self.random.normal()),
            disk: self.disk.clamp(0.0, 100.0),
            requests: (requests * work * (1.0 + 0.02 * self.random.normal())).max(0.0),
        }
    }

    /// An incident comes about every three weeks, lasts for some hours and costs 15 to 40 percent.
    fn strike(&mut self) {
        if self.incident_hours > 0 {
            self.incident_hours -= 1;
        } else if self.random.chance(1.0 / 504.0) {
            self.incident_hours = 1 + self.random.below(5);
            self.incident = self.random.between(15.0, 40.0);
        }
        if self.incident_hours == 0 {
            self.incident = 0.0;
        }
    }

    /// Disks fill by some percent a week until somebody tidies up.
    fn fill(&mut self) {
        self.disk += 0.012 + 0.01 * self.random.normal();
        if self.disk > 88.0 {
            self.disk -= self.random.between(25.0, 45.0);
        }
    }
}

/// Load as it is measured: up to 80 as it is, beyond that ever closer to 100.
fn saturated(load: f64) -> f64 {
    let measured = if load <= 80.0 { load } else { 100.0 - 20.0 * libm::exp((80.0 - load) / 20.0) };
    measured.clamp(0.0, 100.0)
}
