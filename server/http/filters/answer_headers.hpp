// The filters that only add header fields to answers.
#pragma once

#include "config/filter_config.hpp"
#include "http/filters/filter.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay {

/// Fields that the answer has already stay as they are.
class SecurityHeadersFilter final : public Filter {
public:
    explicit SecurityHeadersFilter(const SecurityHeadersConfig& config);
    void after(const Request& request, Response& response) const override;

private:
    void add_missing(Response& response) const;

    std::vector<std::pair<std::string, std::string>> headers_;
    std::string lines_;  // of all headers_, for an answer that has none; empty: add_missing() must look
};

/// Names the request's id in its answer: the client's own when that is well-formed and trusted.
class RequestIdFilter final : public Filter {
public:
    explicit RequestIdFilter(const RequestIdConfig& config) : header_{config.header}, trust_{config.trust} {}
    void after(const Request& request, Response& response) const override;

private:
    std::string header_;
    bool trust_;
};

/// 1 to 128 letters, digits and any of "-._~+/=:@": nothing that a log, a shell or a page could stumble over.
bool is_request_id(std::string_view text) noexcept;

}  // namespace patchbay
