# Third-party libraries, all from the distribution. Which folder may use which is in
# docs/architecture.md; tests/tidy holds it.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(SQLite3 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(zstd CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(tomlplusplus CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(re2 CONFIG QUIET)
pkg_check_modules(CRYPTOPP REQUIRED IMPORTED_TARGET libcrypto++)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(LIBQRENCODE REQUIRED IMPORTED_TARGET libqrencode)

# Their headers are not ours to warn about.
foreach(target Boost::headers Boost::json Boost::url SQLiteCpp PkgConfig::CRYPTOPP
        tomlplusplus::tomlplusplus spdlog::spdlog)
    if(TARGET ${target})
        get_target_property(include_dirs ${target} INTERFACE_INCLUDE_DIRECTORIES)
        if(include_dirs)
            set_target_properties(${target} PROPERTIES
                INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${include_dirs}")
        endif()
    endif()
endforeach()
