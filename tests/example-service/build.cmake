# Installs handslag to PREFIX and builds the example against what is there, by CMake and by pkg-config with one
# call of the compiler (run by ctest).
foreach(step
	"${CMAKE_COMMAND};--install;${BUILD};--prefix;${PREFIX}"
	"${CMAKE_COMMAND};-S;${SOURCE}/tests/example-service;-B;${PREFIX}/build;-G;${GENERATOR};-DHANDSLAG_INCLUDE=${PREFIX}/include"
	"${CMAKE_COMMAND};--build;${PREFIX}/build"
	"sh;-ec;flags=$(PKG_CONFIG_PATH='${PREFIX}/share/pkgconfig' pkg-config --cflags handslag) && cc -std=c11 -shared -fPIC $flags -o '${PREFIX}/greetings.so' '${SOURCE}/tests/example-service/greetings.c'")
	execute_process(COMMAND ${step} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE complained)
	if(failed)
		message(FATAL_ERROR "${step}\n${said}\n${complained}")
	endif()
endforeach()
