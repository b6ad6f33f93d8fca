//! Which one question is best for all nodes of a level together?

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::train::grow::{Ground, Open};
use crate::train::histogram::{OfColumn, plus};
use crate::train::split::{Asked, Found, Place, Split};
use crate::tree::Side;

/// The split of each node: the same question for all, or none where a child would be too light.
pub(crate) fn best_of_level(ground: &Ground<'_>, level: &[Open]) -> Vec<Option<Split>> {
    let found: Vec<_> =
        ground.asked.par_iter().map(|asked| best_place(ground, asked, level)).collect();
    let found = ground.asked.iter().zip(found).filter_map(|(asked, found)| Some((asked, found?)));
    let best = found.reduce(|best, next| if next.1.worth > best.1.worth { next } else { best });
    let worth: f64 = level.iter().map(|open| ground.judge.worth(open.total, open.bounds)).sum();
    let Some((asked, found)) = best.filter(|(_, found)| ground.is_gain(found.worth, worth)) else {
        return level.iter().map(|_| None).collect();
    };
    level.iter().map(|open| split_of(ground, asked, &found, open)).collect()
}

/// The place of a column with the largest sum of gains, which is its worth.
fn best_place(ground: &Ground<'_>, asked: &Asked, level: &[Open]) -> Option<Found> {
    let judge = asked.judge(&ground.judge);
    let mut together: OfColumn = [[0, 0]; 256];
    for sums in level.iter().filter_map(|open| open.histogram.as_ref()?.column(asked.column)) {
        for (cell, own) in together.iter_mut().zip(sums) {
            *cell = plus(*cell, *own);
        }
    }
    let walk = asked.walk(&together, &judge);
    let mut gains = vec![[0.0_f64; 2]; walk.places()];
    for open in level {
        let Some(sums) = open.histogram.as_ref().and_then(|own| own.column(asked.column)) else {
            continue;
        };
        let alone = ground.judge.worth(open.total, open.bounds);
        walk.visit_all(sums, open.total, |place, near, far| {
            let worth = judge.pair(near, far, open.bounds, asked.direction);
            let gain = gains.get_mut(place.at).map(|[left, right]| match place.missing {
                Side::Left => left,
                Side::Right => right,
            });
            if let (Some(worth), Some(gain)) = (worth, gain) {
                *gain += worth - alone;
            }
        });
    }
    let mut best: Option<(f64, Place)> = None;
    for (at, [left, right]) in gains.into_iter().enumerate() {
        for (gain, missing) in [(right, Side::Right), (left, Side::Left)] {
            if best.is_none_or(|(most, _)| gain > most) {
                best = Some((gain, Place { at, missing }));
            }
        }
    }
    best.map(|(worth, place)| Found { worth, walk, place })
}

fn split_of(ground: &Ground<'_>, asked: &Asked, found: &Found, open: &Open) -> Option<Split> {
    let judge = asked.judge(&ground.judge);
    let sums = open.histogram.as_ref()?.column(asked.column)?;
    let (near, far) = found.walk.sides(sums, open.total, found.place);
    let worth = judge.pair(near, far, open.bounds, asked.direction)?;
    let gain = worth - ground.judge.worth(open.total, open.bounds);
    let split = asked.split(found, sums, open.total);
    Some(Split { gain, ..split })
}
