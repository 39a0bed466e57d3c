#!/usr/bin/env bash
# Locks versions for every platform: pins and hashes, and no index address.
set -euo pipefail
uv=.uv/bin/uv
if uv --version >/dev/null 2>&1; then uv=uv; fi
options=(--quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.12 --no-annotate)
"$uv" pip compile pyproject.toml --extra all "${options[@]}" "$@" -o requirements.lock
"$uv" pip compile pyproject.toml --extra all --group dev "${options[@]}" "$@" -o requirements-dev.lock
