# satchel_library(<name> SOURCES a.cpp … [DEPENDS satchel::x …] [PRIVATE_DEPENDS Lib::y …])
#
# Makes the static library satchel_<name> with the alias satchel::<name>. DEPENDS are seen by users
# of the library; PRIVATE_DEPENDS (third-party libraries above all) are not, so their headers cannot
# leak out of the folder. A folder of headers only gives no SOURCES.
function(satchel_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
    if(arg_SOURCES)
        add_library(satchel_${name} STATIC ${arg_SOURCES})
        target_include_directories(satchel_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
        target_link_libraries(satchel_${name}
            PUBLIC ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS} satchel_options)
    else()
        add_library(satchel_${name} INTERFACE)
        target_include_directories(satchel_${name} INTERFACE "${PROJECT_SOURCE_DIR}")
        target_link_libraries(satchel_${name} INTERFACE ${arg_DEPENDS})
    endif()
    add_library(satchel::${name} ALIAS satchel_${name})
endfunction()

# satchel_program(<name> SOURCES … DEPENDS …) makes an executable under the same rules.
function(satchel_program name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PRIVATE ${arg_DEPENDS} satchel_options)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
endfunction()
