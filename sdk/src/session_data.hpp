// What a Session holds. Private to libpatchbay.
#pragma once

#include <patchbay/session.hpp>

#include <nlohmann/json.hpp>

#include <string_view>

namespace patchbay {

struct Session::Data {
    nlohmann::json values = nlohmann::json::object();
    bool changed = false;
    bool in_request = false;  // the request had a cookie of that name, good or not
    bool to_renew = false;

    const nlohmann::json* find(std::string_view name) const {
        const auto found = values.find(name);
        return found == values.end() ? nullptr : &*found;
    }
};

}  // namespace patchbay
