//! A model: one container, or several of which each takes what the one before answered.

use std::collections::BTreeMap;

/// What serves a model. Packages are resolved to this by the control plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSpec {
    /// In the order in which a request passes through them; at least one.
    pub containers: Vec<ModelContainer>,
    /// Whose permissions they have.
    pub role_arn: String,
}

/// One of its containers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelContainer {
    /// The image.
    pub image: String,
    /// The URI of `model.tar.gz`, unless the image needs none.
    pub model_data_url: Option<String>,
    /// Its variables.
    pub environment: BTreeMap<String, String>,
}
