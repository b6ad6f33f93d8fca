#!/bin/sh
# Are the accuracy targets reached? Prints the tournaments and a table, and ends with 1 where one is missed.
#
#   bench/accuracy/run.sh [DATA]      or with ALMANAC_DATA set
#
# DATA holds store-item/train.csv and walmart/train.csv as on Kaggle ("Store Item Demand Forecasting
# Challenge", "Walmart Recruiting - Store Sales Forecasting"); competition data are not part of this project.
set -eu
data=${1:-${ALMANAC_DATA:?usage: run.sh DATA, a folder with store-item/train.csv and walmart/train.csv}}
data=$(cd "$data" && pwd)
cd "$(dirname "$0")/../.."
exec cargo run --quiet --release -p forecast --example accuracy -- "$data"
