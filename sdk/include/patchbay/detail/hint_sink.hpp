// Where early hints go: the host's connection, or a test's memory.
#pragma once

#include <patchbay/detail/request_data.hpp>
#include <patchbay/export.hpp>

namespace patchbay::detail {

class PATCHBAY_API HintSink {
public:
    /// Thread-safe. The fields have been checked, and are copied before it returns.
    virtual void send_hints(FieldList fields) = 0;

protected:
    ~HintSink() = default;
};

}  // namespace patchbay::detail
