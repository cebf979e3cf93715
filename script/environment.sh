# Sourced by script/demo and script/test. Makes .venv hold exactly what a requirements file pins, and nothing else to do the second time.
# Debian 12 or newer with Python >= 3.11, as root or with sudo. Anything that is missing elsewhere is named, with what to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

say() { printf '\033[1m%s\033[0m\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else stop "This step needs root: run again as root, or install sudo. The step was: $*"
  fi
}

install_packages() { # Debian packages; does nothing when all are there
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" = 0 ] && return 0
  command -v apt-get >/dev/null || stop "These system packages are missing and this is no Debian: ${missing[*]}. Install them with your system's package tool, then run again."
  say "Installing from Debian: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

find_python() { # the first interpreter that is new enough
  local name
  for name in python3 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"; return 0
    fi
  done
  return 1
}

make_venv() {
  local python
  if [ -x .venv/bin/python ] && .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then return 0; fi
  if ! python=$(find_python); then
    install_packages python3 python3-venv
    python=$(find_python) || stop "Python 3.11 or newer is needed. Debian 12 has it as python3; on an older system install a newer Python first."
  fi
  "$python" -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
  rm -rf .venv
  "$python" -m venv .venv || stop "$python could not make a virtual environment in .venv."
}

pinned() { (cat "script/requirements/$1.txt" pyproject.toml | sha256sum; pwd) }
filled() { [ "$(cat ".venv/pinned-$1" 2>/dev/null)" = "$(pinned "$1")" ]; }

fill_venv() { # fill_venv run|test: what is pinned, then the project itself, in place. The test set holds the run set.
  if filled "$1" || filled test; then return 0; fi
  say "Installing pinned Python packages ($1): about a minute, once"
  .venv/bin/python -m pip install --quiet --no-deps --require-hashes -r "script/requirements/$1.txt"
  .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
  pinned "$1" > ".venv/pinned-$1"
}
