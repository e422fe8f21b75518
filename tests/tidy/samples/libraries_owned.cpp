// The owner of the library.
#include <cryptopp/aes.h>
// as: daemon/crypto/good.cpp
// reports: nothing
