#include "history.hpp"

#include <patchbay/log.hpp>

#include <chrono>
#include <utility>

namespace chat {
namespace {

constexpr std::chrono::seconds busy_timeout{2};  // for another one that writes

// Raised with every change of the tables.
constexpr std::int64_t schema_version = 1;
constexpr const char* schema = R"(
    CREATE TABLE room (
        name TEXT NOT NULL PRIMARY KEY,
        said INTEGER NOT NULL  -- the last line's id
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX room_said ON room (said);
    CREATE TABLE line (
        id   INTEGER PRIMARY KEY AUTOINCREMENT,
        room TEXT NOT NULL REFERENCES room ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX line_room ON line (room, id);
    PRAGMA user_version = 1;
)";

}  // namespace

History::History(std::string file, std::int64_t max_rooms) : file_{std::move(file)}, max_rooms_{max_rooms} {
    sqlite::prepare_file(connection(), schema_version, schema);
}

sqlite::Connection& History::connection() {
    if (connection_ && !connection_->in_transaction()) return *connection_;
    connection_.reset();  // its rollback failed: closing it rolls back
    sqlite::Connection opened{file_, busy_timeout};
    opened.execute("PRAGMA foreign_keys = ON");
    return connection_.emplace(std::move(opened));
}

// Published under the file's write lock, so that lines are heard in the order in which they are kept.
void History::say(const std::string& room, const std::string& line, const std::function<void()>& publish) {
    using sqlite::read_number;
    const std::string_view name{room};
    const std::scoped_lock lock{mutex_};
    sqlite::Connection& file = connection();
    sqlite::Transaction transaction{file, sqlite::Transaction::Kind::write};
    const std::int64_t id = read_number(file.query(
        "INSERT INTO line (room, text) VALUES (?1, ?2) RETURNING id", name, std::string_view{line}));
    read_number(file.query("INSERT INTO room VALUES (?1, ?2) ON CONFLICT DO UPDATE SET said = excluded.said",
                           name, id));
    read_number(
        file.query("DELETE FROM line WHERE room = ?1 AND id <= (SELECT id FROM line "
                   "WHERE room = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                   name, lines_kept));
    read_number(
        file.query("DELETE FROM room WHERE said <= "
                   "(SELECT said FROM room ORDER BY said DESC LIMIT 1 OFFSET ?1)",
                   max_rooms_));
    publish();
    try {
        transaction.commit();
    } catch (const sqlite::Error& error) {
        patchbay::log_error("a line is said, but not kept: ", error.what());
    }
}

// Under the same lock.
std::vector<std::string> History::lines_of(const std::string& room, const std::function<void()>& ask) {
    const std::scoped_lock lock{mutex_};
    sqlite::Connection& file = connection();
    const sqlite::Transaction nothing_is_said{file, sqlite::Transaction::Kind::write};
    ask();
    std::vector<std::string> lines;
    sqlite::Rows rows =
        file.query("SELECT text FROM line WHERE room = ?1 ORDER BY id", std::string_view{room});
    while (rows.next()) lines.push_back(rows.text(0));
    return lines;
}

}  // namespace chat
