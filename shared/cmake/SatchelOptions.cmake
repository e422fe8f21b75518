# Compiler settings every target of the tree shares, and the switches presets set.

option(SATCHEL_TESTS "Build the tests" ON)
option(SATCHEL_WERROR "Treat warnings as errors" OFF)
set(SATCHEL_SANITIZE "" CACHE STRING "Sanitizers: address, thread or empty")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(SATCHEL_CCACHE ccache)
if(SATCHEL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${SATCHEL_CCACHE}")
endif()

add_library(satchel_options INTERFACE)
target_compile_options(satchel_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
    -Wimplicit-fallthrough
    # g++ 12 mistakes the frame allocator of Asio coroutines for a mismatch.
    $<$<CXX_COMPILER_ID:GNU>:-fcoroutines -Wno-mismatched-new-delete>
    $<$<BOOL:${SATCHEL_WERROR}>:-Werror>)
target_compile_definitions(satchel_options INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED)

if(SATCHEL_SANITIZE STREQUAL "address")
    # GCC cannot compile Beast under the full undefined set in bounded time, clang cannot
    # represent -fsanitize=function on coroutines.
    target_compile_options(satchel_options INTERFACE
        -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
        $<$<CXX_COMPILER_ID:GNU>:-fno-sanitize=null,vptr,alignment,object-size>
        $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
    target_link_options(satchel_options INTERFACE -fsanitize=address,undefined)
elseif(SATCHEL_SANITIZE STREQUAL "thread")
    target_compile_options(satchel_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer
        $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    target_link_options(satchel_options INTERFACE -fsanitize=thread)
endif()

find_program(SATCHEL_MOLD mold)
if(SATCHEL_MOLD)
    target_link_options(satchel_options INTERFACE -fuse-ld=mold)
endif()
