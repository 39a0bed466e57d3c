"""Without a network: the client is the real one, what it asks and is answered is held against the contract."""

import pytest
import watch

from flext_sdk import NotFoundError
from flext_sdk.testing import ContractViolation, factory, faults


def test_pipelines_that_failed_are_listed(fake_flext):
    fake_flext.pages("pipelines.list", factory.batch(factory.Pipeline, 120))
    fake_flext.answer("pipelines.status", factory.PipelineStatus(last_execution=factory.Run(status="failed")))
    with fake_flext.client() as client:
        lines = watch.needing_attention(client)
    assert len(lines) == 120
    assert lines[0] == "orders-1: tap-csv ended with exit code 1"
    assert fake_flext.calls[0].arguments["status"] == "failed"


def test_a_run_is_waited_for_and_no_time_passes(fake_flext, flext_clock):
    fake_flext.answer("pipelines.start", factory.Run(status="pending"))
    fake_flext.answer("pipelines.run_info", *[factory.Run(status="running")] * 20, factory.Run(records=120))
    with fake_flext.client() as client:
        assert watch.rerun(client, "orders") == "120 rows"
    assert sum(flext_clock.slept) > 10  # seconds, on the fake's own clock


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_run_that_fails_is_told(fake_flext, status):
    fake_flext.answer("pipelines.start", factory.Run(status=status))
    with fake_flext.client() as client:
        assert watch.rerun(client, "orders") == "failed"


def test_errors_come_in_the_form_of_any_service(fake_flext):
    fake_flext.error("pipelines.start", 404, "there is no pipeline", code="PIPELINE_NOT_FOUND", envelope="success")
    with fake_flext.client() as client:
        assert watch.rerun(client, "orders") == "unknown"


def test_the_program_gets_over_a_bad_moment(fake_flext, flext_clock):
    fake_flext.pages("pipelines.list", [])
    fake_flext.fault(faults.status(503, times=1, retry_after=5)).fault(faults.drop(nth=2))
    with fake_flext.client() as client:
        assert watch.needing_attention(client) == []
    assert [call.attempt for call in fake_flext.calls] == [1, 2, 3]
    assert flext_clock.slept[0] == 5


def test_code_that_makes_its_own_client(fake_flext, capsys):
    fake_flext.pages("pipelines.list", [])
    with fake_flext.installed():
        watch.main()
    assert capsys.readouterr().out == ""


def test_a_log_that_is_followed_over_a_broken_connection(fake_flext):
    fake_flext.follow(factory.Run(), factory.batch(factory.LogEntry, 10), cuts=[4])
    with fake_flext.client() as client:
        assert len(list(client.pipelines.logs("orders", follow=True))) == 10


def test_a_mistake_in_a_test_is_told_with_its_place(fake_flext):
    with pytest.raises(ContractViolation, match="/steps/0/nmae: unknown key 'nmae'; did you mean 'name'"):
        fake_flext.answer("pipelines.show", {"id": "1", "name": "orders", "steps": [{"nmae": "load"}]})


async def test_coroutines_use_the_same_fake(fake_flext):
    fake_flext.error("pipelines.show", 404)
    async with fake_flext.async_client() as client:
        with pytest.raises(NotFoundError):
            await client.pipelines.show("orders")
