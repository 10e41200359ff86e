// A timer on its loop's plain executor, which holds no generation: the task that waits for it does. Private
// to libpatchbay.
#pragma once

#include <patchbay/namespaces.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>

namespace patchbay::detail {

using LoopTimer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                               asio::io_context::executor_type>;

}  // namespace patchbay::detail
