//! The kinds of jobs, and the members that each has in place of the others'.

use machine::Refusal;

use crate::entity::Kind;

/// A kind of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// `CreateProcessingJob`.
    Processing,
    /// `CreateTrainingJob`.
    Training,
    /// `CreateTransformJob`.
    Transform,
}

impl JobKind {
    /// As operations are named: `ProcessingJob`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Processing => "ProcessingJob",
            Self::Training => "TrainingJob",
            Self::Transform => "TransformJob",
        }
    }

    /// As it is known to the store.
    pub(crate) fn entity(self) -> &'static Kind {
        match self {
            Self::Processing => &PROCESSING,
            Self::Training => &TRAINING,
            Self::Transform => &TRANSFORM,
        }
    }

    /// The member with its status.
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Processing => "ProcessingJobStatus",
            Self::Training => "TrainingJobStatus",
            Self::Transform => "TransformJobStatus",
        }
    }

    /// The members with its start and its end.
    pub(crate) fn times(self) -> (&'static str, &'static str) {
        match self {
            Self::Processing => ("ProcessingStartTime", "ProcessingEndTime"),
            Self::Training => ("TrainingStartTime", "TrainingEndTime"),
            Self::Transform => ("TransformStartTime", "TransformEndTime"),
        }
    }

    /// What the name of its trial component ends with.
    pub(crate) fn component(self) -> &'static str {
        match self {
            Self::Processing => "aws-processing-job",
            Self::Training => "aws-training-job",
            Self::Transform => "aws-transform-job",
        }
    }
}

pub(crate) static PROCESSING: Kind = Kind {
    documents: "sagemaker.processing-job",
    name: "ProcessingJobName",
    arn: "ProcessingJobArn",
    path: "processing-job",
    absent: |name, _| absent(&format!("Could not find requested job with name: {name}")),
    taken,
};

pub(crate) static TRAINING: Kind = Kind {
    documents: "sagemaker.training-job",
    name: "TrainingJobName",
    arn: "TrainingJobArn",
    path: "training-job",
    absent: |_, _| absent("Requested resource not found."),
    taken,
};

pub(crate) static TRANSFORM: Kind = Kind {
    documents: "sagemaker.transform-job",
    name: "TransformJobName",
    arn: "TransformJobArn",
    path: "transform-job",
    absent: |name, _| absent(&format!("Could not find requested job with name: {name}")),
    taken,
};

/// The service's model says ResourceNotFound; the service itself says this.
fn absent(words: &str) -> Refusal {
    Refusal::invalid(words)
}

fn taken(_: &str, arn: &str) -> Refusal {
    Refusal::in_use(format!(
        "Job name must be unique within an AWS account and region, and a job with this name \
         already exists ({arn})"
    ))
}
