// A small blocking HTTP/1.1 client on a raw socket, which can also send what no decent client would. One
// thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace patchbay::test {

struct HttpResponse {
    int status = 0;
    std::map<std::string, std::string> headers;  ///< names in lower case; a repeated one keeps its last value
    std::string body;

    /// Empty when there is none.
    std::string header(const std::string& name) const;
};

/// A whole request with Host, and Content-Length when there is a body.
std::string http_request(std::string_view method, std::string_view target, std::string_view body = {});

/// Whether somebody accepts connections on this machine's port.
bool is_listening(std::uint16_t port);

/// What the kernel keeps for a client that does not read: in its own buffer, and, by the size of its
/// segments, in the server's. Bytes; 0: as much as the system likes.
struct ReceiveBuffer {
    ReceiveBuffer(int size = 0, int largest_segment = 0) noexcept : bytes{size}, segment{largest_segment} {}
    int bytes;
    int segment;
};

class HttpClient {
public:
    /// Connects to this machine's port. A small buffer makes a slow reader.
    /// Errors (all functions): std::runtime_error.
    explicit HttpClient(std::uint16_t port, ReceiveBuffer buffer = {});
    /// Connects to the file of a Unix socket.
    explicit HttpClient(const std::filesystem::path& file);
    /// Connects from another of this machine's own addresses, such as 127.0.0.2.
    HttpClient(std::uint16_t port, const std::string& source);
    ~HttpClient();
    HttpClient(HttpClient&& other) noexcept;
    HttpClient& operator=(HttpClient&&) = delete;

    void send(std::string_view bytes);
    /// Sends until the server has taken no more for 300 ms, or all. Returns how many bytes went.
    std::size_t send_until_full(std::string_view bytes);
    /// The next response, exactly its own bytes; 1xx ones too. `head` says that it answers HEAD and has no
    /// body.
    HttpResponse read_response(bool head = false);
    /// The same, past a 100: one that has finished sending gets it before an answer that takes a while.
    HttpResponse read_final_response();
    HttpResponse get(std::string_view target);
    HttpResponse post(std::string_view target, std::string_view body);

    /// What there is of an answer, whatever it is; waits for the first byte. Empty at the end.
    std::string read_some();
    /// Whether some bytes of an answer are there now.
    bool has_bytes() const;
    /// Returns when some bytes of an answer are there.
    void wait_for_bytes();
    /// Half-close: nothing more will be sent, answers are still read.
    void finish_sending();
    /// Leaves without a farewell (RST).
    void reset();
    /// True when the server closes without another byte, false when one comes. Errors: also when neither
    /// happens in time.
    bool closed();

private:
    void open(int family);
    void connect(const void* address, std::size_t size);
    bool fill();
    std::string take_line();
    std::string take_bytes(std::size_t count);
    std::string take_chunks();
    std::string take_rest();

    int socket_ = -1;
    std::string buffer_;  // received, not yet taken
    std::size_t taken_ = 0;
};

/// Whether a GET has 200 for its answer; it has not when the server turns the client away, however it does.
bool answers(HttpClient client, std::string_view target);

}  // namespace patchbay::test
