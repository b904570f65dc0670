# Installs handslag to PREFIX and builds the example against the headers there (run by ctest).
foreach(step
	"${CMAKE_COMMAND};--install;${BUILD};--prefix;${PREFIX}"
	"${CMAKE_COMMAND};-S;${SOURCE}/tests/example-service;-B;${PREFIX}/build;-G;${GENERATOR};-DHANDSLAG_INCLUDE=${PREFIX}/include"
	"${CMAKE_COMMAND};--build;${PREFIX}/build")
	execute_process(COMMAND ${step} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE complained)
	if(failed)
		message(FATAL_ERROR "${step}\n${said}\n${complained}")
	endif()
endforeach()
