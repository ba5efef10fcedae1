# Sourced after common.sh: builds the call for the browser and the page around it, each only when something has changed.
# shellcheck shell=bash

page_stamp=build/page.stamp

use_toolchain() {
  local env_file
  env_file=$(script/toolchain) || return 1
  # shellcheck source=/dev/null
  source "$env_file"
}

# Ninja runs CMake again by itself, but it watches neither the presets nor whether the compiler has moved.
configure() { # PRESET [COMMAND...]
  [[ build/$1/build.ninja -nt CMakePresets.json ]] || "${@:2}" cmake --preset "$1"
}
forget_other_emcc() {
  local known=(build/wasm/CMakeFiles/*/CMakeCXXCompiler.cmake)
  if [[ -e ${known[0]} ]] && ! grep -qF "\"$(readlink -f "$(command -v em++)")\"" "${known[@]}"; then rm -rf build/wasm; fi
}

build_preset() { cmake --build --preset "$1" -j "$(nproc)"; }

build_wasm() { # BUILD PRESET
  forget_other_emcc
  [[ -e build/wasm/build.ninja ]] || say "compiling the call to WebAssembly, a minute the first time"
  quietly configure wasm emcmake && quietly build_preset "$1"
}

page_is_current() {
  [[ -e $page_stamp && $(<"$page_stamp") == "${DUET_SIGNALING:-}" && -e build/page/index.html ]] &&
    [[ -z $(find web script/build-page.mjs script/lib/shrink.mjs package-lock.json build/wasm/duet.mjs build/wasm/duet.wasm -newer "$page_stamp" -print -quit) ]]
}

build_page() {
  page_is_current && return
  rm -f "$page_stamp"
  node script/build-page.mjs || return 1
  printf '%s' "${DUET_SIGNALING:-}" >"$page_stamp"
}
