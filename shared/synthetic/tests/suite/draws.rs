//! Do the draws have the moments of their distributions?

use synthetic::Random;

use crate::table::{mean, variance};

const DRAWS: usize = 200_000;

fn drawn(draw: impl Fn(&mut Random) -> f64) -> Vec<f64> {
    let mut random = Random::new(20_240_607);
    (0..DRAWS).map(|_| draw(&mut random)).collect()
}

fn near(found: f64, wanted: f64, tolerance: f64) {
    assert!((found - wanted).abs() < tolerance, "found {found}, wanted {wanted} +- {tolerance}");
}

#[test]
fn poisson_counts_have_their_mean_as_mean_and_as_variance() {
    for lambda in [0.3_f64, 2.0, 9.9, 10.0, 52.0, 700.0] {
        let values = drawn(|random| random.poisson(lambda));

        // Four deviations of either estimate.
        near(mean(&values), lambda, 4.0 * (lambda / 2e5).sqrt());
        near(variance(&values) / lambda, 1.0, 4.0 * ((2.0 + 1.0 / lambda) / 2e5).sqrt());
    }
}

#[test]
fn poisson_zeros_come_as_often_as_they_should() {
    let zeros = drawn(|random| f64::from(u8::from(random.poisson(2.0) < 0.5)));

    near(mean(&zeros), (-2.0_f64).exp(), 0.003);
}

#[test]
fn dispersed_counts_vary_as_much_more_as_was_asked() {
    for (lambda, dispersion) in [(3.0, 2.0), (50.0, 6.25)] {
        let values = drawn(|random| random.dispersed(lambda, dispersion));

        near(mean(&values) / lambda, 1.0, 0.015);
        near(variance(&values) / lambda / dispersion, 1.0, 0.04);
    }
}

#[test]
fn normal_draws_have_mean_zero_deviation_one_and_no_skew() {
    let values = drawn(Random::normal);

    near(mean(&values), 0.0, 0.01);
    near(variance(&values), 1.0, 0.015);
    near(mean(&values.iter().map(|value| value.powi(3)).collect::<Vec<_>>()), 0.0, 0.04);
    near(mean(&values.iter().map(|value| value.powi(4)).collect::<Vec<_>>()), 3.0, 0.12);
}

#[test]
fn gamma_draws_have_their_shape_as_mean_and_variance() {
    for shape in [0.4, 1.0, 7.5] {
        let values = drawn(|random| random.gamma(shape));

        near(mean(&values) / shape, 1.0, 0.02);
        near(variance(&values) / shape, 1.0, 0.05);
    }
}

#[test]
fn uniform_draws_fill_the_unit_evenly() {
    let mut random = Random::new(1);
    let mut bins = [0_u32; 10];
    for _ in 0..DRAWS {
        bins[usize::try_from(random.below(10)).unwrap()] += 1;
    }

    // 20,000 each, with a deviation of 134.
    assert!(bins.iter().all(|count| count.abs_diff(20_000) < 600), "{bins:?}");
    assert!(drawn(Random::uniform).iter().all(|value| (0.0..1.0).contains(value)));
}

#[test]
fn xoshiro_gives_the_numbers_of_its_authors() {
    // From the reference implementation, its state filled by SplitMix64 from 0.
    let mut random = Random::new(0);

    assert_eq!(random.bits(), 0x5317_5d61_490b_23df);
    assert_eq!(random.bits(), 0x61da_6f3d_c380_d507);
}

#[test]
fn parts_draw_independently() {
    let first = |part: &str, number| Random::of_part(1, part, number).bits();

    assert_ne!(first("store", 1), first("store", 2));
    assert_ne!(first("store", 1), first("item", 1));
    assert_eq!(first("store", 1), first("store", 1));
}
