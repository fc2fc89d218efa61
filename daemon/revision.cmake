# Writes OUTPUT, a header with the commit that is checked out at SOURCE, or with REVISION where that is given, in sources that
# are no checkout; leaves it alone when nothing changed.
cmake_minimum_required(VERSION 3.25)
if(REVISION)
  set(revision ${REVISION})
else()
  execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    set(revision unknown)
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#pragma once\n#define MIXNET_REVISION \"${revision}\"\n" @ONLY)
