//! Baselines, models, tournament, intervals, explanations, backtest.
