//! What does a file in the binary format of XGBoost 1 say?
//!
//! XGBoost 1 wrote it to every file without an extension, so that it is what SageMaker's built-in
//! container left as `xgboost-model` up to its image 1.7-1. The structures are those of
//! `learner.cc`, `gbtree_model.h` and `tree_model.h` there, little-endian. They are turned into the
//! document that the same version writes as JSON, where everything is checked.

use std::collections::BTreeMap;

use crate::xgboost::FileError;
use crate::xgboost::document::Document;

/// What a file starts with.
pub(crate) const MAGIC: &[u8] = b"binf";

/// Bytes of parameters that are reserved after those of the learner, the forest, and a tree.
const AFTER_LEARNER: usize = 136 - 32;
const AFTER_FOREST: usize = 128;
const AFTER_TREE: usize = 124;

/// Reads a document.
pub(crate) fn read(bytes: &[u8]) -> Result<Document, FileError> {
    let mut reader = Reader { bytes, at: 0 };
    reader.take(MAGIC.len())?;
    let base_score = reader.single()?;
    let features = reader.whole()?;
    let classes = reader.whole()?;
    let has_attributes = reader.whole()? > 0.0;
    let _has_metrics = reader.whole()?;
    let version = [reader.whole()?, reader.whole()?, 0.0];
    let targets = reader.whole()?.max(1.0);
    reader.take(AFTER_LEARNER)?;
    let objective = reader.text()?;
    let booster = reader.booster()?;
    let attributes = if has_attributes { reader.attributes()? } else { BTreeMap::new() };
    let learner = object([
        ("attributes", Document::Object(attributes)),
        ("gradient_booster", booster),
        (
            "learner_model_param",
            object([
                ("base_score", Document::Text(base_score.to_string())),
                ("num_class", text(classes)),
                ("num_feature", text(features)),
                ("num_target", text(targets)),
            ]),
        ),
        ("objective", object([("name", Document::Text(objective))])),
    ]);
    Ok(object([("learner", learner), ("version", Document::Numbers(version.to_vec()))]))
}

fn object<const N: usize>(members: [(&str, Document); N]) -> Document {
    Document::Object(members.map(|(key, value)| (key.to_owned(), value)).into())
}

fn text(value: f64) -> Document {
    Document::Text(value.to_string())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn wrong(&self, message: impl Into<String>) -> FileError {
        FileError::Syntax { format: "binary XGBoost 1", at: self.at, message: message.into() }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], FileError> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| {
            let left = self.bytes.len() - self.at;
            self.wrong(format!("{count} bytes are needed and {left} left: the file was cut"))
        })?;
        self.at += count;
        Ok(taken)
    }

    fn word(&mut self) -> Result<[u8; 4], FileError> {
        let taken = self.take(4)?;
        taken.first_chunk().copied().ok_or_else(|| self.wrong("the file was cut"))
    }

    fn whole(&mut self) -> Result<f64, FileError> {
        Ok(f64::from(i32::from_le_bytes(self.word()?)))
    }

    fn single(&mut self) -> Result<f32, FileError> {
        Ok(f32::from_le_bytes(self.word()?))
    }

    /// A length of what takes at least `size` bytes each.
    fn length(&mut self, size: usize) -> Result<usize, FileError> {
        let taken = self.take(8)?;
        let length = taken.first_chunk().map_or(u64::MAX, |bytes| u64::from_le_bytes(*bytes));
        let left = (self.bytes.len() - self.at) / size;
        let length = usize::try_from(length).ok().filter(|length| *length <= left);
        length.ok_or_else(|| self.wrong("a length is larger than the file: the file was cut"))
    }

    fn text(&mut self) -> Result<String, FileError> {
        let length = self.length(1)?;
        let bytes = self.take(length)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.wrong("a text is not UTF-8"))
    }

    fn attributes(&mut self) -> Result<BTreeMap<String, Document>, FileError> {
        let count = self.length(16)?;
        (0..count).map(|_| Ok((self.text()?, Document::Text(self.text()?)))).collect()
    }

    fn booster(&mut self) -> Result<Document, FileError> {
        let name = self.text()?;
        match name.as_str() {
            "gbtree" => Ok(object([("model", self.forest()?), ("name", Document::Text(name))])),
            "dart" => {
                let gbtree = object([("model", self.forest()?)]);
                let count = self.length(4)?;
                let drops: Result<Vec<f64>, FileError> =
                    (0..count).map(|_| Ok(f64::from(self.single()?))).collect();
                Ok(object([
                    ("gbtree", gbtree),
                    ("name", Document::Text(name)),
                    ("weight_drop", Document::Numbers(drops?)),
                ]))
            }
            // What stands behind it is not known; the name is refused where all are.
            _ => Ok(object([("name", Document::Text(name))])),
        }
    }

    fn forest(&mut self) -> Result<Document, FileError> {
        let trees = self.whole()?;
        let parallel = self.whole()?;
        // The number of columns and of a buffer, of old; then outputs and the size of a leaf.
        self.take(4 + 4 + 8 + 4 + 4)?;
        self.take(AFTER_FOREST)?;
        let count = self.count(trees, 148)?;
        let read: Result<Vec<Document>, FileError> = (0..count).map(|_| self.tree()).collect();
        let info: Result<Vec<f64>, FileError> = (0..count).map(|_| self.whole()).collect();
        Ok(object([
            (
                "gbtree_model_param",
                object([("num_trees", text(trees)), ("num_parallel_tree", text(parallel))]),
            ),
            ("tree_info", Document::Numbers(info?)),
            ("trees", Document::List(read?)),
        ]))
    }

    /// How many there are of what takes at least `size` bytes each.
    fn count(&self, claimed: f64, size: usize) -> Result<usize, FileError> {
        let left = (self.bytes.len() - self.at) / size;
        let count = crate::xgboost::document::as_count(claimed).filter(|count| *count <= left);
        count.ok_or_else(|| self.wrong(format!("a count is {claimed}: the file was cut")))
    }

    fn tree(&mut self) -> Result<Document, FileError> {
        let _roots = self.whole()?;
        let claimed = self.whole()?;
        let _deleted = self.whole()?;
        let _deepest = self.whole()?;
        let _features = self.whole()?;
        let leaf_size = self.whole()?;
        self.take(AFTER_TREE)?;
        let count = self.count(claimed, 36)?;
        let mut lists: [Vec<f64>; 8] = Default::default();
        let [left, right, feature, condition, default_left, gain, cover, weight] = &mut lists;
        for _ in 0..count {
            let _parent = self.whole()?;
            left.push(self.whole()?);
            right.push(self.whole()?);
            // The highest bit says where a missing value goes.
            let packed = u32::from_le_bytes(self.word()?);
            feature.push(f64::from(packed & !(1 << 31)));
            default_left.push(f64::from(packed >> 31));
            condition.push(f64::from(self.single()?));
        }
        for _ in 0..count {
            for list in [&mut *gain, &mut *cover, &mut *weight] {
                list.push(f64::from(self.single()?));
            }
            let _leaves = self.word()?;
        }
        let [left, right, feature, condition, default_left, gain, cover, weight] =
            lists.map(Document::Numbers);
        let param = object([("num_nodes", text(claimed)), ("size_leaf_vector", text(leaf_size))]);
        Ok(object([
            ("base_weights", weight),
            ("default_left", default_left),
            ("left_children", left),
            ("loss_changes", gain),
            ("right_children", right),
            ("split_conditions", condition),
            ("split_indices", feature),
            ("sum_hessian", cover),
            ("tree_param", param),
        ]))
    }
}
