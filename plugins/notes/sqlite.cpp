#include "sqlite.hpp"

#include <sqlite3.h>

namespace notes {
namespace {

[[noreturn]] void fail(sqlite3* handle, int code) {
    throw SqliteError{code, handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code)};
}

}  // namespace

bool SqliteError::busy() const noexcept { return (code_ & 0xff) == SQLITE_BUSY; }
bool SqliteError::not_unique() const noexcept { return code_ == SQLITE_CONSTRAINT_UNIQUE; }

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
    } catch (const SqliteError&) {
        // Still in_transaction(): whoever owns the connection closes it, and that rolls back.
    }
}

void Transaction::commit() { connection_.execute("COMMIT"); }

}  // namespace notes
