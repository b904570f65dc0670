# The few kinds of target the tree is made of.

# Tests keep compiled images in the build tree, not in the user's cache. A library that is built anew may make
# others of the same packages, so what was kept goes with it. (Two libraries may be ready at once: one of them
# finds nothing to remove.)
set(HS_TEST_CACHE ${CMAKE_BINARY_DIR}/test-cache)
file(MAKE_DIRECTORY ${HS_TEST_CACHE})
function(hs_forget_images target)
	add_custom_command(TARGET ${target} POST_BUILD
		COMMAND ${CMAKE_COMMAND} -E rm -rf ${HS_TEST_CACHE} || ${CMAKE_COMMAND} -E true
		COMMAND ${CMAKE_COMMAND} -E make_directory ${HS_TEST_CACHE})
endfunction()

# hs_library(NAME SOURCES ... [USES targets...]): one folder of core, services or conformance.
function(hs_library name)
	cmake_parse_arguments(arg "" "" "SOURCES;USES" ${ARGN})
	if(NOT arg_SOURCES)
		add_library(${name} INTERFACE)
		target_link_libraries(${name} INTERFACE ${arg_USES})
		return()
	endif()
	add_library(${name} STATIC ${arg_SOURCES})
	target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR})
	target_compile_options(${name} PRIVATE ${HS_WARNINGS})
	target_link_libraries(${name} PUBLIC ${arg_USES})
	hs_forget_images(${name})
endfunction()

# hs_service(NAME SOURCES ...): a service folder; its descriptor is `hs_service_NAME` (dashes become
# underscores) and joins the table of built-in services that core/host is given at link time.
function(hs_service name)
	cmake_parse_arguments(arg "" "" "SOURCES;USES" ${ARGN})
	string(REPLACE "-" "_" symbol ${name})
	add_library(service_${symbol} STATIC ${arg_SOURCES})
	target_include_directories(service_${symbol} PRIVATE
		${CMAKE_SOURCE_DIR}/include ${CMAKE_CURRENT_SOURCE_DIR})
	target_compile_options(service_${symbol} PRIVATE ${HS_WARNINGS})
	target_link_libraries(service_${symbol} PRIVATE ${arg_USES})
	hs_forget_images(service_${symbol})
	set_property(GLOBAL APPEND PROPERTY HS_SERVICES ${symbol})
endfunction()

# A test that has not ended by then (seconds) hangs: a busy machine alone does not make it take so long.
set(HS_TEST_HANGS 900)

# hs_test(PATH [SOURCES extra...] [USES targets...] [LABELS more...]): tests/PATH.c as one
# cmocka binary and one ctest, labelled with the first folder of its path (unit, integration).
function(hs_test path)
	cmake_parse_arguments(arg "" "" "SOURCES;USES;LABELS" ${ARGN})
	string(REPLACE "/" "_" name "test_${path}")
	string(REPLACE "-" "_" name ${name})
	add_executable(${name} ${CMAKE_SOURCE_DIR}/tests/${path}.c ${arg_SOURCES})
	target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include)
	target_compile_options(${name} PRIVATE ${HS_WARNINGS} -Wno-missing-prototypes)
	target_link_libraries(${name} PRIVATE ${arg_USES} cmocka)
	add_test(NAME ${path} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
	string(REGEX MATCH "^[^/]+" kind ${path})
	set_tests_properties(${path} PROPERTIES TIMEOUT ${HS_TEST_HANGS} LABELS "${kind};${arg_LABELS}"
		ENVIRONMENT XDG_CACHE_HOME=${HS_TEST_CACHE})
endfunction()

# hs_fuzz(NAME USES targets...): tests/fuzz/NAME/target.c. With clang and -DHS_FUZZ=ON a libFuzzer
# binary; always a replayer that ctest runs over the corpus in tests/fuzz/NAME/corpus.
function(hs_fuzz name)
	cmake_parse_arguments(arg "" "" "USES" ${ARGN})
	set(source ${CMAKE_SOURCE_DIR}/tests/fuzz/${name}/target.c)
	add_executable(fuzz_replay_${name} ${source} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay.c)
	target_compile_options(fuzz_replay_${name} PRIVATE ${HS_WARNINGS} -Wno-missing-prototypes)
	target_link_libraries(fuzz_replay_${name} PRIVATE ${arg_USES})
	add_test(NAME fuzz/${name} COMMAND fuzz_replay_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/${name}/corpus)
	set_tests_properties(fuzz/${name} PROPERTIES TIMEOUT ${HS_TEST_HANGS} LABELS fuzz)
	if(HS_FUZZ)
		add_executable(fuzz_${name} ${source})
		target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
		target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
		target_link_libraries(fuzz_${name} PRIVATE ${arg_USES})
	endif()
endfunction()
