//! Boosted trees: training, prediction, explanation, and the files of XGBoost.
//!
//! A [`Table`] holds named columns, a [`Target`] what to learn, [`Settings`] how. [`Model::train`]
//! makes a [`Model`], which predicts, explains and is written as XGBoost JSON; a model that XGBoost
//! saved is read into the same type. Nothing here reads a file, a clock or the environment, and the
//! same seed gives the same model to the bit whatever the number of threads.
//!
//! ```
//! use trees::{Column, Model, Settings, Table, Target};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let price = Column::numbers("price", (0_u8..100).map(f32::from).collect());
//! let table = Table::new(vec![price])?;
//! let sales: Vec<f32> = (0_u8..100).map(|price| if price < 40 { 8.0 } else { 2.0 }).collect();
//!
//! let model = Model::train(&table, &Target::new(sales), None, &Settings::default())?;
//!
//! let predictions = model.predict(&table)?;
//! let explained = model.contributions(&table)?;
//! let read_again = Model::from_bytes(&model.to_json()?)?;
//! assert_eq!(read_again.predict(&table)?, predictions);
//! assert_eq!(explained.features(), ["price"]);
//! # Ok(())
//! # }
//! ```
//!
//! # Conventions, all of them XGBoost's
//! A value below the threshold of a split goes left, others right, a missing one (`NaN`) where the
//! split says. A category listed by a split goes right, every other one left. Leaves and sums are
//! `f32`, added in the order of the trees, so that the numbers are XGBoost's.

mod explain;
mod model;
mod objective;
mod predict;
mod settings;
mod table;
mod train;
mod tree;
mod xgboost;

pub use crate::explain::{Contributions, Explanation};
pub use crate::model::{Model, Rounds};
pub use crate::objective::Objective;
pub use crate::predict::{MismatchError, Predictions};
pub use crate::settings::{Growth, Monotone, Settings, Validation};
pub use crate::table::{Column, Kind, Table, TableError, Target};
pub use crate::train::TrainError;
pub use crate::xgboost::FileError;
