#include "history.hpp"

#include <chrono>

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

History::History(const std::string& file, std::int64_t max_rooms)
    : connection_{file, busy_timeout}, max_rooms_{max_rooms} {
    connection_.execute("PRAGMA foreign_keys = ON");
    sqlite::prepare_file(connection_, schema_version, schema);
}

// Published under the file's write lock, so that lines are heard in the order in which they are kept.
void History::say(const std::string& room, const std::string& line, const std::function<void()>& publish) {
    using sqlite::read_number;
    const std::string_view name{room};
    const std::scoped_lock lock{mutex_};
    sqlite::Transaction transaction{connection_, sqlite::Transaction::Kind::write};
    const std::int64_t id = read_number(connection_.query(
        "INSERT INTO line (room, text) VALUES (?1, ?2) RETURNING id", name, std::string_view{line}));
    read_number(connection_.query(
        "INSERT INTO room VALUES (?1, ?2) ON CONFLICT DO UPDATE SET said = excluded.said", name, id));
    read_number(
        connection_.query("DELETE FROM line WHERE room = ?1 AND id <= (SELECT id FROM line "
                          "WHERE room = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                          name, lines_kept));
    read_number(
        connection_.query("DELETE FROM room WHERE said <= "
                          "(SELECT said FROM room ORDER BY said DESC LIMIT 1 OFFSET ?1)",
                          max_rooms_));
    publish();
    transaction.commit();
}

// Under the same lock.
std::vector<std::string> History::lines_of(const std::string& room, const std::function<void()>& ask) {
    const std::scoped_lock lock{mutex_};
    const sqlite::Transaction nothing_is_said{connection_, sqlite::Transaction::Kind::write};
    ask();
    std::vector<std::string> lines;
    sqlite::Rows rows =
        connection_.query("SELECT text FROM line WHERE room = ?1 ORDER BY id", std::string_view{room});
    while (rows.next()) lines.push_back(rows.text(0));
    return lines;
}

}  // namespace chat
