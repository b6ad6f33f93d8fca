//! A trained model on its way to where it forecasts: a folder that describes itself.
//!
//! | file | holds |
//! |---|---|
//! | `bundle.json` | what it is, of which data and columns, and a digest of each other file |
//! | `scenario.toml` | the scenario as it was when the model was trained |
//! | `model.json` | the chosen mixture or the trees; trees are in XGBoost's own JSON inside |
//! | `history.parquet` | what came before the forecast, where rows form series |
//!
//! What does not fit is refused: another format, a file that was changed, columns that are not
//! those of the training. `bundle.json` is written last, so a folder without it is no bundle.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use forecast::Fitted;
use forecast::tabular::RowModel;
use scenario::Scenario;
use scenario::error::ScenarioError;
use serde::{Deserialize, Serialize};
use series::assemble::Rows;
use series::panel::Panel;
use series::read::{Source, TimeForm};
use series::schema::Schema;
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::feature_list::FeatureList;
use crate::history::{Span, prepared_panel, prepared_schema, rows};
use crate::table::{Table, write_json, write_whole};

/// The only format there is so far.
const FORMAT: u32 = 1;
const MANIFEST: &str = "bundle.json";
const SCENARIO: &str = "scenario.toml";
const MODEL: &str = "model.json";
pub(crate) const HISTORY: &str = "history.parquet";

/// What a bundle is: the contents of `bundle.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The format of the bundle.
    pub(crate) format: u32,
    /// The version of Almanac that wrote it.
    pub(crate) almanac: String,
    /// The scenario.
    pub(crate) scenario: String,
    /// Whose model it is.
    pub(crate) retailer: String,
    /// What forecasts: the name in reports.
    pub(crate) model: String,
    /// The columns that rows must have, in order, and a digest of them.
    pub(crate) columns: Vec<String>,
    /// A digest of columns and their kinds.
    pub(crate) schema: String,
    /// The features of trees, in order; none where no trees were chosen.
    pub(crate) features: Vec<String>,
    /// The names of the quantiles.
    pub(crate) quantiles: Vec<String>,
    /// What it was trained on.
    pub(crate) trained: TrainedOn,
    /// How the times of the history were written, so that forecasts are written alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<TimeForm>,
    /// The digest of each other file.
    pub(crate) files: BTreeMap<String, String>,
}

/// What a model was trained on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TrainedOn {
    /// Rows with a target.
    pub(crate) rows: u64,
    /// Series; 0 where rows stand alone.
    pub(crate) series: u64,
    /// The first moment.
    pub(crate) from: Option<String>,
    /// The last moment.
    pub(crate) to: Option<String>,
    /// A digest of the rows.
    pub(crate) fingerprint: String,
    /// The training job, in SageMaker.
    pub(crate) job: Option<String>,
}

/// What forecasts.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Series, and their history.
    Series {
        /// The chosen mixture.
        fitted: Box<Fitted>,
        /// What came before.
        history: Panel,
    },
    /// Rows that stand alone.
    Rows(Box<RowsModel>),
}

/// Trees over rows that stand alone, and what their columns are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RowsModel {
    /// The columns.
    pub(crate) features: FeatureList,
    /// The trees.
    pub(crate) model: RowModel,
}

/// A bundle that fits together.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) manifest: Manifest,
    pub(crate) scenario: Scenario,
    pub(crate) kind: Kind,
    /// Where it lies.
    folder: PathBuf,
    /// The rows of the history, read when somebody first continues them.
    rows: OnceLock<Rows>,
}

/// Why a folder is not a bundle that can be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// It was written by another version.
    #[error("{} has format {found}, this version reads {FORMAT}; train the model again, or use the version that wrote it: {almanac}", path.display())]
    Format {
        /// The manifest.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The version that wrote it.
        almanac: String,
    },
    /// A file is not what was written.
    #[error("{} is not the file that was written with the bundle; take the whole bundle again", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The scenario in it cannot be read.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Its columns are not those of the scenario.
    #[error("the model was trained with columns {trained}; the scenario has {now}: train it again")]
    Columns {
        /// The columns of the training.
        trained: String,
        /// Those of now.
        now: String,
    },
}

/// What `train` puts into a bundle.
pub(crate) struct Draft<'a> {
    pub(crate) scenario: (&'a Scenario, &'a str),
    pub(crate) retailer: &'a str,
    pub(crate) name: String,
    pub(crate) features: Vec<String>,
    pub(crate) trained: TrainedOn,
    pub(crate) model_json: String,
    /// The history, where rows form series.
    pub(crate) history: Option<&'a Panel>,
    /// How the times of the history were written.
    pub(crate) times: Option<TimeForm>,
}

