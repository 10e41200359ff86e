// Asio and Beast, compiled once for the host and every plugin: one set of error categories, services and
// thread-local call stacks, all of which outlive any plugin.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
