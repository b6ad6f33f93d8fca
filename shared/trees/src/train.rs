//! Which trees lower the loss of a table?
//!
//! Gradient boosting over histograms (Friedman 2001; Chen and Guestrin 2016): the values of a column
//! are put into at most 255 bins once, and a split is chosen among the edges of the bins. Derivatives
//! are whole numbers in fixed point, so that their sums do not depend on the order of addition, nor
//! the model on the number of threads.

mod bins;
mod boost;
mod chance;
mod check;
mod error;
mod grow;
mod histogram;
mod judge;
mod leaf;
mod level;
mod partition;
mod split;

pub(crate) use boost::train;
pub use error::TrainError;
