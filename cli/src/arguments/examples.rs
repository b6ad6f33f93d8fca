//! Commands to begin with, below the help of each.

pub(super) const ALL: &str = "\
Examples:
  almanac                                  the whole loop, on synthetic data
  almanac run walmart --no-approve         another scenario; the decision is yours
  almanac up                               then, elsewhere:
  almanac versions --home .almanac         what there is to decide on
  almanac approve retail-walmart/1 --home .almanac";

pub(super) const RUN: &str = "\
Examples:
  almanac run
  almanac run retail-demand --data sales.csv --retailer acme
  almanac run walmart --set MinImprovement=0.02 --no-approve
  almanac run walmart --from Train
  almanac run store-item --pipeline forecast";

pub(super) const STATUS: &str = "\
Examples:
  almanac status --home .almanac           the latest executions
  almanac status store-item                the latest one of a pipeline, in AWS
  almanac status f9h7flvtp4yr              one by its id

Exits with 1 when the execution failed.";

pub(super) const VERSIONS: &str = "\
Examples:
  almanac versions --home .almanac
  almanac versions retail-store-item";

pub(super) const APPROVE: &str = "\
Examples:
  almanac approve retail-store-item        the newest version that waits
  almanac approve retail-store-item/3 --note 'checked the report'";

pub(super) const REJECT: &str = "\
Examples:
  almanac reject retail-store-item         the newest version that waits
  almanac reject retail-store-item/3       if it serves, the approved one before it does from now on";

pub(super) const UPSERT: &str = "\
Examples:
  almanac upsert store-item --deployment outputs.json
  almanac upsert store-item --trainer almanac --home .almanac";

pub(super) const START: &str = "\
Examples:
  almanac start store-item --set TrainingDataS3=s3://bucket/history --set OutputS3=s3://bucket/runs";

pub(super) const FORECAST: &str = "\
Examples:
  almanac forecast --data sales.csv --time date --target sales --id store,item --horizon 28
  zcat sales.csv.gz | almanac forecast --data - --time date --target sales --horizon 28 -o next.csv";

pub(super) const EVALUATE: &str = "\
Examples:
  almanac evaluate --history sales.csv --actual later.csv --forecast forecast.csv \\
      --time date --target sales --id store,item";
