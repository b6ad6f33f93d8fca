//! Figures as SVG, and the pages they stand on.
//!
//! Every chart is plain data with a method `figure`; a [`Figure`] is a file of its own or part of a
//! [`page::Page`], one HTML file without scripts or anything from elsewhere. Both follow the
//! reader's choice of light or dark, and both are the same bytes for the same data.
//!
//! Nothing here fails: what is not finite is a gap, what is too much is thinned, and what is empty
//! says so. Left out: what the numbers mean.

mod acf;
mod bars;
mod boxes;
mod calendar;
mod calibration;
mod decomposition;
mod effects;
mod fans;
mod figure;
mod heat;
mod histogram;
mod label;
mod line;
mod number;
pub mod page;
mod plot;
mod rows;
mod scale;
mod scatter;
mod thin;

pub use crate::acf::Autocorrelation;
pub use crate::bars::{BarRow, Bars, Weight};
pub use crate::boxes::Boxes;
pub use crate::calendar::seconds;
pub use crate::calibration::Calibration;
pub use crate::decomposition::Decomposition;
pub use crate::effects::{Effects, Feature};
pub use crate::fans::{Fan, Fans};
pub use crate::figure::{Figure, Heading};
pub use crate::heat::{HeatMap, Shades};
pub use crate::histogram::Histogram;
pub use crate::line::{Across, Band, Base, Limit, Line, LineChart, Look, Mark};
pub use crate::number::{Format, readable};
pub use crate::scatter::{Diagonal, Scatter};
pub use crate::thin::Point;
