//! Seeded sales histories of every scenario.
