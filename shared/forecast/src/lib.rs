//! What will be sold, how sure is that, and why?
//!
//! [`auto`] forecasts any panel. A [`task::Task`] says what is asked, by hand, guessed from a panel
//! or from a scenario; [`fit`] holds the tournament and answers with a [`Fitted`] plan, which
//! forecasts a panel from its end, explains itself and is stored as JSON.
//!
//! | module | question |
//! |---|---|
//! | [`view`] | what may a model see at an origin? |
//! | [`local`] | what does one series alone say? |
//! | [`multiplicative`], [`analogue`] | what does the whole panel say of the calendar, and of earlier years? |
//! | [`pooled`] | what do features of all series say to a regression? |
//! | [`candidate`], [`task`] | who competes, for what? |
//! | `tournament` | which mixture would have been best? |
//! | [`interval`] | how far off may it be? |
//! | [`explain`] | what is a forecast made of? |
//! | [`backtest`] | how good was it, as an evaluation? |
//! | [`tabular`] | what number belongs to a single row? |
//!
//! Nothing here reads a file, a clock or the environment; the same panel, task and seed give the
//! same forecast to the bit on any number of threads, because work is budgeted by counting.

pub mod analogue;
mod asked;
mod auto;
pub mod backtest;
pub mod calendar;
pub mod candidate;
mod error;
pub mod explain;
pub mod fitted;
pub mod interval;
pub mod local;
pub mod multiplicative;
pub mod pooled;
mod solve;
pub mod tabular;
pub mod task;
mod tournament;
pub mod view;

pub use crate::asked::{baseline, candidates};
pub use crate::auto::auto;
pub use crate::error::Error;
pub use crate::fitted::{Fitted, PanelForecast, SeriesForecast, fit};
pub use crate::tournament::measure::Measure;
pub use crate::tournament::{Choice, Member, Placing, Size, Stage};
