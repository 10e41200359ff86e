// For test plugins: says in the log when a coroutine's frame, a function's or their captures are gone.
#pragma once

#include <patchbay/log.hpp>

struct Farewell {
    const char* text;
    explicit Farewell(const char* words) : text{words} {}
    Farewell(const Farewell&) = delete;
    Farewell& operator=(const Farewell&) = delete;
    ~Farewell() { patchbay::log_info(text); }
};
