//! Which properties does a finished step of each type have?
//!
//! Job steps show what the `Describe` operation of their job answers; the names are those of the
//! service model (botocore 1.43).

/// What is known about the properties of a step type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Properties {
    /// It has none.
    None,
    /// These and no others, at the first level; separated by spaces.
    Roots(&'static str),
    /// `OutputParameters['x']`, as declared.
    Declared,
    /// Not publicly documented: anything goes.
    Open,
}

const TRAINING: &str = "\
    TrainingJobName TrainingJobArn TuningJobArn LabelingJobArn AutoMLJobArn ModelArtifacts \
    TrainingJobStatus SecondaryStatus FailureReason HyperParameters AlgorithmSpecification \
    RoleArn InputDataConfig OutputDataConfig ResourceConfig WarmPoolStatus VpcConfig \
    StoppingCondition CreationTime TrainingStartTime TrainingEndTime LastModifiedTime \
    SecondaryStatusTransitions FinalMetricDataList EnableNetworkIsolation \
    EnableInterContainerTrafficEncryption EnableManagedSpotTraining CheckpointConfig \
    TrainingTimeInSeconds BillableTimeInSeconds BillableTokenCount DebugHookConfig \
    ExperimentConfig DebugRuleConfigurations TensorBoardOutputConfig DebugRuleEvaluationStatuses \
    ProfilerConfig ProfilerRuleConfigurations ProfilerRuleEvaluationStatuses ProfilingStatus \
    Environment RetryStrategy RemoteDebugConfig InfraCheckConfig ServerlessJobConfig \
    MlflowConfig ModelPackageConfig MlflowDetails ProgressInfo OutputModelPackageArn";
const PROCESSING: &str = "\
    ProcessingInputs ProcessingOutputConfig ProcessingJobName ProcessingResources \
    StoppingCondition AppSpecification Environment NetworkConfig RoleArn ExperimentConfig \
    ProcessingJobArn ProcessingJobStatus ExitMessage FailureReason ProcessingEndTime \
    ProcessingStartTime LastModifiedTime CreationTime MonitoringScheduleArn AutoMLJobArn \
    TrainingJobArn";
const TRANSFORM: &str = "\
    TransformJobName TransformJobArn TransformJobStatus FailureReason ModelName \
    MaxConcurrentTransforms ModelClientConfig MaxPayloadInMB BatchStrategy Environment \
    TransformInput TransformOutput DataCaptureConfig TransformResources CreationTime \
    TransformStartTime TransformEndTime LabelingJobArn AutoMLJobArn DataProcessing \
    ExperimentConfig";
const MODEL: &str = "\
    ModelName PrimaryContainer Containers InferenceExecutionConfig ExecutionRoleArn VpcConfig \
    CreationTime ModelArn EnableNetworkIsolation DeploymentRecommendation";
const REGISTER: &str = "\
    ModelPackageName ModelPackageGroupName ModelPackageVersion ModelPackageRegistrationType \
    ModelPackageArn ModelPackageDescription CreationTime InferenceSpecification \
    SourceAlgorithmSpecification ValidationSpecification ModelPackageStatus \
    ModelPackageStatusDetails CertifyForMarketplace ModelApprovalStatus CreatedBy \
    MetadataProperties ModelMetrics LastModifiedTime LastModifiedBy ApprovalDescription Domain \
    Task SamplePayloadUrl CustomerMetadataProperties DriftCheckBaselines \
    AdditionalInferenceSpecifications SkipModelValidation SourceUri SecurityConfig ModelCard \
    ModelLifeCycle ManagedStorageType";
const TUNING: &str = "\
    HyperParameterTuningJobName HyperParameterTuningJobArn HyperParameterTuningJobConfig \
    TrainingJobDefinition TrainingJobDefinitions HyperParameterTuningJobStatus CreationTime \
    HyperParameterTuningEndTime LastModifiedTime TrainingJobStatusCounters \
    ObjectiveStatusCounters BestTrainingJob OverallBestTrainingJob WarmStartConfig Autotune \
    FailureReason TuningJobCompletionDetails ConsumedResources TrainingJobSummaries";
const AUTOML: &str = "\
    AutoMLJobName AutoMLJobArn InputDataConfig OutputDataConfig RoleArn AutoMLJobObjective \
    ProblemType AutoMLJobConfig CreationTime EndTime LastModifiedTime FailureReason \
    PartialFailureReasons BestCandidate AutoMLJobStatus AutoMLJobSecondaryStatus \
    GenerateCandidateDefinitionsOnly AutoMLJobArtifacts ResolvedAttributes ModelDeployConfig \
    ModelDeployResult BestCandidateProperties";
const ENDPOINT_CONFIG: &str = "\
    EndpointConfigName EndpointConfigArn ProductionVariants DataCaptureConfig KmsKeyId \
    CreationTime AsyncInferenceConfig ExplainerConfig ShadowProductionVariants ExecutionRoleArn \
    VpcConfig EnableNetworkIsolation MetricsConfig CrossRegionTrafficConfig";
const ENDPOINT: &str = "\
    EndpointName EndpointArn EndpointConfigName ProductionVariants DataCaptureConfig \
    EndpointStatus FailureReason CreationTime LastModifiedTime LastDeploymentConfig \
    AsyncInferenceConfig PendingDeploymentSummary ExplainerConfig ShadowProductionVariants \
    MetricsConfig CrossRegionTrafficConfig";
const CHECK: &str = "\
    CalculatedBaselineConstraints CalculatedBaselineStatistics \
    BaselineUsedForDriftCheckConstraints BaselineUsedForDriftCheckStatistics";
const EMR: &str = "\
    Id Name Config ActionOnFailure Status ExecutionRoleArn ClusterId ClusterConfig LogUri \
    EncryptionKeyArn AdditionalInfo";
const FOR_EACH: &str = "\
    Status InputItemCount TotalStepCount SucceededStepCount FailedStepCount StoppedStepCount \
    IterationOutputs Selected";

/// The properties of a step of type `kind`.
pub(crate) fn of(kind: &str) -> Properties {
    match kind {
        "Training" => Properties::Roots(TRAINING),
        "Processing" => Properties::Roots(PROCESSING),
        "Transform" => Properties::Roots(TRANSFORM),
        "Model" => Properties::Roots(MODEL),
        "RegisterModel" => Properties::Roots(REGISTER),
        "Tuning" => Properties::Roots(TUNING),
        "AutoML" => Properties::Roots(AUTOML),
        "EndpointConfig" => Properties::Roots(ENDPOINT_CONFIG),
        "Endpoint" => Properties::Roots(ENDPOINT),
        "QualityCheck" | "ClarifyCheck" => Properties::Roots(CHECK),
        "EMR" => Properties::Roots(EMR),
        "ForEach" => Properties::Roots(FOR_EACH),
        "Condition" => Properties::Roots("Outcome"),
        "Lambda" | "Callback" => Properties::Declared,
        "Fail" | "Cleanup" => Properties::None,
        _ => Properties::Open,
    }
}

/// The members of the few structures whose misspelling is common.
pub(crate) fn members_of(structure: &str) -> Option<&'static [&'static str]> {
    match structure {
        "ModelArtifacts" => Some(&["S3ModelArtifacts"]),
        "ProcessingOutputConfig" => Some(&["Outputs", "KmsKeyId"]),
        "S3Output" => Some(&["S3Uri", "LocalPath", "S3UploadMode"]),
        "TransformOutput" => Some(&["S3OutputPath", "Accept", "AssembleWith", "KmsKeyId"]),
        _ => None,
    }
}
