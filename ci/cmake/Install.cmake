# What `cmake --install` lays out: the binary and the public headers that a service is written against.
include(GNUInstallDirs)
install(TARGETS handslag RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/handslag DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
