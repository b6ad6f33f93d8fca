"""moto's server, mended in one place: a point of BatchPutMetrics needs no step, in AWS."""

import sys

from moto.sagemakermetrics.models import SageMakerMetricsBackend
from moto.server import main

batch_put_metrics = SageMakerMetricsBackend.batch_put_metrics


def without_need_of_a_step(self, trial_component_name, metric_data):
    points = [{"Step": 0, **point} for point in metric_data]
    return batch_put_metrics(self, trial_component_name, points)


SageMakerMetricsBackend.batch_put_metrics = without_need_of_a_step
main(sys.argv[1:])
