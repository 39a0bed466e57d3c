"""A small program that uses the SDK: tells which pipelines need somebody to look at them."""

from __future__ import annotations

from flext_sdk import Flext, NotFoundError, RunFailedError


def needing_attention(client: Flext) -> list[str]:
    """One line for each pipeline whose newest run failed."""
    lines = []
    for pipeline in client.pipelines.list(status="failed"):
        status = client.pipelines.status(pipeline.name)
        run = status.last_execution
        reason = run.error if run is not None and run.error else "no reason was given"
        lines.append(f"{pipeline.name}: {reason}")
    return lines


def rerun(client: Flext, name: str) -> str:
    """Start a pipeline, wait for it, and say in one word how it went."""
    try:
        run = client.pipelines.start(name, wait=True)
    except NotFoundError:
        return "unknown"
    except RunFailedError:
        return "failed"
    return f"{run.records} rows"


def main() -> None:
    with Flext() as client:
        for line in needing_attention(client):
            print(line)


if __name__ == "__main__":
    main()
