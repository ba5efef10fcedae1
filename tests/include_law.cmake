# Who may know whom, read from the sources: src/core knows the standard library and itself, and no clock; a switch in it has no
# `default:`, so that the compiler names the case that was forgotten; web/host.js does not know that it serves calls.
# Run as: cmake -P tests/include_law.cmake
cmake_minimum_required(VERSION 3.25)
cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH root)
set(broken "")

# Sets `code` to what `file` says outside // comments.
function(read_code file)
  file(READ ${file} text)
  string(REGEX REPLACE "[][;]" " " text "${text}") # they mean something to CMake's lists
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  set(code "${text}" PARENT_SCOPE)
endfunction()

function(forbid file code expression reason)
  string(REGEX MATCH "${expression}" found "${code}")
  if(found)
    file(RELATIVE_PATH name ${root} ${file})
    set(broken "${broken}${name}: ${found}: ${reason}\n" PARENT_SCOPE)
  endif()
endfunction()

file(GLOB core ${root}/src/core/*.h ${root}/src/core/*.cc)
if(NOT core)
  message(FATAL_ERROR "Nothing found in ${root}/src/core.")
endif()
foreach(file ${core})
  read_code(${file})
  string(REGEX REPLACE "#include (\"core/[a-z0-9_]+\\.h\"|<[a-z0-9_]+>)" "" code "${code}")
  forbid(${file} "${code}" "#include[^\n]*" "the core includes only the core and the standard library")
  forbid(${file} "${code}" "::now *[(]" "the core has no clock, time comes in as data")
  forbid(${file} "${code}" "default *:" "list the cases, so that the compiler finds the missing one")
endforeach()

set(host ${root}/web/host.js)
if(EXISTS ${host})
  read_code(${host})
  forbid(${host} "${code}" "RTC[A-Z][A-Za-z]*|getUserMedia|MediaStream" "WebRTC is driven from C++, in src/browser")
endif()

if(broken)
  message(FATAL_ERROR "${broken}")
endif()
