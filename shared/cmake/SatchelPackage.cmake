# cpack --config build/<preset>/CPackConfig.cmake -B build/packages: two Debian packages out of what
# is installed. satchel is for every machine, satchel-hub for the one that serves the others.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME satchel)
set(CPACK_PACKAGE_VENDOR "The Satchel authors")
set(SATCHEL_CONTACT "The Satchel authors <authors@satchel.dev>"
    CACHE STRING "Who is named as the maintainer of the packages")
set(CPACK_PACKAGE_CONTACT "${SATCHEL_CONTACT}")
# The prefix of the installed package, not of a scratch folder, is what service files name.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(scripts "${CMAKE_CURRENT_SOURCE_DIR}/systemd/debian")
set(CPACK_COMPONENT_SATCHEL_DESCRIPTION "\
Transcripts, settings, memories and skills of AI coding assistants, and rows
of small SQLite databases, travel between your machines, sealed with keys
made there. Edits made on two machines at once are both kept.
.
This package has the daemon satcheld, a user service, and its control
program satchelctl.")
set(CPACK_DEBIAN_SATCHEL_PACKAGE_NAME satchel)
set(CPACK_DEBIAN_SATCHEL_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_SATCHEL_PACKAGE_RECOMMENDS "ca-certificates, libpam-systemd")
set(CPACK_DEBIAN_SATCHEL_PACKAGE_SUGGESTS "git, satchel-hub")
set(CPACK_DEBIAN_SATCHEL_PACKAGE_CONTROL_EXTRA
    "${scripts}/satchel/postinst;${scripts}/satchel/prerm;${scripts}/satchel/postrm")

set(CPACK_COMPONENT_HUB_DESCRIPTION "\
The hub stores what the daemons of satchel seal, and cannot read it. This
package runs it as a system service with a user of its own; nothing starts
before you enable satcheld-hub.service.")
set(CPACK_DEBIAN_HUB_PACKAGE_NAME satchel-hub)
set(CPACK_DEBIAN_HUB_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_HUB_PACKAGE_DEPENDS "satchel (= ${PROJECT_VERSION}), systemd")
set(CPACK_DEBIAN_HUB_PACKAGE_CONTROL_EXTRA
    "${scripts}/satchel-hub/postinst;${scripts}/satchel-hub/prerm;${scripts}/satchel-hub/postrm")

# The version and its day in the form that Debian's tools read.
string(TIMESTAMP date "%a, %d %b %Y 00:00:00 +0000" UTC)
foreach(package satchel satchel-hub)
    configure_file(systemd/debian/changelog.in "${CMAKE_CURRENT_BINARY_DIR}/packed/${package}.changelog" @ONLY)
endforeach()
install_packed("${CMAKE_CURRENT_BINARY_DIR}/packed/satchel.changelog" "${documents}" docs changelog)
install_packed("${CMAKE_CURRENT_BINARY_DIR}/packed/satchel-hub.changelog" "${documents}-hub" hub
    changelog)

include(CPack)
cpack_add_component(daemon GROUP satchel)
cpack_add_component(ctl GROUP satchel)
cpack_add_component(docs GROUP satchel)
cpack_add_component(hub GROUP hub)
