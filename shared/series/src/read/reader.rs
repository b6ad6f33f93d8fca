//! Which rows do these files hold, batch by batch?

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use crate::read::batch::Batch;
use crate::read::block::Block;
use crate::read::columns::{Columns, Reading};
use crate::read::compressed::{Content, content};
use crate::read::decode::{TextColumns, decode};
use crate::read::error::{Place, Row};
use crate::read::header::Header;
use crate::read::intern::Texts;
use crate::read::parquet::ParquetFile;
use crate::read::source::{Part, Source, open};
use crate::read::splitter::{Broken, LONGEST, More, Splitter};
use crate::read::{ReadError, TimeForm, Values};
use crate::schema::Schema;

/// Reads one file after the other.
///
/// Numbers of series and categories are given in the order in which they are seen, and hold for all
/// batches of a reader.
pub struct Reader {
    columns: Columns,
    parts: std::vec::IntoIter<Part>,
    current: Option<Current>,
    block: Block,
    formats: Vec<Format>,
    keep: Keep,
}

/// What batches hold beside numbers and moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// Keys and categories.
    Values,
    /// Those, and the records as they stood in the file.
    Records,
    /// The records alone. Texts are checked and not told apart.
    Lines,
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// The file as it was named.
    pub file: Arc<str>,
    /// What stands between the fields of a text; nothing in Parquet.
    pub delimiter: Option<char>,
    /// All columns.
    pub names: Vec<String>,
    /// Those that the schema does not name, which are not read.
    pub extra: Vec<String>,
    /// Those of the schema that the file lacks, whose values are missing.
    pub lacking: Vec<String>,
    /// How its times are written; known once it was read, and of texts only.
    pub times: Option<TimeForm>,
}

struct Current {
    file: Arc<str>,
    header: Header,
    rows: Rows,
}

enum Rows {
    Text(Box<Splitter>),
    Parquet(Box<ParquetFile>),
}

impl Reader {
    /// Opens the first file and reads its header.
    pub fn open(source: Source, schema: &Schema) -> Result<Self, ReadError> {
        let mut reader = Self {
            columns: Columns::of(schema),
            parts: source.parts.into_iter(),
            current: None,
            block: Block::default(),
            formats: Vec::new(),
            keep: Keep::Values,
        };
        reader.next_file()?;
        Ok(reader)
    }

    /// The same, and every batch holds its records as they stood.
    pub(crate) fn keeping_records(mut self) -> Self {
        self.keep = Keep::Records;
        self
    }

    /// The same, and keys and categories are not told apart: those of a text are not in the batches.
    pub(crate) fn keeping_lines(mut self) -> Self {
        self.keep = Keep::Lines;
        self
    }

    /// Reads some rows. False, and an empty batch, after the last ones.
    pub fn read(&mut self, batch: &mut Batch) -> Result<bool, ReadError> {
        loop {
            batch.clear(self.columns.schema.columns.len());
            let Some(current) = &mut self.current else { return Ok(false) };
            batch.file = Some(current.file.clone());
            let more = match &mut current.rows {
                Rows::Text(splitter) => {
                    let fields = current.header.names.len();
                    let more = splitter.split(fields, &mut self.block);
                    let more = more.map_err(|broken| told(&current.file, splitter, broken))?;
                    if more == More::Block {
                        let texts = match self.keep {
                            Keep::Lines if self.block.is_utf8() => TextColumns::Skipped,
                            Keep::Lines | Keep::Records | Keep::Values => TextColumns::Read,
                        };
                        decode(&mut self.columns, (&current.header, texts), &self.block, batch);
                        if self.keep != Keep::Values {
                            std::mem::swap(&mut batch.records, &mut self.block);
                        }
                    }
                    more
                }
                Rows::Parquet(file) => file.read(&mut self.columns, &current.header, batch)?,
            };
            if more == More::Block {
                return Ok(true);
            }
            self.next_file()?;
        }
    }

    /// The ids of the series that were seen.
    pub fn series(&self) -> &Texts {
        self.columns.series.texts()
    }

