//! `prepare-forecast`: the features of the points to come, for a transform job of the built-in
//! XGBoost: whose row it is first, then the features in the order of training, without header. Where
//! a column names the retailer, only rows of the one that is asked for.

use std::fs;
use std::io::Write;

use scenario::data::Role;
use series::features::{Recipe, ahead};
use series::read::{Source, TimeForm};
use series::table::{TableColumn, table};

use crate::arguments::Subject;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::feature_list::FeatureList;
use crate::history::{cleaned, code, prepared_schema};
use crate::known_scenario;
use crate::place::Places;
use crate::prepare::FEATURES;
use crate::retailer::rows_of;
use crate::table::{Column, Table};

pub(crate) fn run(
    arguments: &Subject,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let scenario = known_scenario::find(&arguments.scenario)?;
    let places = Places::new(environment, &arguments.input, &arguments.output);
    let rows = places.input("rows")?;
    let list = places.input("trained-features")?;
    let list = if list.is_dir() { list.join(FEATURES) } else { list };
    let text = fs::read_to_string(&list).map_err(Failure::read(&list))?;
    let list: FeatureList =
        serde_json::from_str(&text).map_err(|source| Failure::Json { path: list, source })?;
    let schema = prepared_schema(&scenario).of_rows_ahead();
    let table = if scenario.series().is_some() {
        let sources = series::read::Sources { first: Source::path(&rows)?, joined: Vec::new() };
        let panel =
            series::assemble::panel(sources, &schema, series::assemble::Duplicates::Refuse)?;
        let times = TimeForm::alike(&panel.notes.formats);
        let panel = cleaned(panel.panel, &scenario);
        let recipe = Recipe::of(&scenario).ok_or(Failure::NotByTime)?;
        let origin = panel.extent().map(|(_, last)| last).ok_or(Failure::NoRows { path: rows })?;
        let features = ahead(&panel, &recipe, origin);
        let mut table = Table::new();
        for (part, key) in panel.keys.iter().enumerate() {
            let id = |row: &series::features::Row| {
                let series = panel.series.get(row.series as usize);
                series.and_then(|it| it.id.get(part)).cloned().unwrap_or_default()
            };
            table = table.text(key, features.rows.iter().map(id));
        }
        let moments = features.rows.iter().map(|row| panel.grid.moment(row.point)).collect();
        let table = table.with("time", Column::moments(moments)).written_as(times.as_ref());
        list.append(table, &features)
    } else {
        let read = table(Source::path(&rows)?, &schema)?;
        let read = read.part(&rows_of(&arguments.retailer, &scenario, &read)?);
        let is_identifier = |column: &&TableColumn| {
            scenario
                .data()
                .columns
                .iter()
                .any(|it| it.name.as_str() == column.name && it.role == Some(Role::Identifier))
        };
        let mut whose = Table::new();
        for column in read.columns.iter().filter(is_identifier) {
            let levels = column.levels.as_deref().unwrap_or_default();
            let text = |value: &f64| levels.get(code(*value) as usize).cloned().unwrap_or_default();
            whose = whose.text(&column.name, column.values.iter().map(text));
        }
        list.append(whose, &read.features(scenario.features().negative_target))
    };
    let path = places.output("features")?.join("features.csv");
    table.write_bare_csv(&path)?;
    writeln!(out, "{}: {} rows", path.display(), table.rows()).map_err(Failure::Tell)
}
