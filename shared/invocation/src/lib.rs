//! What every Lambda needs once.
