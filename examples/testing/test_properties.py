"""With hypothesis: anything that the contract allows."""

import watch
from hypothesis import given, settings
from hypothesis import strategies as st

from flext_sdk import PipelineStatus
from flext_sdk.testing import FakeFlext, factory, strategies


@settings(max_examples=50, deadline=None)
@given(st.lists(strategies.models(PipelineStatus), min_size=1, max_size=3))
def test_every_status_makes_a_line(statuses):
    fake = FakeFlext()
    fake.pages("pipelines.list", factory.batch(factory.Pipeline, len(statuses)))
    fake.answer("pipelines.status", *statuses)
    with fake.client() as client:
        assert len(watch.needing_attention(client)) == len(statuses)
    fake.close()
