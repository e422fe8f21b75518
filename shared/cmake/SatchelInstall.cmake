# cmake --install: programs, manual pages and service templates, by component (daemon, ctl, docs).
# Templates are filled with the places of this installation.
include(GNUInstallDirs)

install(TARGETS satcheld RUNTIME COMPONENT daemon)
install(TARGETS satchelctl RUNTIME COMPONENT ctl)

foreach(page satcheld.8 satchelctl.1)
    if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/docs/man/${page}")
        cmake_path(GET page EXTENSION LAST_ONLY section)
        string(SUBSTRING "${section}" 1 -1 section)
        install(FILES "docs/man/${page}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}"
            COMPONENT docs)
    endif()
endforeach()

set(services "${CMAKE_CURRENT_BINARY_DIR}/services")
foreach(unit satcheld.service satcheld.socket satcheld-hub.service)
    configure_file("systemd/${unit}.in" "${services}/${unit}" @ONLY)
endforeach()
configure_file(launchd/dev.satchel.satcheld.plist.in "${services}/dev.satchel.satcheld.plist" @ONLY)

if(APPLE)
    install(FILES "${services}/dev.satchel.satcheld.plist"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/satchel" COMPONENT daemon)
else()
    install(FILES "${services}/satcheld.service" "${services}/satcheld.socket"
        DESTINATION lib/systemd/user COMPONENT daemon)
    install(FILES "${services}/satcheld-hub.service" DESTINATION lib/systemd/system
        COMPONENT daemon)
endif()
