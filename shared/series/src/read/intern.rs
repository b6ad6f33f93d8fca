//! Which number does a text, or several together, have?
//!
//! Texts of up to seven bytes are compared as one word of eight, so that the keys of most shops are
//! told apart without touching their letters.

use std::collections::HashMap;

/// The texts behind the numbers that batches hold: the ids of series, or the values of a category.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    width: usize,
    parts: Vec<Box<str>>,
    count: usize,
}

impl Texts {
    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The texts of a number: one for a category, one for each key column for a series.
    pub fn get(&self, number: u32) -> &[Box<str>] {
        let first = number as usize * self.width;
        self.parts.get(first..first + self.width).unwrap_or_default()
    }

    /// Takes in the texts of others, and answers for each of their numbers the one that it has here.
    pub(crate) fn take_in(&mut self, others: &Self) -> Vec<u32> {
        let numbers = |texts: &Self| 0..u32::try_from(texts.count).unwrap_or(u32::MAX);
        let own = numbers(self).map(|number| (self.get(number).to_vec(), number));
        let mut known: HashMap<Vec<Box<str>>, u32> = own.collect();
        let mut here = Vec::with_capacity(others.count);
        for number in numbers(others) {
            let texts = others.get(number);
            let number = known.get(texts).copied().unwrap_or_else(|| {
                let next = u32::try_from(self.count).unwrap_or(u32::MAX);
                self.parts.extend(texts.iter().cloned());
                self.count += 1;
                known.insert(texts.to_vec(), next);
                next
            });
            here.push(number);
        }
        here
    }
}

/// A text as a word: itself if it is short, or its number among the long ones.
#[derive(Debug, Default)]
pub(super) struct LongTexts(HashMap<Box<[u8]>, u64>);

const LONG: u64 = 0xff << 56;

impl LongTexts {
    fn word(&mut self, text: &[u8]) -> u64 {
        if let Some(word) = self.0.get(text) {
            return *word;
        }
        let word = LONG | self.0.len() as u64;
        self.0.insert(text.into(), word);
        word
    }
}

/// Numbers combinations of texts in the order in which they come.
#[derive(Debug)]
pub(super) struct Interner {
    texts: Texts,
    long: LongTexts,
    numbers: HashMap<Vec<Box<str>>, u32>,
    /// The words of each entry; several entries may be the same text but for blanks.
    words: Vec<u64>,
    entries: Vec<u32>,
    slots: Vec<u32>,
    last: (Vec<u64>, u32),
}

impl Interner {
    /// For so many texts together.
    pub(super) fn of(width: usize) -> Self {
        let mut interner = Self {
            texts: Texts { width, parts: Vec::new(), count: 0 },
            long: LongTexts::default(),
            numbers: HashMap::new(),
            words: Vec::new(),
            entries: Vec::new(),
            slots: vec![0; 64],
            last: (Vec::new(), 0),
        };
        if width == 0 {
            interner.texts.count = 1;
        }
        interner
    }

    pub(super) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The word of the text that begins at the first byte. Eight bytes must be there.
    #[inline]
    pub(super) fn word(&mut self, bytes: &[u8], length: usize) -> u64 {
        match bytes.first_chunk() {
            Some(eight) if length < 8 => short_word(u64::from_le_bytes(*eight), length),
            _ => self.long.word(bytes.get(..length).unwrap_or_default()),
        }
    }

    /// The number of these words, if they were seen.
    #[inline]
    pub(super) fn find(&mut self, words: &[u64]) -> Option<u32> {
        // Not compared as slices: for a word or two the call would cost more than the comparison.
        if self.last.0.len() == words.len() && equal(&self.last.0, words) {
            return Some(self.last.1);
        }
        let mask = self.slots.len() - 1;
        let mut slot = place(words) & mask;
        loop {
            let entry = self.slots.get(slot)?.checked_sub(1)? as usize;
            let first = entry * words.len();
            if equal(self.words.get(first..first + words.len())?, words) {
                let number = *self.entries.get(entry)?;
                self.last.0.clear();
                self.last.0.extend_from_slice(words);
                self.last.1 = number;
                return Some(number);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Gives words that were not seen the number of these texts, or [`u32::MAX`] for no texts.
    pub(super) fn insert(&mut self, words: &[u64], texts: Option<Vec<Box<str>>>) -> u32 {
        let number = texts.map_or(u32::MAX, |texts| self.number(texts));
        if (self.entries.len() + 1) * 2 > self.slots.len() {
            self.grow(words.len());
        }
        self.words.extend_from_slice(words);
        self.entries.push(number);
        self.place_entry(words, u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        number
    }

    fn number(&mut self, texts: Vec<Box<str>>) -> u32 {
        if let Some(&number) = self.numbers.get(&texts) {
            return number;
        }
        let number = u32::try_from(self.texts.count).unwrap_or(u32::MAX);
        self.texts.parts.extend(texts.iter().cloned());
        self.texts.count += 1;
        self.numbers.insert(texts, number);
        number
    }

    fn grow(&mut self, width: usize) {
        self.slots = vec![0; self.slots.len() * 2];
        let words = std::mem::take(&mut self.words);
        for (entry, words) in (1..).zip(words.chunks_exact(width.max(1))) {
            self.place_entry(words, entry);
        }
        self.words = words;
    }

    fn place_entry(&mut self, words: &[u64], entry: u32) {
        let mask = self.slots.len() - 1;
        let mut slot = place(words) & mask;
        while self.slots.get(slot).is_some_and(|&taken| taken != 0) {
            slot = (slot + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = entry;
        }
    }
}

/// The first bytes of eight, with their number in the last.
#[inline]
pub(super) fn short_word(eight: u64, length: usize) -> u64 {
    let length = length as u64;
    (eight & ((1 << (8 * length)) - 1)) | (length << 56)
}

#[inline]
fn equal(one: &[u64], other: &[u64]) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}

/// Where to look for words first.
#[expect(clippy::cast_possible_truncation, reason = "of the hash, as much as there is room for")]
fn place(words: &[u64]) -> usize {
    let mix =
        |hash: u64, word: &u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hash = words.iter().fold(0, mix);
    (hash ^ (hash >> 29) ^ (hash >> 43)) as usize
}
