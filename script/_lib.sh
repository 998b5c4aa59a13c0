# Shared by the scripts beside it. Source it first: it goes to the project's root.
cd "$(dirname "$0")/.."

PYTHON=.venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1

# Say what happens next; on standard error, so that output stays output.
say() { printf "== %s\n" "$*" >&2; }

# Stop with a sentence.
stop() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Print the text on standard input and leave when the first argument asks for help.
help() {
  case "${1:-}" in
    -h | --help) cat; exit 0 ;;
  esac
}

# Install the Debian packages that are missing, or say which they are and stop.
system_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "This is not Debian: make sure that the equivalents of these are installed: $*"
    return
  fi
  missing=
  for package in "$@"; do
    case "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)" in
      *" installed") ;;
      *) missing="$missing $package" ;;
    esac
  done
  [ -n "$missing" ] || return 0

  as_root=
  if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null || ! { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
      stop "These system packages are missing, and only root may install them:$missing
Please ask for:  apt-get install --no-install-recommends$missing"
    fi
  fi
  say "Installing system packages:$missing"
  # A list that cannot be refreshed is no reason to stop while the packages can be had.
  $as_root apt-get update -qq || say "Some package lists could not be refreshed"
  # shellcheck disable=SC2086 # Both are lists of words.
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -o Dpkg::Use-Pty=0 \
    --no-install-recommends $missing >/dev/null ||
    stop "Please install these yourself, then try again:$missing"
}
