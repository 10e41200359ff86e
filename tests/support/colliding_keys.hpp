// Keys that a hash table would put into one place: what an attacker would send. Stateless; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace patchbay::test {

/// Letters and digits, every key different, every std::hash of them the same.
std::vector<std::string> colliding_keys(std::size_t count);
/// Keys of the same form and size, with hashes like any others.
std::vector<std::string> usual_keys(std::size_t count);

/// The least CPU time, in seconds, of this thread for one of several calls: what other load on the machine
/// changes least.
template <class Function>
double cpu_seconds(Function function);

double thread_cpu_seconds();

template <class Function>
double cpu_seconds(Function function) {
    double least = 1e9;
    for (int i = 0; i < 3; ++i) {
        const double begin = thread_cpu_seconds();
        function();
        const double spent = thread_cpu_seconds() - begin;
        if (spent < least) least = spent;
    }
    return least;
}

}  // namespace patchbay::test
