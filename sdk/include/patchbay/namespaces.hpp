// The vocabulary that Patchbay's interfaces borrow from Asio and Beast, under the names their users know.
#pragma once

#include <chrono>

namespace boost::asio {}
namespace boost::beast::http {}

namespace patchbay {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using namespace std::chrono_literals;  // NOLINT(google-global-names-in-headers): 10ms reads as the docs write
                                       // it

}  // namespace patchbay
