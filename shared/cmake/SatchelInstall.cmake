# cmake --install: programs, manual pages and service templates, by component (daemon, ctl, docs,
# hub). Templates are filled with the places of this installation.
include(GNUInstallDirs)

install(TARGETS satcheld RUNTIME COMPONENT daemon)
install(TARGETS satchelctl RUNTIME COMPONENT ctl)

# install_packed(<file> <destination> <component> [<name>]): gzipped, as manual pages and packages are.
find_program(SATCHEL_GZIP gzip REQUIRED)
set(packed "${CMAKE_CURRENT_BINARY_DIR}/packed")
function(install_packed source destination component)
    cmake_path(GET source FILENAME name)
    set(name "${component}/${name}")
    if(ARGC GREATER 3)
        set(name "${component}/${ARGV3}")
    endif()
    cmake_path(ABSOLUTE_PATH source)
    file(MAKE_DIRECTORY "${packed}/${component}")
    add_custom_command(OUTPUT "${packed}/${name}.gz"
        COMMAND sh -c "\"$0\" -9nc <\"$1\" >\"$2\"" "${SATCHEL_GZIP}" "${source}" "${packed}/${name}.gz"
        DEPENDS "${source}" VERBATIM)
    set_property(GLOBAL APPEND PROPERTY SATCHEL_PACKED "${packed}/${name}.gz")
    install(FILES "${packed}/${name}.gz" DESTINATION "${destination}" COMPONENT "${component}")
endfunction()

set(documents "${CMAKE_INSTALL_DATADIR}/doc/satchel")
install_packed(docs/man/satcheld.8 "${CMAKE_INSTALL_MANDIR}/man8" docs)
install_packed(docs/man/satchelctl.1 "${CMAKE_INSTALL_MANDIR}/man1" docs)
install_packed(CHANGELOG.md "${documents}" docs)
install(FILES LICENSE DESTINATION "${documents}" COMPONENT docs RENAME copyright)

# Completions, printed by the program that they complete.
set(completions "${CMAKE_CURRENT_BINARY_DIR}/completions")
file(MAKE_DIRECTORY "${completions}")
set(bash_file satchelctl)
set(zsh_file _satchelctl)
set(fish_file satchelctl.fish)
set(bash_folder "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
set(zsh_folder "${CMAKE_INSTALL_DATADIR}/zsh/\${zsh_place}")
set(fish_folder "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
# Where Debian's zsh looks, for packages and for everybody else.
install(CODE "set(zsh_place site-functions)
    if(\"\${CMAKE_INSTALL_PREFIX}\" STREQUAL /usr)
        set(zsh_place vendor-completions)
    endif()" COMPONENT ctl)
foreach(shell bash zsh fish)
    add_custom_command(OUTPUT "${completions}/${shell}"
        COMMAND "${CMAKE_COMMAND}" -E env "HOME=${CMAKE_CURRENT_BINARY_DIR}"
            sh -c "\"$0\" completion \"$1\" >\"$2\"" "$<TARGET_FILE:satchelctl>" ${shell}
            "${completions}/${shell}"
        DEPENDS satchelctl VERBATIM)
    set_property(GLOBAL APPEND PROPERTY SATCHEL_PACKED "${completions}/${shell}")
    install(FILES "${completions}/${shell}" DESTINATION "${${shell}_folder}"
        RENAME "${${shell}_file}" COMPONENT ctl)
endforeach()

# install_service(<template> <destination> <component>): filled when it is installed, since only then
# it is known where the program will be.
set(services "${CMAKE_CURRENT_BINARY_DIR}/services")
function(install_service template destination component)
    cmake_path(GET template FILENAME name)
    string(REGEX REPLACE "\\.in$" "" name "${name}")
    install(CODE "
        set(SATCHELD \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/satcheld\")
        configure_file(\"${CMAKE_CURRENT_SOURCE_DIR}/${template}\" \"${services}/${name}\" @ONLY)"
        COMPONENT "${component}")
    install(FILES "${services}/${name}" DESTINATION "${destination}" COMPONENT "${component}")
endfunction()

if(APPLE)
    install_service(launchd/dev.satchel.satcheld.plist.in "${CMAKE_INSTALL_DATADIR}/satchel" daemon)
else()
    install_service(systemd/satcheld.service.in lib/systemd/user daemon)
    install_service(systemd/satcheld.socket.in lib/systemd/user daemon)
    install_service(systemd/satcheld-hub.service.in lib/systemd/system hub)
    install(FILES systemd/satchel-hub.conf DESTINATION lib/sysusers.d COMPONENT hub)
    install(FILES LICENSE DESTINATION "${documents}-hub" COMPONENT hub RENAME copyright)
    include(SatchelPackage)
endif()

get_property(all_packed GLOBAL PROPERTY SATCHEL_PACKED)
add_custom_target(packed ALL DEPENDS ${all_packed})
