//! Models, their configurations for endpoints, and endpoints with the servers behind them.

mod changes;
mod configs;
mod endpoints;
mod events;
pub(crate) mod fleet;
pub(crate) mod invoke;
pub(crate) mod models;
mod plan;
mod weights;

use machine::Refusal;

use crate::call::Handler;
use crate::entity::Kind;

pub(crate) use changes::{recover, stop_all};

/// The kinds that can have tags.
pub(crate) const KINDS: &[&Kind] = &[&MODEL, &CONFIG, &ENDPOINT];

pub(crate) static MODEL: Kind = Kind {
    documents: "sagemaker.model",
    name: "ModelName",
    arn: "ModelArn",
    path: "model",
    absent: |_, arn| absent("model", arn),
    taken: |_, arn| taken("model", arn),
};

pub(crate) static CONFIG: Kind = Kind {
    documents: "sagemaker.endpoint-config",
    name: "EndpointConfigName",
    arn: "EndpointConfigArn",
    path: "endpoint-config",
    absent: |_, arn| absent("endpoint configuration", arn),
    taken: |_, arn| taken("endpoint configuration", arn),
};

pub(crate) static ENDPOINT: Kind = Kind {
    documents: "sagemaker.endpoint",
    name: "EndpointName",
    arn: "EndpointArn",
    path: "endpoint",
    absent: |_, arn| absent("endpoint", arn),
    taken: |_, arn| taken("endpoint", arn),
};

fn absent(what: &str, arn: &str) -> Refusal {
    Refusal::invalid(format!("Could not find {what} \"{arn}\"."))
}

fn taken(what: &str, arn: &str) -> Refusal {
    Refusal::invalid(format!("Cannot create already existing {what} \"{arn}\"."))
}

pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateModel" => models::create,
        "DescribeModel" => models::describe,
        "DeleteModel" => models::delete,
        "ListModels" => models::list,
        "CreateEndpointConfig" => configs::create,
        "DescribeEndpointConfig" => configs::describe,
        "DeleteEndpointConfig" => configs::delete,
        "ListEndpointConfigs" => configs::list,
        "CreateEndpoint" => endpoints::create,
        "DescribeEndpoint" => endpoints::describe,
        "UpdateEndpoint" => endpoints::update,
        "DeleteEndpoint" => endpoints::delete,
        "ListEndpoints" => endpoints::list,
        "UpdateEndpointWeightsAndCapacities" => weights::update,
        _ => return None,
    })
}
