#include <patchbay/detail/json_document.hpp>
#include <patchbay/http_error.hpp>
#include <patchbay/json_reader.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace patchbay {
namespace detail {

struct JsonProblem {
    std::string pointer;
    std::string detail;
};

// A long list of wrong elements must not become an answer many times as long.
struct JsonProblems {
    static constexpr std::size_t most_reported = 20;

    void add(const std::string& pointer, std::string_view detail) {
        const auto same = [&](const JsonProblem& noted) { return noted.pointer == pointer; };
        if (list.size() == most_reported || std::any_of(list.begin(), list.end(), same)) return;
        list.push_back({pointer, std::string{detail}});
    }

    std::vector<JsonProblem> list;
};

struct JsonDocument::Data {
    nlohmann::json value;
    JsonProblems problems;
};

JsonDocument::JsonDocument(nlohmann::json value) : data_{std::make_unique<Data>()} {
    data_->value = std::move(value);
}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonReader JsonDocument::root() const noexcept { return {&data_->value, &data_->problems, {}}; }

void JsonDocument::check() const {
    const auto& list = data_->problems.list;
    if (list.empty()) return;
    const std::string& first = list.front().pointer;
    std::string detail = (first.empty() ? "the body" : first) + " " + list.front().detail;
    if (list.size() > 1) detail += "; and " + std::to_string(list.size() - 1) + " more";
    nlohmann::json errors = nlohmann::json::array();
    for (const JsonProblem& problem : list)
        errors.push_back({{"pointer", problem.pointer}, {"detail", problem.detail}});
    HttpError error{http::status::unprocessable_entity, detail};
    error.extension("errors", errors);
    throw error;
}

}  // namespace detail

namespace {

// RFC 6901 §3.
std::string escaped(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

std::string text_of(double number) { return nlohmann::json(number).dump(); }
template <std::integral T>
std::string text_of(T number) {
    return std::to_string(number);
}

// "at least 1", "at most 5" or "from 1 to 5": what any value of the type would be is left out.
template <class T>
std::string range_of(JsonLimits<T> limits, bool never_negative = false) {
    const JsonLimits<T> whole;
    const bool low = limits.min > whole.min || (std::unsigned_integral<T> && !never_negative);
    const bool high = limits.max < whole.max;
    if (low && !high) return "at least " + text_of(limits.min);
    if (high && !low) return "at most " + text_of(limits.max);
    return "from " + text_of(limits.min) + " to " + text_of(limits.max);
}

std::string size_of(JsonLimits<std::size_t> limits, std::string_view unit) {
    std::string text = range_of(limits, true);
    text.append(" ").append(unit);
    return text.find(" 1 ") == text.rfind(' ', text.size() - unit.size() - 2) ? text : text + "s";
}

}  // namespace

bool JsonReader::present() const noexcept { return value_ && !value_->is_null(); }

const nlohmann::json& JsonReader::json() const noexcept {
    static const nlohmann::json none;
    return value_ ? *value_ : none;
}

void JsonReader::fail(std::string_view problem) const {
    if (problems_) problems_->add(pointer_, problem);
}

JsonReader JsonReader::member(std::string_view name) const {
    std::string pointer = pointer_ + "/" + escaped(name);
    // null is an absent object, but a body is there.
    if (value_ && !value_->is_object() && (!value_->is_null() || pointer_.empty())) {
        fail("must be an object");
        return {nullptr, nullptr, std::move(pointer)};
    }
    if (!present()) return {nullptr, problems_, std::move(pointer)};
    const auto found = value_->find(name);
    return {found == value_->end() ? nullptr : &*found, problems_, std::move(pointer)};
}

JsonReader JsonReader::at(std::string_view path) const {
    const std::size_t dot = path.find('.');
    const JsonReader first = member(path.substr(0, dot));
    return dot == std::string_view::npos ? first : first.at(path.substr(dot + 1));
}

bool JsonReader::as_bool() const {
    if (!value_) {
        fail("is missing");
    } else if (!value_->is_boolean()) {
        fail("must be true or false");
    } else {
        return value_->get<bool>();
    }
    return false;
}

std::string JsonReader::as_string(JsonLimits<std::size_t> bytes) const {
    if (!value_) {
        fail("is missing");
    } else if (!value_->is_string()) {
        fail("must be a string");
    } else {
        const auto& text = value_->get_ref<const std::string&>();
        if (text.size() >= bytes.min && text.size() <= bytes.max) return text;
        fail("must be " + size_of(bytes, "byte") + " long");
    }
    return {};
}

double JsonReader::as_number(JsonLimits<double> limits) const {
    if (!value_) {
        fail("is missing");
    } else if (!value_->is_number()) {
        fail("must be a number");
    } else {
        const auto number = value_->get<double>();
        if (number >= limits.min && number <= limits.max) return number;
        fail("must be " + range_of(limits));
    }
    return 0;
}

template <class T>
T JsonReader::as_integer(JsonLimits<T> limits) const {
    if (!value_) {
        fail("is missing");
        return 0;
    }
    if (!value_->is_number_integer()) {
        fail("must be a whole number");
        return 0;
    }
    const auto within = [&](auto number) {
        return std::cmp_greater_equal(number, limits.min) && std::cmp_less_equal(number, limits.max);
    };
    const bool fits = value_->is_number_unsigned() ? within(value_->get<std::uint64_t>())
                                                   : within(value_->get<std::int64_t>());
    if (fits) return value_->get<T>();
    fail("must be " + range_of(limits));
    return 0;
}

std::int64_t JsonReader::as_signed(JsonLimits<std::int64_t> limits) const { return as_integer(limits); }
std::uint64_t JsonReader::as_unsigned(JsonLimits<std::uint64_t> limits) const { return as_integer(limits); }

std::vector<JsonReader> JsonReader::items(JsonLimits<std::size_t> size) const {
    std::vector<JsonReader> readers;
    if (!present() && size.min == 0 && !pointer_.empty()) return readers;
    if (!value_) {
        fail("is missing");
    } else if (!value_->is_array()) {
        fail("must be a list");
    } else if (value_->size() < size.min || value_->size() > size.max) {
        fail("must have " + size_of(size, "element"));
    } else {
        readers.reserve(value_->size());
        for (const auto& item : *value_)
            readers.emplace_back(&item, problems_, pointer_ + "/" + std::to_string(readers.size()));
    }
    return readers;
}

void JsonReader::only(std::initializer_list<std::string_view> names) const {
    if (!value_ || !value_->is_object()) return;
    for (const auto& [name, value] : value_->items())
        if (std::find(names.begin(), names.end(), name) == names.end()) member(name).fail("is unknown");
}

}  // namespace patchbay
