//! One small trait per AWS capability, its SDK adapter and its in-memory double.
