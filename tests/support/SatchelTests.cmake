# satchel_unit_test(<folder> SOURCES a_test.cpp … DEPENDS satchel::…)   -> unit_<folder>
# satchel_contract_test, satchel_hostile_test, satchel_integration_test, satchel_simulation_test: the
# same for their group.
# satchel_bench(<name> SOURCES … DEPENDS …)                             -> bench_<name>, not a test
#
# Each test program carries doctest's main from tests/support; every TEST_CASE becomes a CTest test
# with the group's label. Test names are sentences without commas or brackets, which filters mistake.
# Target in_process_tests builds the groups that run inside one process (all but integration): what
# the sanitizer builds need.
add_custom_target(in_process_tests)

function(satchel_group_test group name)
    cmake_parse_arguments(arg "" "TIMEOUT;ENVIRONMENT" "SOURCES;DEPENDS" ${ARGN})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    satchel_program(${group}_${name} SOURCES ${arg_SOURCES}
        DEPENDS satchel::test_main satchel::test_support ${arg_DEPENDS})
    if(NOT group STREQUAL "integration")
        add_dependencies(in_process_tests ${group}_${name})
    endif()
    doctest_discover_tests(${group}_${name}
        TEST_PREFIX "${group}/${name}: "
        PROPERTIES LABELS ${group} TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${arg_ENVIRONMENT}")
endfunction()

function(satchel_unit_test name)
    satchel_group_test(unit ${name} ${ARGN})
endfunction()

function(satchel_contract_test name)
    satchel_group_test(contract ${name} ${ARGN})
endfunction()

function(satchel_hostile_test name)
    satchel_group_test(hostile ${name} ${ARGN})
endfunction()

function(satchel_integration_test name)
    satchel_group_test(integration ${name} ${ARGN})
endfunction()

function(satchel_simulation_test name)
    satchel_group_test(simulation ${name} ${ARGN})
endfunction()

function(satchel_bench name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
    satchel_program(bench_${name} SOURCES ${arg_SOURCES}
        DEPENDS satchel::test_support ${arg_DEPENDS})
endfunction()