impl Draft<'_> {
    /// Writes the bundle; the manifest comes last.
    pub(crate) fn write(self, folder: &Path) -> Result<Manifest, Failure> {
        let (scenario, text) = self.scenario;
        let mut files = BTreeMap::new();
        let mut keep = |name: &str, bytes: &[u8]| {
            files.insert(name.to_owned(), digest(bytes));
            write_whole(&folder.join(name), |file| std::io::Write::write_all(file, bytes))
        };
        keep(SCENARIO, text.as_bytes())?;
        keep(MODEL, self.model_json.as_bytes())?;
        if let Some(panel) = self.history {
            let everything = Span { from: None, before: None };
            rows(panel, &prepared_schema(scenario), everything)
                .write_parquet(&folder.join(HISTORY))?;
            let path = folder.join(HISTORY);
            files.insert(
                HISTORY.to_owned(),
                digest(&fs::read(&path).map_err(Failure::read(&path))?),
            );
        }
        let quantiles = scenario.series().map(|series| series.quantiles.iter());
        let manifest = Manifest {
            format: FORMAT,
            almanac: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: scenario.name().to_string(),
            retailer: self.retailer.to_owned(),
            model: self.name,
            columns: columns(scenario),
            schema: schema_digest(scenario),
            features: self.features,
            quantiles: quantiles.into_iter().flatten().map(ToString::to_string).collect(),
            trained: self.trained,
            times: self.times,
            files,
        };
        write_json(&folder.join(MANIFEST), &manifest)?;
        Ok(manifest)
    }
}

impl Bundle {
    /// Whether there is a bundle in a folder.
    pub(crate) fn is_in(folder: &Path) -> bool {
        folder.join(MANIFEST).is_file()
    }

    /// Reads the bundle in a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).map_err(Failure::read(&path))?;
        let json = |path: &Path| {
            let path = path.to_owned();
            move |source| Failure::Json { path, source }
        };
        let about: About = serde_json::from_str(&text).map_err(json(&path))?;
        if about.format != FORMAT {
            let (found, almanac) = (about.format, about.almanac);
            return Err(BundleError::Format { path, found, almanac }.into());
        }
        let manifest: Manifest = serde_json::from_str(&text).map_err(json(&path))?;
        for (name, wanted) in &manifest.files {
            let path = folder.join(name);
            let bytes = fs::read(&path).map_err(Failure::read(&path))?;
            if digest(&bytes) != *wanted {
                return Err(BundleError::Changed { path }.into());
            }
        }
        let (path, model) = (folder.join(SCENARIO), folder.join(MODEL));
        let text = fs::read_to_string(&path).map_err(Failure::read(&path))?;
        let scenario =
            Scenario::parse(&path.to_string_lossy(), &text).map_err(BundleError::from)?;
        let text = fs::read_to_string(&model).map_err(Failure::read(&model))?;
        let kind = if scenario.series().is_some() {
            let fitted = Fitted::from_json(&text)?;
            let history = prepared_panel(&[&folder.join(HISTORY)], &scenario)?;
            Kind::Series { fitted: Box::new(fitted), history }
        } else {
            Kind::Rows(serde_json::from_str(&text).map_err(json(&model))?)
        };
        let (folder, rows) = (folder.to_owned(), OnceLock::new());
        Ok(Self { manifest, scenario, kind, folder, rows })
    }

    /// The rows of the history.
    pub(crate) fn rows(&self, schema: &Schema) -> Result<&Rows, Failure> {
        if let Some(rows) = self.rows.get() {
            return Ok(rows);
        }
        let rows = Rows::read(Source::path(&self.folder.join(HISTORY))?, schema)?;
        Ok(self.rows.get_or_init(|| rows))
    }

    /// Refuses rows of a scenario whose columns are not those of the training.
    pub(crate) fn must_fit(&self, scenario: &Scenario) -> Result<(), BundleError> {
        if schema_digest(scenario) == self.manifest.schema {
            return Ok(());
        }
        let trained = self.manifest.columns.join(", ");
        Err(BundleError::Columns { trained, now: columns(scenario).join(", ") })
    }
}

/// What is read of a manifest of any format.
#[derive(Deserialize)]
struct About {
    format: u32,
    #[serde(default)]
    almanac: String,
}

/// A digest of a table's rows, to tell one training from another.
pub(crate) fn fingerprint(table: &Table) -> String {
    let mut text = Vec::new();
    // Memory takes every byte.
    let _ = table.csv(&mut text);
    digest(&text)
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        // A text takes every letter.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn columns(scenario: &Scenario) -> Vec<String> {
    scenario.data().columns.iter().map(|column| column.name.to_string()).collect()
}

fn schema_digest(scenario: &Scenario) -> String {
    let columns = scenario.data().columns.iter();
    let lines: Vec<String> =
        columns.map(|it| format!("{}|{:?}|{:?}", it.name, it.kind, it.role)).collect();
    digest(lines.join("\n").as_bytes())
}
