// Asio's TLS, compiled once, as asio.cpp compiles the rest of Asio.
#include <boost/asio/ssl/impl/src.hpp>
