#!/usr/bin/env bash
# All tests with branch coverage. Arguments go to pytest; with a path or -k among them coverage is not demanded.
set -euo pipefail
bin=$1
shift
# Some tests run a PostgreSQL server of their own.
if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing postgresql for the tests" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql; } >/dev/null
  else
    echo "error: the tests need the programs of a PostgreSQL server; install the package postgresql" >&2
    exit 1
  fi
fi
rm -f .coverage .coverage.*
if [ $# -gt 0 ]; then exec "$bin/pytest" "$@"; fi
status=0
# Two at a time, a file by one of them: most of the time is waiting for processes. Each has a platform of its own.
"$bin/coverage" run -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder || status=$?
"$bin/coverage" combine -q 2>/dev/null || true
"$bin/coverage" report --skip-covered || status=$?
exit $status
