//! Which number does a category have, whichever file it comes from?

use std::collections::BTreeMap;

use crate::assemble::collect::Collected;
use crate::panel::Series;

/// The texts of a column in order, and the place of each file's numbers among them.
#[derive(Debug)]
pub(crate) struct Levels {
    texts: Vec<String>,
    files: Vec<Vec<f64>>,
}

/// The levels of a column of the schema; none if it is no category.
pub(crate) fn of_column<'c>(
    place: usize,
    files: impl Iterator<Item = &'c Collected> + Clone,
) -> Option<Levels> {
    let texts = |file: &'c Collected| file.levels.get(place).and_then(Option::as_ref);
    if !files.clone().any(|file| texts(file).is_some()) {
        return None;
    }
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for texts in files.clone().filter_map(texts) {
        for number in (0..).take(texts.len()) {
            places.extend(texts.get(number).iter().map(|text| (&**text, 0)));
        }
    }
    for (place, number) in places.values_mut().enumerate() {
        *number = place;
    }
    let of_file = |file: &'c Collected| {
        let texts = texts(file)?;
        let text = |number| texts.get(number).first().and_then(|text| places.get(&**text));
        Some(
            (0..)
                .take(texts.len())
                .map(|number| text(number).copied().map_or(f64::NAN, value))
                .collect(),
        )
    };
    let files = files.map(|file| of_file(file).unwrap_or_default()).collect();
    Some(Levels { texts: places.into_keys().map(str::to_owned).collect(), files })
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer levels than rows")]
fn value(place: usize) -> f64 {
    place as f64
}

impl Levels {
    /// The places of the numbers of a file.
    pub(crate) fn of_file(&self, file: usize) -> &[f64] {
        self.files.get(file).map_or(&[], Vec::as_slice)
    }

    /// Replaces the numbers of a file in a column by places.
    pub(crate) fn translate(&self, file: usize, column: usize, series: &mut [Series]) {
        let places = self.of_file(file);
        for values in series.iter_mut().filter_map(|series| series.values.get_mut(column)) {
            for value in values {
                *value = translated(places, *value);
            }
        }
    }

    pub(crate) fn into_texts(self) -> Vec<String> {
        self.texts
    }
}

/// The place of a number, `NaN` for none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the numbers were made of places"
)]
pub(crate) fn translated(places: &[f64], number: f64) -> f64 {
    if number.is_nan() {
        return number;
    }
    places.get(number as usize).copied().unwrap_or(f64::NAN)
}
