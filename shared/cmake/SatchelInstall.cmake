# cmake --install: programs, manual pages and service templates, by component.
include(GNUInstallDirs)
install(TARGETS satcheld RUNTIME COMPONENT daemon)
install(TARGETS satchelctl RUNTIME COMPONENT ctl)
