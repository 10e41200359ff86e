#include "session_data.hpp"

#include <patchbay/session.hpp>

namespace patchbay {

Session::Session() : data_{std::make_unique<Data>()} {}
Session::Session(const Session& other) : data_{std::make_unique<Data>(*other.data_)} {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session other) noexcept {
    data_.swap(other.data_);
    return *this;
}
Session::~Session() = default;

bool Session::empty() const noexcept { return data_->values.empty(); }
const nlohmann::json& Session::json() const noexcept { return data_->values; }

void Session::set(std::string_view name, nlohmann::json value) {
    data_->values[std::string{name}] = std::move(value);
    data_->changed = true;
}

void Session::erase(std::string_view name) {
    if (data_->values.erase(std::string{name}) > 0) data_->changed = true;
}

void Session::clear() {
    data_->values.clear();
    data_->changed = true;
}

std::optional<std::string> Session::text(std::string_view name) const {
    const nlohmann::json* value = data_->find(name);
    if (!value || !value->is_string()) return std::nullopt;
    return value->get<std::string>();
}

std::optional<bool> Session::flag(std::string_view name) const {
    const nlohmann::json* value = data_->find(name);
    if (!value || !value->is_boolean()) return std::nullopt;
    return value->get<bool>();
}

std::optional<std::int64_t> Session::integer(std::string_view name) const {
    const nlohmann::json* value = data_->find(name);
    if (!value || !value->is_number_integer()) return std::nullopt;
    if (value->is_number_unsigned() && !std::in_range<std::int64_t>(value->get<std::uint64_t>()))
        return std::nullopt;
    return value->get<std::int64_t>();
}

std::optional<double> Session::number(std::string_view name) const {
    const nlohmann::json* value = data_->find(name);
    if (!value || !value->is_number()) return std::nullopt;
    return value->get<double>();
}

}  // namespace patchbay
