// Counts operator new in this executable: a message in one frame must allocate nothing, and between messages
// nothing must be held.
#include "peer_deflate.hpp"
#include "support/client_frame.hpp"
#include "websocket/message_reader.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <string>

namespace {

// Replacing operator new leaves no other place to count than one for the whole executable.
std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> bytes_held{0};

void* allocate(std::size_t size) noexcept {
    void* const memory = std::malloc(size == 0 ? 1 : size);
    ++allocations;
    bytes_held += malloc_usable_size(memory);
    return memory;
}

void release(void* memory) noexcept {
    bytes_held -= malloc_usable_size(memory);
    std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
    if (void* memory = allocate(size)) return memory;
    throw std::bad_alloc{};
}
// Sanitizers have a nothrow form of their own, whose memory must not reach std::free.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }

using namespace patchbay::test;
using namespace patchbay::websocket;
using namespace patchbay::websocket::test;
using Step = MessageReader::Step;

namespace {

constexpr MessageReader::Limits limits{.frame = 1'000'000, .message = 1'000'000};

// All that is in the bytes, and then the question whether there is more.
std::size_t messages_in(MessageReader& reader, std::span<char> bytes) {
    std::size_t count = 0;
    for (;;) {
        const Step step = reader.read(bytes);
        bytes = bytes.subspan(reader.consumed());
        if (step == Step::need_more || step == Step::refused) return count;
        if (step == Step::message) ++count;
    }
}

}  // namespace

TEST_CASE("a message in one frame allocates nothing") {
    MessageReader reader{limits};
    std::string bytes = text_frame(std::string(64, 'x')) + client_frame(9, std::string(125, 'p')) +
                        client_frame(2, std::string(100'000, 'y'));
    const std::size_t before = allocations;
    const std::size_t count = messages_in(reader, bytes);
    const std::size_t after = allocations;
    CHECK(count == 2);
    CHECK(after == before);
}

TEST_CASE("nothing is held between messages") {
    PeerDeflate peer;
    std::string parts =
        text_frame(std::string(50'000, 'x'), {.fin = false}) + client_frame(0, std::string(50'000, 'x'));
    std::string compressed = client_frame(1, peer.message(std::string(100'000, 'y')), {.reserved = 4});
    std::string ping = client_frame(9, std::string(125, 'p'));
    CompressionPool pool;
    {
        MessageReader first{limits};
        first.inflate_with({.client_no_context_takeover = true}, pool);
        std::string same = compressed;
        messages_in(first, same);  // the pool has its stream now
    }
    MessageReader reader{limits};
    reader.inflate_with({.client_no_context_takeover = true}, pool);

    const std::size_t before = bytes_held;
    std::size_t count = messages_in(reader, parts) + messages_in(reader, compressed);
    count += messages_in(reader, std::span{ping}.first(100));
    count += messages_in(reader, std::span{ping}.subspan(100));
    const std::size_t after = bytes_held;
    CHECK(count == 2);
    CHECK(after == before);
}
