//! Which arguments does each step type know, and which must be there?
//!
//! Known arguments are the members of the `Create` request that the step makes (botocore 1.43);
//! required ones are those without which the service refuses the job.

/// The arguments of a step type that make one known request; separated by spaces.
pub(crate) fn known(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "Processing" | "QualityCheck" | "ClarifyCheck" => {
            "ProcessingInputs ProcessingOutputConfig ProcessingResources StoppingCondition \
             AppSpecification Environment NetworkConfig RoleArn Tags ExperimentConfig"
        }
        "Training" => {
            "HyperParameters AlgorithmSpecification RoleArn InputDataConfig OutputDataConfig \
             ResourceConfig VpcConfig StoppingCondition Tags EnableNetworkIsolation \
             EnableInterContainerTrafficEncryption EnableManagedSpotTraining CheckpointConfig \
             DebugHookConfig DebugRuleConfigurations TensorBoardOutputConfig ExperimentConfig \
             ProfilerConfig ProfilerRuleConfigurations Environment RetryStrategy \
             RemoteDebugConfig InfraCheckConfig SessionChainingConfig ServerlessJobConfig \
             MlflowConfig ModelPackageConfig"
        }
        "Transform" => {
            "ModelName MaxConcurrentTransforms ModelClientConfig MaxPayloadInMB BatchStrategy \
             Environment TransformInput TransformOutput DataCaptureConfig TransformResources \
             DataProcessing Tags ExperimentConfig"
        }
        "Model" => {
            "PrimaryContainer Containers InferenceExecutionConfig ExecutionRoleArn Tags \
             VpcConfig EnableNetworkIsolation"
        }
        "RegisterModel" => {
            "ModelPackageGroupName ModelPackageRegistrationType InferenceSpecification \
             ValidationSpecification SourceAlgorithmSpecification Tags ModelApprovalStatus \
             MetadataProperties ModelMetrics ClientToken Domain Task SamplePayloadUrl \
             CustomerMetadataProperties DriftCheckBaselines AdditionalInferenceSpecifications \
             SkipModelValidation SourceUri SecurityConfig ModelCard ModelLifeCycle \
             ManagedStorageType"
        }
        "Tuning" => {
            "HyperParameterTuningJobConfig TrainingJobDefinition TrainingJobDefinitions \
             WarmStartConfig Tags Autotune"
        }
        "AutoML" => {
            "InputDataConfig OutputDataConfig ProblemType AutoMLJobObjective AutoMLJobConfig \
             RoleArn Tags"
        }
        "Condition" => "Conditions IfSteps ElseSteps",
        "Fail" => "ErrorMessage",
        "EMR" => "ClusterId StepConfig ClusterConfig ExecutionRoleArn",
        "Endpoint" => "EndpointConfigName EndpointName DeploymentConfig Tags",
        "EndpointConfig" => {
            "EndpointConfigName ProductionVariants DataCaptureConfig Tags KmsKeyId \
             AsyncInferenceConfig ExplainerConfig ShadowProductionVariants ExecutionRoleArn \
             VpcConfig EnableNetworkIsolation MetricsConfig CrossRegionTrafficConfig"
        }
        "ForEach" => "IterableItems MaxConcurrency Selector ForEachBody",
        _ => return None,
    })
}

const PROCESSING: &[&str] = &[
    "AppSpecification.ImageUri",
    "ProcessingResources.ClusterConfig.InstanceCount",
    "ProcessingResources.ClusterConfig.InstanceType",
    "ProcessingResources.ClusterConfig.VolumeSizeInGB",
    "RoleArn",
];
const TRAINING: &[&str] = &[
    "AlgorithmSpecification.TrainingImage|AlgorithmSpecification.AlgorithmName|ServerlessJobConfig",
    "AlgorithmSpecification.TrainingInputMode|ServerlessJobConfig",
    "OutputDataConfig.S3OutputPath",
    "ResourceConfig.InstanceCount|ResourceConfig.InstanceGroups|ServerlessJobConfig",
    "ResourceConfig.InstanceType|ResourceConfig.InstanceGroups|ServerlessJobConfig",
    "ResourceConfig.VolumeSizeInGB|ServerlessJobConfig",
    "StoppingCondition.MaxRuntimeInSeconds",
    "RoleArn",
];
const TRANSFORM: &[&str] = &[
    "ModelName",
    "TransformInput.DataSource.S3DataSource.S3Uri",
    "TransformOutput.S3OutputPath",
    "TransformResources.InstanceCount",
    "TransformResources.InstanceType",
];
const AUTOML: &[&str] =
    &["AutoMLJobConfig.Mode", "InputDataConfig", "OutputDataConfig.S3OutputPath", "RoleArn"];
const TUNING: &[&str] = &[
    "HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs",
    "TrainingJobDefinition|TrainingJobDefinitions",
];

/// The arguments that must be there, as dotted paths; `|` separates alternatives.
pub(crate) fn required(kind: &str) -> &'static [&'static str] {
    match kind {
        "Processing" | "QualityCheck" | "ClarifyCheck" => PROCESSING,
        "Training" => TRAINING,
        "Transform" => TRANSFORM,
        "AutoML" => AUTOML,
        "Tuning" => TUNING,
        "Model" => &["ExecutionRoleArn", "PrimaryContainer|Containers"],
        "RegisterModel" => {
            &["ModelPackageGroupName", "InferenceSpecification|SourceAlgorithmSpecification"]
        }
        "Condition" => &["Conditions"],
        "Fail" => &["ErrorMessage"],
        "EMR" => &["StepConfig", "ClusterId|ClusterConfig"],
        "Endpoint" => &["EndpointConfigName"],
        "EndpointConfig" => &["ProductionVariants"],
        "ForEach" => &["IterableItems", "MaxConcurrency", "ForEachBody"],
        _ => &[],
    }
}

/// The argument by which the `Create` request of a step type would name its job.
pub(crate) fn job_name(kind: &str) -> &'static str {
    match kind {
        "Processing" | "QualityCheck" | "ClarifyCheck" => "ProcessingJobName",
        "Training" => "TrainingJobName",
        "Transform" => "TransformJobName",
        "Model" => "ModelName",
        "AutoML" => "AutoMLJobName",
        "Tuning" => "HyperParameterTuningJobName",
        _ => "",
    }
}
