//! What do the columns of trees mean?

use serde::{Deserialize, Serialize};
use series::features::FeatureTable;
use series::schema::Purpose;
use series::table::{Table as Rows, TableColumn};
use trees::{Column, Table, TableError};

use crate::history::code;

/// The order and meaning of features: the contents of `features.json`. Trees know codes
/// and places only, so whoever asks or explains them needs this.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FeatureList {
    /// The features, in the order of the columns behind the label.
    pub(crate) features: Vec<FeatureName>,
}

/// One feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FeatureName {
    /// Its name.
    pub(crate) name: String,
    /// The texts of a category, whose places are the values.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) levels: Option<Vec<String>>,
}

impl FeatureList {
    pub(crate) fn of(table: &FeatureTable) -> Self {
        let features = table.features.iter();
        let named = |feature: &series::features::Feature| FeatureName {
            name: feature.name.clone(),
            levels: feature.levels.clone(),
        };
        Self { features: features.map(named).collect() }
    }
}

impl FeatureList {
    /// The features of rows that stand alone.
    pub(crate) fn of_rows(rows: &Rows) -> Self {
        let is_feature = |column: &&TableColumn| matches!(column.purpose, Purpose::Feature(_));
        let named = |column: &TableColumn| FeatureName {
            name: column.name.clone(),
            levels: column.levels.clone(),
        };
        Self { features: rows.columns.iter().filter(is_feature).map(named).collect() }
    }

    /// The names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.features.iter().map(|feature| feature.name.as_str())
    }

    /// The columns of a table of features behind those of another table, in this list's order and
    /// under its codes.
    pub(crate) fn append(
        &self,
        before: crate::table::Table,
        table: &FeatureTable,
    ) -> crate::table::Table {
        let mut all = before;
        for feature in &self.features {
            let found = table.features.iter().position(|it| it.name == feature.name);
            let (values, levels) = match found {
                Some(place) => (table.columns.get(place), table.features.get(place)),
                None => (None, None),
            };
            let values =
                values.map_or_else(Vec::new, |it| it.iter().copied().map(f64::from).collect());
            let theirs = levels.and_then(|it| it.levels.as_deref());
            let mut coded = feature.coded(&values, theirs);
            coded.resize(table.rows.len(), f32::NAN);
            all = all.number(&feature.name, coded.into_iter().map(f64::from));
        }
        all
    }

    /// The features of rows under the codes of this list, whatever codes the rows have. A column
    /// that is not there, and a text that was not in training, are missing.
    pub(crate) fn table(&self, rows: &Rows) -> Result<Table, TableError> {
        let count = rows.target.len();
        let columns = self.features.iter().map(|feature| {
            let found = rows.columns.iter().find(|column| column.name == feature.name);
            let values = match found {
                Some(column) => feature.coded(&column.values, column.levels.as_deref()),
                None => vec![f32::NAN; count],
            };
            match &feature.levels {
                Some(levels) => {
                    let levels = u32::try_from(levels.len()).unwrap_or(u32::MAX);
                    Column::categories(&feature.name, values, levels)
                }
                None => Column::numbers(&feature.name, values),
            }
        });
        Table::new(columns.collect())
    }
}

impl FeatureName {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "trees calculate in single precision, and levels are few"
    )]
    fn coded(&self, values: &[f64], levels: Option<&[String]>) -> Vec<f32> {
        let (Some(own), Some(theirs)) = (&self.levels, levels) else {
            return values.iter().map(|&value| value as f32).collect();
        };
        let place = |text: &String| own.iter().position(|it| it == text);
        let codes: Vec<f32> =
            theirs.iter().map(|text| place(text).map_or(f32::NAN, |it| it as f32)).collect();
        let of = |&value: &f64| codes.get(code(value) as usize).copied().unwrap_or(f32::NAN);
        values.iter().map(of).collect()
    }
}
