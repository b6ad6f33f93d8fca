//! Boosted trees: training, prediction, explanation, and the files of XGBoost.
