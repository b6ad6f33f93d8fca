//! What was the weather at a store?

use jiff::civil::Date;

use crate::calendar::yearly;
use crate::random::Random;

/// The weather of a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weather {
    pub(crate) word: &'static str,
    pub(crate) celsius: f64,
    /// How many more or fewer people come.
    pub(crate) visitors: f64,
}

/// The weather of these days: warm in July, and much like the day before.
pub(crate) fn weather(random: &mut Random, days: &[Date]) -> Vec<Weather> {
    let mut departure = 0.0;
    let day = |date: &Date| {
        departure = 0.7 * departure + 2.2 * random.normal();
        let celsius = 12.0 + 10.0 * yearly(*date, 0.55) + departure;
        let (word, visitors) = match random.uniform() {
            draw if draw < 0.45 => ("sunny", 1.03),
            draw if draw < 0.75 => ("cloudy", 1.0),
            _ if celsius < 1.0 => ("snowy", 0.78),
            _ => ("rainy", 0.9),
        };
        Weather { word, celsius, visitors }
    };
    days.iter().map(day).collect()
}
