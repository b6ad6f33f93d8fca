//! One call for any panel: what comes next?

use series::panel::Panel;

use crate::error::Error;
use crate::fitted::{Fitted, PanelForecast, fit};
use crate::task::Task;

/// Forecasts a panel of which nothing is told but its values.
///
/// The seasons are those of its frequency; the models compete as [`Task::guess`] says.
///
/// # Errors
/// [`Error`] when the panel has no series, the horizon is 0 or the levels are not sound.
pub fn auto(
    panel: &Panel,
    horizon: usize,
    quantiles: &[f64],
) -> Result<(Fitted, PanelForecast), Error> {
    let task = Task { quantiles: quantiles.to_vec(), ..Task::guess(panel, horizon) };
    let fitted = fit(panel, &task)?;
    let forecast = fitted.forecast(panel, horizon)?;
    Ok((fitted, forecast))
}
