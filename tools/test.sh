#!/usr/bin/env bash
# All tests with branch coverage. Arguments go to pytest; with a path or -k among them coverage is not demanded.
set -euo pipefail
bin=$1
shift
rm -f .coverage .coverage.*
if [ $# -gt 0 ]; then exec "$bin/pytest" "$@"; fi
status=0
# Two at a time, a file by one of them: most of the time is waiting for processes. Each has a platform of its own.
"$bin/coverage" run -m pytest -q -n 2 --dist loadfile || status=$?
"$bin/coverage" combine -q 2>/dev/null || true
"$bin/coverage" report --skip-covered || status=$?
exit $status
