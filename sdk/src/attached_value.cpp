#include <patchbay/detail/attached_value.hpp>
#include <patchbay/detail/request_data.hpp>
#include <patchbay/detail/thread_state.hpp>

#include <cstdlib>
#include <cxxabi.h>
#include <memory>
#include <stdexcept>
#include <string>

namespace patchbay::detail {

void attach_value(RequestData& data, AttachedValue& value) noexcept {
    value.lease = Lease{thread_state.lease};
    value.older = std::exchange(data.attached, &value);
}

void* find_value(const RequestData& data, const std::type_info& type, std::size_t size) noexcept {
    for (const AttachedValue* value = data.attached; value; value = value->older)
        if (value->type && value->size == size && *value->type == type) return value->value;
    return nullptr;
}

void throw_not_attached(const std::type_info& type) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name{
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free};
    throw std::logic_error{"patchbay: no filter has attached a " +
                           std::string{name ? name.get() : type.name()} + " to this request"};
}

void drop_newest_value(RequestData& data) noexcept {
    AttachedValue* const value = data.attached;
    data.attached = value->older;
    const Lease lease = std::move(value->lease);
    const LeaseScope scope{lease.block()};
    value->destroy(value);
}

void drop_values(RequestData& data) noexcept {
    while (data.attached) drop_newest_value(data);
}

}  // namespace patchbay::detail
