# Language, warnings and sanitizers, the same for every target of the tree.
option(HS_TESTS "Build the tests" ON)
set(HS_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined or thread")
option(HS_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(HS_ARENA_EMULATE "Make every arena allocation a malloc of its own, so that ASan sees overruns" OFF)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Our libraries become part of programs and of nothing else: loaded anywhere, but with calls and data of their
# own that nobody can put others in the place of. Those of other libraries are called without a detour.
add_compile_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,STATIC_LIBRARY>:-fPIE> -fno-plt)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# A second build of the same text costs nothing where ccache is.
find_program(HS_CCACHE ccache)
if(HS_CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
	set(CMAKE_C_COMPILER_LAUNCHER ${HS_CCACHE})
endif()

add_compile_definitions(_GNU_SOURCE)
if(HS_ARENA_EMULATE)
	add_compile_definitions(HS_ARENA_EMULATE=1)
endif()

# Warnings are errors. They apply to our own targets only (see Targets.cmake), not to llhttp.
set(HS_WARNINGS
	-Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Walloca
	-Wcast-qual -Wwrite-strings -Wformat=2 -Wdouble-promotion -Wfloat-equal -Wpointer-arith
	-Wredundant-decls -Wnested-externs -Wdate-time)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	list(APPEND HS_WARNINGS -Wlogical-op -Wduplicated-cond -Wduplicated-branches
		-Wimplicit-fallthrough=5 -Wcast-align=strict -Wjump-misses-init -Wtrampolines)
endif()

if(HS_SANITIZE)
	add_compile_options(-fsanitize=${HS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
	add_link_options(-fsanitize=${HS_SANITIZE})
else()
	add_compile_options(-fstack-protector-strong)
	add_link_options(-Wl,-z,relro,-z,now)
	if(CMAKE_BUILD_TYPE STREQUAL "Release")
		add_compile_definitions(_FORTIFY_SOURCE=2)
	endif()
endif()
