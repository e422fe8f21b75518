// Libraries that belong elsewhere; a header of our own with such a name does not count.
#include <cryptopp/aes.h>
#include <boost/beast/core.hpp>
#include <boost/asio/io_context.hpp>
#include <sqlite3.h>
// as: daemon/engine/bad.cpp
// reports: libraries 3
