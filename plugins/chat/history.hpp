// What was said in the rooms: the last lines of each, in an SQLite file, so that newcomers get them also
// after the server has been started anew. Owned by the plugin object.
//
// Thread-safety: every function may be called from several threads at once; they take turns. Errors: all
// throw sqlite::Error.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <sqlite/sqlite.hpp>
#include <string>
#include <vector>

namespace chat {

class History {
public:
    static constexpr std::int64_t lines_kept = 50;  // of a room

    /// Opens the file, or creates it with its tables. Of more rooms than that, those in which nobody has said
    /// anything for the longest time are forgotten.
    History(std::string file, std::int64_t max_rooms);

    /// Keeps the line, or, when that fails only after it was published, logs that it is not kept. `publish`
    /// is called while nobody else says anything or asks for lines, also in a generation that is being
    /// replaced or another server with the same file.
    void say(const std::string& room, const std::string& line, const std::function<void()>& publish);
    /// The oldest first. `ask` is called under the same terms, so that it can tell what is published later.
    std::vector<std::string> lines_of(const std::string& room, const std::function<void()>& ask);

private:
    sqlite::Connection& connection();

    const std::string file_;
    const std::int64_t max_rooms_;
    std::mutex mutex_;
    std::optional<sqlite::Connection> connection_;  // guarded by the mutex
};

}  // namespace chat
