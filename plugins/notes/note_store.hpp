// The notes in an SQLite file. Owned by the plugin object.
//
// Thread-safety: every function may be called from several threads at once. Each call borrows a connection of
// its own, so there are never more connections than threads, and none is used by two. The file is in WAL
// mode: readers neither wait for a writer nor see half of its work; writers wait for each other, at most the
// busy timeout.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <sqlite/sqlite.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace notes {

using namespace sqlite;

struct Note {
    std::int64_t id = 0;
    std::string title;
    std::string text;
    std::string created;  ///< UTC, e.g. 2024-05-01T12:00:00.000Z, as is `updated`
    std::string updated;
};

/// What a caller may write.
struct Draft {
    std::string title;
    std::string text;
};

struct Page {
    std::vector<Note> notes;
    std::int64_t total = 0;  ///< on all pages
};

/// Titles are unique.
class TitleTaken : public std::runtime_error {
public:
    explicit TitleTaken(const std::string& title)
        : std::runtime_error{"there is a note with the title '" + title + "' already"} {}
};

/// Errors: every function but the destructor throws sqlite::Error; create(), update() and import() also
/// TitleTaken.
class NoteStore {
public:
    /// Opens the file, or creates it with its tables.
    NoteStore(std::string file, std::chrono::milliseconds busy_timeout);

    Page list(std::int64_t limit, std::int64_t offset);  ///< the oldest first
    std::optional<Note> find(std::int64_t id);
    Note create(const Draft& draft);
    std::optional<Note> update(std::int64_t id, const Draft& draft);
    /// Whether there was such a note.
    bool remove(std::int64_t id);
    /// Creates all, or, when one of them fails, none.
    void import(std::span<const Draft> drafts);

private:
    class Borrowed;

    const std::string file_;
    const std::chrono::milliseconds busy_timeout_;
    std::mutex mutex_;
    std::vector<Connection> idle_;  // guarded by the mutex
};

}  // namespace notes
