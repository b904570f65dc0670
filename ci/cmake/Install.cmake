# What `cmake --install` lays out: the binary, the public headers that a service is written against, and where
# pkg-config finds them (by a path relative to itself, so that the whole may be moved).
include(GNUInstallDirs)
install(TARGETS handslag RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/handslag DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set(pkgconfig ${CMAKE_INSTALL_DATADIR}/pkgconfig)
file(RELATIVE_PATH HS_PC_UP ${CMAKE_INSTALL_PREFIX}/${pkgconfig} ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" HS_PC_UP "${HS_PC_UP}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/handslag.pc.in ${CMAKE_BINARY_DIR}/handslag.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/handslag.pc DESTINATION ${pkgconfig})
