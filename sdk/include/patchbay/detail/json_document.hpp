// A parsed body and the mistakes that its readers have found in it.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/json_reader.hpp>

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace patchbay::detail {

class PATCHBAY_API JsonDocument {
public:
    explicit JsonDocument(nlohmann::json value);
    JsonDocument(JsonDocument&&) noexcept;
    ~JsonDocument();

    template <class Read>
    auto read(Read&& read) {
        const JsonReader in = root();
        if constexpr (std::is_void_v<std::invoke_result_t<Read, const JsonReader&>>) {
            std::forward<Read>(read)(in);
            check();
        } else {
            auto result = std::forward<Read>(read)(in);
            check();
            return result;
        }
    }

private:
    struct Data;

    JsonReader root() const noexcept;
    /// Throws HttpError(422) when mistakes were noted.
    void check() const;

    std::unique_ptr<Data> data_;
};

}  // namespace patchbay::detail
