#include "note_store.hpp"

namespace notes {
namespace {

// Raised with every change of the tables; kept in the file as its user_version.
constexpr std::int64_t schema_version = 1;
constexpr const char* schema = R"(
    CREATE TABLE note (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        title   TEXT NOT NULL UNIQUE,
        text    TEXT NOT NULL,
        created TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
        updated TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    ) STRICT;
    PRAGMA user_version = 1;
)";

Note read(const Rows& row) { return {row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4)}; }

std::optional<Note> read_one(Rows rows) {
    std::optional<Note> note;
    while (rows.next()) note = read(rows);
    return note;
}

std::optional<Note> insert(Connection& connection, const Draft& draft) {
    try {
        return read_one(
            connection.query("INSERT INTO note (title, text) VALUES (?1, ?2) "
                             "RETURNING id, title, text, created, updated",
                             std::string_view{draft.title}, std::string_view{draft.text}));
    } catch (const Error& error) {
        if (error.not_unique()) throw TitleTaken{draft.title};
        throw;
    }
}

}  // namespace

/// A connection for the length of one call.
class NoteStore::Borrowed {
public:
    explicit Borrowed(NoteStore& store) : store_{store}, connection_{take()} {}
    ~Borrowed() {
        if (connection_.in_transaction()) return;  // its rollback failed: close it
        try {
            const std::scoped_lock lock{store_.mutex_};
            store_.idle_.push_back(std::move(connection_));
        } catch (const std::bad_alloc&) {
            // It is closed instead of kept.
        }
    }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;

    Connection& operator*() noexcept { return connection_; }
    Connection* operator->() noexcept { return &connection_; }

private:
    Connection take() {
        {
            const std::scoped_lock lock{store_.mutex_};
            if (!store_.idle_.empty()) {
                Connection connection = std::move(store_.idle_.back());
                store_.idle_.pop_back();
                return connection;
            }
        }
        return Connection{store_.file_, store_.busy_timeout_};
    }

    NoteStore& store_;
    Connection connection_;
};

NoteStore::NoteStore(std::string file, std::chrono::milliseconds busy_timeout)
    : file_{std::move(file)}, busy_timeout_{busy_timeout} {
    Borrowed connection{*this};
    prepare_file(*connection, schema_version, schema);
}

Page NoteStore::list(std::int64_t limit, std::int64_t offset) {
    Borrowed connection{*this};
    const Transaction same_state{*connection, Transaction::Kind::read};
    Page page;
    page.total = read_number(connection->query("SELECT count(*) FROM note"));
    Rows rows = connection->query(
        "SELECT id, title, text, created, updated FROM note ORDER BY id LIMIT ?1 OFFSET ?2", limit, offset);
    while (rows.next()) page.notes.push_back(read(rows));
    return page;
}

std::optional<Note> NoteStore::find(std::int64_t id) {
    Borrowed connection{*this};
    return read_one(
        connection->query("SELECT id, title, text, created, updated FROM note WHERE id = ?1", id));
}

Note NoteStore::create(const Draft& draft) {
    Borrowed connection{*this};
    return insert(*connection, draft).value();
}

std::optional<Note> NoteStore::update(std::int64_t id, const Draft& draft) {
    Borrowed connection{*this};
    try {
        return read_one(
            connection->query("UPDATE note SET title = ?2, text = ?3, "
                              "updated = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = ?1 "
                              "RETURNING id, title, text, created, updated",
                              id, std::string_view{draft.title}, std::string_view{draft.text}));
    } catch (const Error& error) {
        if (error.not_unique()) throw TitleTaken{draft.title};
        throw;
    }
}

bool NoteStore::remove(std::int64_t id) {
    Borrowed connection{*this};
    return read_number(connection->query("DELETE FROM note WHERE id = ?1 RETURNING 1", id)) == 1;
}

void NoteStore::import(std::span<const Draft> drafts) {
    Borrowed connection{*this};
    Transaction transaction{*connection, Transaction::Kind::write};
    for (const Draft& draft : drafts) insert(*connection, draft);
    transaction.commit();
}

}  // namespace notes
