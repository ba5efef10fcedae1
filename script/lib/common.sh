# Sourced by the other scripts: where things lie, how to speak, how to become root.
# shellcheck shell=bash disable=SC2034 # the scripts use what is set here

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
cache=${DUET_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/duet}
wanted_emscripten=$(<emsdk-version.txt)

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
fail() {
  say "$*"
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }
# version_at_least HAVE WANTED
version_at_least() { [[ $(printf '%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }
megabytes() { du -smc "$@" 2>/dev/null | awk 'END { print $1 " MB" }'; }

# apt for one-time use: without the 80 MB that it would otherwise compute and keep, and the 34 MB of descriptions in the user's
# language (those that are there already stay).
lean_apt=(-q -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Keep-Downloaded-Packages=false
  -o Acquire::Languages=none -o APT::Get::List-Cleanup=false)

# Quiet when it succeeds; when it fails, its last lines are what a reader needs.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}
# sudo may ask for a password only where somebody can type it.
can_be_root() {
  ((EUID == 0)) && return
  has sudo || return 1
  sudo -n true 2>/dev/null || [[ -t 0 ]]
}

debian_release() {
  # shellcheck source=/dev/null
  (. /etc/os-release 2>/dev/null && [[ $ID == debian ]] && printf '%s' "${VERSION_CODENAME:-}") || true
}

# What fuzzing and coverage need beside a compiler; the rest does without.
has_clang_tools() {
  has clang++-19 && has llvm-cov-19 && has llvm-profdata-19 &&
    compgen -G "$(clang++-19 -print-resource-dir)/lib/*/libclang_rt.fuzzer*" >/dev/null
}
clang_tools_missing="clang 19 and its tools are missing: install clang-19 libclang-rt-19-dev llvm-19 (Debian's names)"
