//! Replaces one object by the next and says each number once it is acknowledged: the process that
//! a test kills.

#![expect(clippy::unwrap_used, reason = "whoever started it sees that it ended")]

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use machine::{AllowAll, Clock, Identity, Machine};
use objects::Objects;

const SIZE: usize = 3 << 20;

#[tokio::main]
async fn main() {
    let home = std::env::args_os().nth(1).unwrap();
    let machine = Machine::open(Path::new(&home), Identity::default(), Clock::default()).unwrap();
    let objects = Objects::open(&machine, Arc::new(AllowAll)).unwrap();
    objects.create_bucket("data").unwrap();
    let mut out = std::io::stdout();
    for number in 1..=u8::MAX {
        objects.put("data", "k", vec![number; SIZE], None).await.unwrap();
        writeln!(out, "wrote {number}").unwrap();
    }
}
