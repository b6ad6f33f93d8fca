"""The checks of `series::quality` for store-item data, in Polars: argument is the file.

Rows, missing values, duplicates and gaps of each series, negative values, short series, series that
end early, empty days of the calendar. Outliers are left out, in favour of Polars.
"""

import json
import sys

import polars as pl

day = pl.col("date")
rows = pl.scan_csv(
    sys.argv[1],
    schema={"date": pl.Date, "store": pl.String, "item": pl.String, "sales": pl.Float64},
)
series = (
    rows.group_by("store", "item")
    .agg(
        rows=pl.len(),
        missing=day.null_count() + pl.col("sales").null_count(),
        days=day.n_unique(),
        first=day.min(),
        last=day.max(),
        negative=(pl.col("sales") < 0).sum(),
        least=pl.col("sales").min(),
        mean=pl.col("sales").mean(),
        most=pl.col("sales").max(),
    )
    .with_columns(span=(pl.col("last") - pl.col("first")).dt.total_days() + 1)
)
calendar = rows.select(days=day.n_unique())
series, calendar = pl.collect_all([series, calendar], engine="streaming")
last = series["last"].max()
print(
    json.dumps(
        {
            "rows": series["rows"].sum(),
            "series": series.height,
            "missing": series["missing"].sum(),
            "duplicates": (series["rows"] - series["days"]).sum(),
            "gaps": (series["span"] - series["days"]).sum(),
            "negative": series["negative"].sum(),
            "short": (series["span"] < 365).sum(),
            "early_end": (series["last"] < last).sum(),
            "days": calendar["days"][0],
        }
    )
)
