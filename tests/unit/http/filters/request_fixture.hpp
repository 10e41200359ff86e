// A request made of a method and header lines, for filters.
#pragma once

#include <patchbay/request.hpp>

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay::test {

class FilterRequest {
public:
    FilterRequest(http::verb method,
                  std::initializer_list<std::pair<std::string_view, std::string_view>> headers) {
        for (const auto& [name, value] : headers)
            fields_.push_back({http::string_to_field(name), name, value});
        data_.method = method;
        data_.target = data_.path = "/";
        data_.headers = fields_;
        data_.id = 0x0123456789abcdef;
        data_.peer = {boost::asio::ip::make_address("192.0.2.1"), 1234};
    }
    FilterRequest(const FilterRequest&) = delete;
    FilterRequest& operator=(const FilterRequest&) = delete;

    detail::RequestData& data() { return data_; }
    Request get() { return Request{data_}; }

private:
    std::vector<HeaderField> fields_;
    detail::RequestData data_;
};

}  // namespace patchbay::test
