"""Workers on one PostgreSQL server: nobody touches the runs of one that lives, and the others go on with those of a dead one."""

from __future__ import annotations

from pathlib import Path

from engine_bench import Bench, eventually, gone, step
from killed_service import Service

from flext_sdk.embedded.engine.team import Team
from tests.connectors.pgserver import PASSWORD, USER, running


def test_a_run_is_touched_by_another_worker_only_when_its_own_is_dead(tmp_path: Path) -> None:
    began, gate, out = tmp_path / "began", tmp_path / "gate", tmp_path / "out"
    with running() as server, server.database("team") as database:
        url = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{server.port}/{database}"
        asking = Bench(tmp_path / "asking", database_url=url)
        actions = (["touch", str(began)], ["wait", str(gate)], ["rows", 2])
        asking.define("orders", steps=[step("load", *actions, target={"out": str(out)})])
        services = [Service(tmp_path / "one", url)]
        try:
            run = services[0].ask("start orders")
            eventually(began.exists)
            tap = int(began.read_text())
            services.append(Service(tmp_path / "two", url))
            for _ in range(3):
                assert services[1].ask("recheck") == "done"
            view = asking.runs.show(run)
            assert (view["status"], view["restarts"], gone(tap)) == ("running", 0, False)
            began.unlink()
            services[0].kill()
            for _ in range(2):
                assert services[1].ask("recheck") == "done"
            eventually(began.exists)
            assert int(began.read_text()) != tap
            gate.touch()
            view = asking.wait(run)
            assert (view["status"], view["restarts"], len(out.read_text().splitlines())) == ("completed", 1, 2)
            assert services[1].ask("close") == "closed"
            services[1].end()
        finally:
            asking.close()
            for service in services:
                if service.process.poll() is None:
                    service.kill()


def test_who_lives(tmp_path: Path) -> None:
    with running() as server, server.database("team") as database:
        url = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{server.port}/{database}"
        one, two, again = Team(url, "one"), Team(url, "two"), Team(url, "one")
        one.join()
        assert [two.gone(["one", "two", "three"]) for _ in range(2)] == [[], ["three"]]
        # The connection of a living one is cut: it is missed once, and there again with its own next look.
        with server.connect(database) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        assert two.gone(["one"]) == []
        assert one.gone(["two"]) == []
        assert two.gone(["one"]) == []
        # It is started again before the server has noticed that it was gone.
        again.join()
        one.leave()
        assert two.gone(["one"]) == []
        again.join()
        assert [two.gone(["one"]) for _ in range(3)] == [[], [], []]
        again.leave()
        assert [two.gone(["one"]) for _ in range(2)] == [[], ["one"]]
        two.leave()