    /// The texts of a column that were seen; nothing if it is no category.
    pub fn texts(&self, column: usize) -> Option<&Texts> {
        match self.columns.readings.get(column)? {
            Reading::Category(interner) => Some(interner.texts()),
            Reading::Key
            | Reading::Time(_)
            | Reading::Number(_)
            | Reading::Day(_)
            | Reading::None => None,
        }
    }

    /// What the files turned out to be that were opened so far.
    pub fn formats(&self) -> &[Format] {
        &self.formats
    }

    /// What is read.
    pub fn schema(&self) -> &Schema {
        &self.columns.schema
    }

    fn next_file(&mut self) -> Result<(), ReadError> {
        if let Some(format) = self.formats.last_mut() {
            format.times = self.columns.written();
        }
        self.columns.begin_file();
        self.current = match self.parts.next() {
            None => None,
            Some(Part::File(path)) => Some(self.open_file(&path)?),
            Some(Part::Stream { name, stream }) => Some(self.open_stream(&name, stream)?),
        };
        Ok(())
    }

    fn open_file(&mut self, path: &Path) -> Result<Current, ReadError> {
        let file = File::open(path).map_err(|cause| open(path, cause))?;
        let name = path.display().to_string();
        match content(file).map_err(|cause| broken(&name, cause))? {
            Content::Text(bytes) => self.open_text(&name, bytes),
            Content::Parquet => {
                let file = File::open(path).map_err(|cause| open(path, cause))?;
                let (parquet, header) = ParquetFile::open(&name, file, &self.columns.schema)?;
                Ok(self.opened(&name, header, Rows::Parquet(Box::new(parquet))))
            }
        }
    }

    fn open_stream(
        &mut self,
        name: &str,
        stream: Box<dyn Read + Send>,
    ) -> Result<Current, ReadError> {
        match content(stream).map_err(|cause| broken(name, cause))? {
            Content::Text(bytes) => self.open_text(name, bytes),
            Content::Parquet => Err(ReadError::ParquetStream { file: name.to_owned() }),
        }
    }

    fn open_text(&mut self, name: &str, bytes: Box<dyn Read + Send>) -> Result<Current, ReadError> {
        let mut splitter = Splitter::new(bytes);
        let file: Arc<str> = name.into();
        let record = splitter.header().map_err(|broken| told(&file, &splitter, broken))?;
        let record = record.ok_or_else(|| ReadError::Empty { file: name.to_owned() })?;
        let header = Header::of_text(name, &record, &self.columns.schema)?;
        splitter.set_delimiter(header.delimiter);
        Ok(self.opened(name, header, Rows::Text(Box::new(splitter))))
    }

    fn opened(&mut self, name: &str, header: Header, rows: Rows) -> Current {
        let file: Arc<str> = name.into();
        let schema = &self.columns.schema;
        let delimiter = match rows {
            Rows::Text(_) => Some(char::from(header.delimiter)),
            Rows::Parquet(_) => None,
        };
        self.formats.push(Format {
            file: file.clone(),
            delimiter,
            names: header.names.clone(),
            extra: header.extra(schema),
            lacking: header.lacking(schema),
            times: None,
        });
        Current { file, header, rows }
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Reader").field("formats", &self.formats).finish_non_exhaustive()
    }
}

impl Batch {
    /// The numbers of a category; nothing if the column holds none.
    pub fn categories(&self, column: usize) -> &[u32] {
        match self.values(column) {
            Values::Category(numbers) => numbers,
            Values::Number(_) | Values::Elsewhere => &[],
        }
    }
}

fn told(file: &Arc<str>, splitter: &Splitter, broken: Broken) -> ReadError {
    let place = |line| Place { file: file.clone(), row: Row::Line(line) };
    match broken {
        Broken::Stream(cause) => {
            ReadError::Broken { place: place(splitter.line().saturating_sub(1)), cause }
        }
        Broken::Endless(line) => ReadError::EndlessRecord { place: place(line), limit: LONGEST },
    }
}

/// Reading failed before the first row.
fn broken(file: &str, cause: std::io::Error) -> ReadError {
    ReadError::Broken { place: Place { file: file.into(), row: Row::Line(0) }, cause }
}

/// Reads text that is in memory.
impl From<&str> for Source {
    fn from(text: &str) -> Self {
        Self::stream("text", Cursor::new(text.to_owned().into_bytes()))
    }
}
