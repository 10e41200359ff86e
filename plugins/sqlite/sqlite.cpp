#include <sqlite3.h>

#include <sqlite/sqlite.hpp>

namespace sqlite {
namespace {

[[noreturn]] void fail(sqlite3* handle, int code) {
    throw Error{code, handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code)};
}

}  // namespace

bool Error::busy() const noexcept { return (code_ & 0xff) == SQLITE_BUSY; }
bool Error::not_unique() const noexcept { return code_ == SQLITE_CONSTRAINT_UNIQUE; }

Rows::~Rows() {
    if (statement_) sqlite3_reset(statement_.get());
}

bool Rows::next() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    fail(sqlite3_db_handle(statement_.get()), code);
}

std::int64_t Rows::integer(int column) const noexcept {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string Rows::text(int column) const {
    // The length after the text: asking for the text may convert the value.
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    const int length = sqlite3_column_bytes(statement_.get(), column);
    return text ? std::string(text, static_cast<std::size_t>(length)) : std::string{};
}

void Connection::Close::operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }
void Connection::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

Connection::Connection(const std::string& file, std::chrono::milliseconds busy_timeout) {
    // No mutex of SQLite's own: one thread at a time uses a connection.
    constexpr int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);  // to be closed even when opening failed
    if (code != SQLITE_OK) fail(handle, code);
    sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
}

void Connection::execute(const char* script) {
    const int code = sqlite3_exec(handle_.get(), script, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(handle_.get(), code);
}

bool Connection::in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }

sqlite3_stmt* Connection::prepared(std::string_view sql) {
    if (const auto known = statements_.find(sql); known != statements_.end()) return known->second.get();
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) fail(handle_.get(), code);
    std::unique_ptr<sqlite3_stmt, Finalize> owned{statement};
    return statements_.emplace(sql, std::move(owned)).first->second.get();
}

void Connection::bind(sqlite3_stmt* statement, int index, std::int64_t value) {
    const int code = sqlite3_bind_int64(statement, index, value);
    if (code != SQLITE_OK) fail(sqlite3_db_handle(statement), code);
}

void Connection::bind(sqlite3_stmt* statement, int index, std::string_view value) {
    // A view without data would be bound as NULL. Copied: the statement may be kept longer than the value.
    const char* text = value.data() ? value.data() : "";
    const int code = sqlite3_bind_text64(statement, index, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    if (code != SQLITE_OK) fail(sqlite3_db_handle(statement), code);
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_{connection} {
    connection_.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    // SQLite has rolled back by itself after some errors, such as a full disk.
    if (!connection_.in_transaction()) return;
    try {
        connection_.execute("ROLLBACK");
    } catch (const Error&) {
        // Still in_transaction(): whoever owns the connection closes it, and that rolls back.
    }
}

void Transaction::commit() { connection_.execute("COMMIT"); }

std::int64_t read_number(Rows rows) {
    std::int64_t number = 0;
    while (rows.next()) number = rows.integer(0);
    return number;
}

void prepare_file(Connection& connection, std::int64_t version, const char* schema) {
    std::string mode;
    for (Rows rows = connection.query("PRAGMA journal_mode = WAL"); rows.next();) mode = rows.text(0);
    if (mode != "wal") throw Error{0, "it cannot be kept in WAL mode: not a file on a local disk?"};

    // The write lock, so that of two servers that start at once only one creates the tables.
    Transaction transaction{connection, Transaction::Kind::write};
    const std::int64_t found = read_number(connection.query("PRAGMA user_version"));
    if (found > version) {
        throw Error{0, "its tables are of version " + std::to_string(found) + ", this plugin knows up to " +
                           std::to_string(version)};
    }
    if (found == 0) connection.execute(schema);
    transaction.commit();
}

}  // namespace sqlite
