// The values that filters and handlers attach to a request. Owned by the request's data, as a list with the
// newest first; each holds the generation of the plugin that attached it, whose code its destructor is.
#pragma once

#include <patchbay/detail/lease.hpp>
#include <patchbay/export.hpp>

#include <cstddef>
#include <memory>
#include <typeinfo>
#include <utility>

namespace patchbay::detail {

struct RequestData;

struct AttachedValue {
    AttachedValue* older = nullptr;
    const std::type_info* type = nullptr;  ///< null: nobody is to find it
    std::size_t size = 0;                  ///< of the value: guards against two layouts of one name
    void* value = nullptr;
    void (*destroy)(AttachedValue* self) noexcept = nullptr;
    Lease lease;  ///< of whose code destroy() is
};

template <class T>
struct ValueOf final : AttachedValue {
    explicit ValueOf(T&& given) : held{std::move(given)} {
        type = &typeid(T);
        size = sizeof(T);
        value = std::addressof(held);
        destroy = [](AttachedValue* self) noexcept { delete static_cast<ValueOf*>(self); };
    }
    T held;
};

/// Takes it over, with the lease of the plugin whose code runs.
PATCHBAY_API void attach_value(RequestData& data, AttachedValue& value) noexcept;
/// The newest of that type; null when there is none.
PATCHBAY_API void* find_value(const RequestData& data, const std::type_info& type, std::size_t size) noexcept;
[[noreturn]] PATCHBAY_API void throw_not_attached(const std::type_info& type);
/// Destroys the newest, then lets its plugin go. Precondition: there is one, and whoever could use it has
/// ended.
PATCHBAY_API void drop_newest_value(RequestData& data) noexcept;
/// All, the newest first.
PATCHBAY_API void drop_values(RequestData& data) noexcept;

}  // namespace patchbay::detail
