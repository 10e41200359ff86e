#include "runtime/host_thread.hpp"

#include <pthread.h>

namespace patchbay {

HostThread::HostThread(detail::ThreadKind kind, const std::string& name, boost::asio::io_context* loop)
    : previous_{detail::thread_state} {
    detail::thread_state = {kind, name.c_str(), loop, nullptr};
    if (kind != detail::ThreadKind::control) pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

HostThread::~HostThread() { detail::thread_state = previous_; }

}  // namespace patchbay
