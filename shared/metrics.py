"""What the platform measures about itself, for Prometheus at `/metrics`. Names and units in one place."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_FAST_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)

http_seconds: Final = Histogram(
    "tianyuan_http_request_seconds", "Time to answer a request.", ["method", "route", "status"], buckets=_FAST_S
)
http_open: Final = Gauge("tianyuan_http_requests_open", "Requests being answered now.")
streams_open: Final = Gauge("tianyuan_event_streams_open", "Event streams open now.", ["service"])
streams_dropped: Final = Counter(
    "tianyuan_event_streams_dropped_total", "Streams whose client was too slow.", ["service"]
)

events_handled: Final = Counter("tianyuan_events_handled_total", "Events handled.", ["subscription", "topic"])
events_parked: Final = Counter("tianyuan_events_parked_total", "Events set aside as poison.", ["subscription", "topic"])
batch_seconds: Final = Histogram(
    "tianyuan_batch_seconds", "Time of one batch's transaction.", ["subscription"], buckets=_FAST_S
)
batch_retries: Final = Counter("tianyuan_batch_retries_total", "Batches tried again after a failure.", ["subscription"])
lag: Final = Gauge(
    "tianyuan_lag_seconds", "Age of the last event handled at the time it was handled.", ["subscription"]
)
events_waiting: Final = Gauge(
    "tianyuan_events_waiting", "About how many events stand behind the last one handled.", ["subscription"]
)

decision_seconds: Final = Histogram(
    "tianyuan_decision_seconds", "From a plan's filing to its decision.", ["outcome"], buckets=_FAST_S
)
group_size: Final = Histogram(
    "tianyuan_group_commit_size", "Submissions that shared one commit.", ["group"], buckets=_SIZES
)
