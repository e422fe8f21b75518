// The one translation unit that compiles Asio itself; all others see declarations.
#include <boost/asio/impl/src.hpp>
