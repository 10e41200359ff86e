#include "testing_request.hpp"

#include <patchbay/problem.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <atomic>
#include <stdexcept>

namespace patchbay::detail {
namespace {

std::shared_ptr<const TrustedProxies> only(const asio::ip::address& proxy) {
    auto proxies = std::make_shared<TrustedProxies>();
    if (proxy.is_unspecified()) {
        proxies->add_unix_sockets();
    } else {
        proxies->add(proxy, 128);
    }
    return proxies;
}

std::uint64_t next_id() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

}  // namespace

FakeRequest::FakeRequest(FakeHost& host, testing::RequestOptions options)
    : host_{host}, options_{std::move(options)} {
    const std::string_view target = options_.target;
    const std::size_t question = std::min(target.find('?'), target.size());
    for (const auto& [name, value] : options_.headers)
        headers_.push_back({http::string_to_field(name), name, value});
    for (const auto& [name, value] : options_.trailers)
        trailers_.push_back({http::string_to_field(name), name, value});
    add_missing_headers();
    data_.method = options_.method;
    data_.method_name = http::to_string(options_.method);
    data_.target = target;
    data_.path = target.substr(0, question);
    data_.query = target.substr(std::min(question + 1, target.size()));
    data_.body = data_.unread = options_.body;
    data_.headers = headers_;
    data_.trailers = trailers_;
    data_.route_names = &host_.route_names();
    data_.hints = this;
    data_.cancelled = &doomed;
    request_data = &data_;
    if (!options_.peer.empty()) data_.peer = {asio::ip::make_address(options_.peer), 1};
    if (options_.trusted_proxy) data_.trusted_proxies = only(data_.peer.address());
    data_.id = next_id();
    finished = [](TaskContext& context) noexcept {
        auto& self = static_cast<FakeRequest&>(context);
        const LeaseScope scope{self.executor.lease()};
        if (self.stream_) return self.produced(self.produced_well([&self] { self.producer_.take(); }));
        self.settle(self.response_of([&self] { return self.task_.take(); }));
    };
}

// Those without which no client's request would get as far as a handler.
void FakeRequest::add_missing_headers() {
    const auto has = [this](http::field field) {
        return std::any_of(headers_.begin(), headers_.end(),
                           [field](const HeaderField& header) { return header.id == field; });
    };
    if (!has(http::field::host)) headers_.push_back({http::field::host, "Host", "localhost"});
    const bool chunked = !options_.trailers.empty() || has(http::field::transfer_encoding);
    if (options_.body.empty() || chunked || has(http::field::content_length)) return;
    body_length_ = std::to_string(options_.body.size());
    headers_.push_back({http::field::content_length, "Content-Length", body_length_});
}

Response FakeRequest::answer(const std::shared_ptr<FakeRequest>& request, const Handlers& handlers,
                             const std::vector<std::string>& filters, std::chrono::nanoseconds limit) {
    if (auto refused = request->route(handlers)) return *std::move(refused);
    request->add_filters(handlers, filters);
    request->add_filters(handlers, request->entry_->filters);
    auto answered = request->answered_.get_future();
    request->self_ = request;
    request->executor = LoopExecutor{request->host_.loop(), &request->host_.lease()};
    asio::post(request->host_.loop(), [raw = request.get()] { raw->start(); });
    if (answered.wait_for(limit) == std::future_status::ready) return answered.get();
    request->doomed = true;
    asio::post(request->host_.loop(), [request] { request->cancel(); });
    throw std::runtime_error{"patchbay: no answer to " + request->options_.target + " from handler '" +
                             request->entry_->name + "' within the request limit"};
}

void FakeRequest::send_hints(FieldList fields) {
    if (stream_ || (entry_->kind == HandlerKind::inline_ && !in_filter_)) return;
    host_.add_hints({fields.begin(), fields.end()});
}

void FakeRequest::start() {
    if (entry_->streams_body) data_.body = {};
    const HandlerScope scope{executor.lease()};
    if (!filters_.empty()) return start_task();
    switch (entry_->kind) {
        case HandlerKind::async:
            return start_task();
        case HandlerKind::inline_:
            return run();
        case HandlerKind::blocking:
            break;
    }
    if (!submit_job(*this, executor.lease())) {
        settle(problem(http::status::service_unavailable, "The server is busy. Try again shortly.")
                   .header("Retry-After", "1"));
    }
}

void FakeRequest::start_task() {
    try {
        task_ = filters_.empty() ? entry_->async(request_) : run_filtered();
        if (!task_.start(*this)) return;
    } catch (...) {
        return settle(response_of([]() -> Response { throw; }));
    }
    settle(response_of([this] { return task_.take(); }));
}

void FakeRequest::run() noexcept {
    if (stream_) return produce_blocking();
    settle(response_of([this] { return entry_->plain(request_); }));
}

void FakeRequest::drop(Drop reason) noexcept {
    if (stream_) return produced(false);
    settle(reason == Drop::deadline_passed
               ? problem(http::status::gateway_timeout, "No thread was free in time.")
               : problem(http::status::service_unavailable));
}

// As it goes to the client: not to HEAD, nor with these statuses (RFC 9110 §6.4.1).
bool FakeRequest::has_body(const Response& response) const noexcept {
    using enum http::status;
    const http::status status = response.status();
    return options_.method != http::verb::head && status != no_content && status != reset_content &&
           status != not_modified;
}

// Where the handler has ended. A streamed body is collected before the answer is given.
void FakeRequest::settle(Response response) noexcept {
    if (const WebSocketOffer* const offer = response.websocket()) {
        if (offer->session().keep_values()) data_.attached = nullptr;
        response.drop_source();  // there is nobody to talk to: its handler ends
    }
    if (!response.source() || response.file() || !has_body(response)) return answer_with(std::move(response));
    stream_ = std::move(response);
    if (std::holds_alternative<BodyProducer>(*stream_->source()))
        return asio::post(host_.loop(), [this] { start_producer(); });
    if (thread_state.kind == ThreadKind::executor) return produce_blocking();
    if (!submit_job(*this, executor.lease())) produced(false);
}

void FakeRequest::produce_blocking() noexcept {
    BlockingBodyWriter writer{sink_};
    produced(produced_well([&] { std::get<BlockingBodyProducer> (*stream_->source())(writer); }));
}

void FakeRequest::start_producer() noexcept {
    const HandlerScope scope{executor.lease()};
    bool ended = true;
    const bool well = produced_well([&] {
        producer_ = std::get<BodyProducer>(*stream_->source())(writer_);
        ended = producer_.start(*this);
        if (ended) producer_.take();
    });
    if (ended) produced(well);
}

template <class Step>
bool FakeRequest::produced_well(Step step) noexcept {
    try {
        step();
        return true;
    } catch (const std::exception& error) {
        log_failure(error.what());
    } catch (...) {
        log_failure("an exception that is no std::exception");
    }
    return false;
}

void FakeRequest::produced(bool well) noexcept {
    producer_ = {};
    Response response = std::move(*stream_);
    response.drop_source();
    response.body() = std::move(sink_.bytes());
    if (!well) response = problem(http::status::internal_server_error, "The stream failed.");
    answer_with(std::move(response));
}

// Answered by way of the loop: the operation that has just resumed the task still holds a lease on this
// stack, and whoever waits for the answer is to find none.
void FakeRequest::answer_with(Response response) noexcept {
    auto keep = std::move(self_);
    if (!has_body(response)) {
        response.body().clear();
        response.drop_source();
    }
    task_ = {};
    executor = {};
    asio::post(host_.loop(), [self = std::move(keep), answer = std::move(response)]() mutable {
        drop_values(self->data_);
        self->answered_.set_value(std::move(answer));
    });
}

}  // namespace patchbay::detail
