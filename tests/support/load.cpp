#include "support/load.hpp"

#include "support/http_client.hpp"

#include <exception>
#include <utility>

namespace patchbay::test {

Load::Load(std::uint16_t port, unsigned threads, Turn turn) : turn_{std::move(turn)} {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this, port, i] { run(port, i); });
}

Load::~Load() { stop(); }

std::vector<std::string> Load::stop() {
    stopping_ = true;
    for (std::thread& thread : threads_)
        if (thread.joinable()) thread.join();
    return failures_;
}

void Load::run(std::uint16_t port, unsigned thread) {
    for (std::uint64_t number = 0; !stopping_;) {
        try {
            HttpClient client{port};
            for (; !stopping_; ++number) {
                if (std::string wrong = turn_(client, thread, number); !wrong.empty()) fail(std::move(wrong));
                ++requests_;
            }
        } catch (const std::exception& error) {
            fail(error.what());
        }
    }
}

void Load::fail(std::string what) {
    const std::scoped_lock lock{mutex_};
    if (failures_.size() < 100) failures_.push_back(std::move(what));
}

}  // namespace patchbay::test
