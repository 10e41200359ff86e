// Threads that have a name and, where the system refuses one, an error that says which it was. Stateless; any
// thread.
#pragma once

#include <pthread.h>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace patchbay {

/// The kernel shows the first 15 characters of the name. Errors: std::system_error, as where RLIMIT_NPROC is
/// reached.
template <class Function>
std::thread start_thread(const std::string& name, Function function) {
    try {
        std::thread thread{std::move(function)};
        pthread_setname_np(thread.native_handle(), name.substr(0, 15).c_str());
        return thread;
    } catch (const std::system_error& error) {
        throw std::system_error{error.code(), "cannot start the thread " + name};
    }
}

}  // namespace patchbay
