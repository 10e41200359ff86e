// Bodies of responses that are written while they are sent: large ones, endless ones, and those whose length
// nobody knows yet. See Response::stream().
#pragma once

#include <patchbay/detail/body_sink.hpp>
#include <patchbay/export.hpp>
#include <patchbay/task.hpp>

#include <functional>
#include <string_view>

namespace patchbay {

/// For a coroutine that produces a body. Lifetime: until the coroutine has ended. Used on its loop's thread.
class PATCHBAY_API BodyWriter {
public:
    explicit BodyWriter(detail::BodySink& sink) noexcept : sink_{&sink} {}

    /// Takes the bytes at once; the Task ends when there is room for more, so that a slow client slows the
    /// producer down instead of filling the memory: `co_await out.write(text)`. Errors (of the Task):
    /// boost::system::system_error, operation_aborted, when the client has gone or the request was cancelled;
    /// let it pass.
    Task<> write(std::string_view bytes);

    /// For who writes in a form of its own, as Response::events() does.
    detail::BodySink& sink() const noexcept { return *sink_; }

private:
    detail::BodySink* sink_;
};

/// For a plain function that produces a body on an executor thread, which it holds for as long as that takes.
class PATCHBAY_API BlockingBodyWriter {
public:
    explicit BlockingBodyWriter(detail::BodySink& sink) noexcept : sink_{&sink} {}

    /// Takes the bytes, and waits until there is room for more. Errors: as BodyWriter::write().
    void write(std::string_view bytes);

    detail::BodySink& sink() const noexcept { return *sink_; }

private:
    detail::BodySink* sink_;
};

/// Writes the whole body; its end is the body's. What it throws ends the connection without a clean end, so
/// that nobody takes a part for the whole.
using BodyProducer = std::function<Task<>(BodyWriter&)>;
using BlockingBodyProducer = std::function<void(BlockingBodyWriter&)>;

}  // namespace patchbay
