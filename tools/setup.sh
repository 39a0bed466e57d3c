#!/usr/bin/env bash
# Makes the environment: finds uv or installs it into .uv, finds a Python 3.13, installs exactly what the lock names.
set -euo pipefail
env=${1:-.venv}
wanted=$(cat .python-version)
say() { printf '%s\n' "$*" >&2; }

find_uv() {
  # A shim of a version manager may be on PATH without a program behind it, so it is tried, not only looked for.
  if uv --version >/dev/null 2>&1; then command -v uv; return; fi
  if .uv/bin/uv --version >/dev/null 2>&1; then echo "$PWD/.uv/bin/uv"; return; fi
  local python
  for python in python3 python; do
    if "$python" -m pip --version >/dev/null 2>&1; then
      say "installing uv into .uv"
      "$python" -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --prefix "$PWD/.uv" --ignore-installed uv >&2
      [ -x .uv/bin/uv ] || mv .uv/local/bin .uv/bin   # where Debian's Python puts them
      echo "$PWD/.uv/bin/uv"
      return
    fi
  done
  say "error: neither uv nor a Python with pip was found; install one of them and try again"
  exit 1
}

find_python() {
  local candidate
  for candidate in "$(command -v "python$wanted" || true)" "$HOME/.pyenv/versions/$wanted"*/bin/python"$wanted" "${PYENV_ROOT:-/nonexistent}/versions/$wanted"*/bin/python"$wanted"; do
    # A pyenv shim exists also for versions that are not switched on, so each is tried.
    if [ -x "$candidate" ] && "$candidate" -c "import sys; sys.exit('.'.join(map(str, sys.version_info[:2])) != '$wanted')" 2>/dev/null; then
      echo "$candidate"; return
    fi
  done
  if candidate=$("$1" python find "$wanted" 2>/dev/null); then echo "$candidate"; return; fi
  say "python $wanted was not found on PATH or among pyenv's versions; asking uv for one"
  if "$1" python install --quiet "$wanted" >&2 && candidate=$("$1" python find "$wanted" 2>/dev/null); then echo "$candidate"; return; fi
  say "error: no Python $wanted; install it (for example: pyenv install $wanted) and try again"
  exit 1
}

uv=$(find_uv)
if [ ! -x "$env/bin/python" ] || ! "$env/bin/python" -c "import sys; sys.exit('.'.join(map(str, sys.version_info[:2])) != '$wanted')" 2>/dev/null; then
  python=$(find_python "$uv")
  say "making $env with $python"
  "$uv" venv --quiet --clear --python "$python" "$env"
fi
say "installing what requirements-dev.lock names"
export VIRTUAL_ENV=$env
"$uv" pip sync --quiet --require-hashes requirements-dev.lock
"$uv" pip install --quiet --no-deps --editable .
# The installer compiles what it installs, but not what stays in this folder.
"$env/bin/python" -m compileall -q flext_sdk flext_cli
