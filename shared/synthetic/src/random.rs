//! How are numbers drawn so that a seed gives the same ones everywhere?
//!
//! xoshiro256++ (Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators"), its
//! state filled by SplitMix64 (Steele, Lea and Flood 2014) as its authors advise. Each part of a
//! history draws from a stream of its own, so that a longer history begins with the shorter one.

use crate::number::factor;

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random {
    state: [u64; 4],
}

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        let mut state = seed;
        Self { state: std::array::from_fn(|_| split_mix(&mut state)) }
    }

    /// The stream of one part of what a seed makes, independent of every other part's.
    pub fn of_part(seed: u64, part: &str, number: u64) -> Self {
        let mut state = seed;
        for byte in part.bytes() {
            state = split_mix(&mut state) ^ u64::from(byte);
        }
        let mut state = split_mix(&mut state) ^ number;
        Self::new(split_mix(&mut state))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// Evenly from `[0, 1)`, in steps of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        factor(self.bits() >> 11) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Evenly from `[low, high)`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Evenly from the numbers below `bound`; 0 when there is none. By multiplication (Lemire
    /// 2019), whose bias of at most `bound / 2^64` nobody will ever see.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// The standard normal distribution, by the polar method (Marsaglia and Bray 1964).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (self.between(-1.0, 1.0), self.between(-1.0, 1.0));
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * libm::log(square) / square).sqrt();
            }
        }
    }

    /// A factor around 1 whose logarithm deviates by this much.
    pub fn log_normal(&mut self, deviation: f64) -> f64 {
        libm::exp(deviation * self.normal())
    }

    /// A Poisson count as a number. Means below 10 by multiplication of uniforms (Knuth, TAOCP 2,
    /// 3.4.1), others by transformed rejection with squeeze, PTRS (Hörmann 1993).
    pub fn poisson(&mut self, mean: f64) -> f64 {
        if mean < 10.0 { self.small_poisson(mean) } else { self.large_poisson(mean) }
    }

    fn small_poisson(&mut self, mean: f64) -> f64 {
        let limit = libm::exp(-mean.max(0.0));
        let mut product = self.uniform();
        let mut count = 0.0;
        while product > limit {
            product *= self.uniform();
            count += 1.0;
        }
        count
    }

    fn large_poisson(&mut self, mean: f64) -> f64 {
        let b = 0.931 + 2.53 * mean.sqrt();
        let a = -0.059 + 0.02483 * b;
        let squeeze = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let u = self.uniform() - 0.5;
            let v = self.uniform();
            let distance = 0.5 - u.abs();
            let count = ((2.0 * a / distance + b) * u + mean + 0.43).floor();
            if distance >= 0.07 && v <= squeeze {
                return count;
            }
            if count < 0.0 || (distance < 0.013 && v > distance) {
                continue;
            }
            let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
            let left = libm::log(v * inverse_alpha / (a / (distance * distance) + b));
            if left <= count * libm::log(mean) - mean - libm::lgamma(count + 1.0) {
                return count;
            }
        }
    }

    /// The gamma distribution of mean `shape`, by Marsaglia and Tsang (2000).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = libm::pow(self.uniform(), 1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let root = 1.0 + c * x;
            let v = root * root * root;
            if v > 0.0 && libm::log(self.uniform()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
    }

    /// A count whose variance is `dispersion` times its mean: a Poisson count of a gamma mean,
    /// which is negative binomial. A dispersion of 1 or less is Poisson.
    pub fn dispersed(&mut self, mean: f64, dispersion: f64) -> f64 {
        if dispersion <= 1.0 || mean <= 0.0 {
            return self.poisson(mean);
        }
        let shape = mean / (dispersion - 1.0);
        let drawn = self.gamma(shape) * (dispersion - 1.0);
        self.poisson(drawn)
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
