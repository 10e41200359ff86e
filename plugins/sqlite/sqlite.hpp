// A thin layer over SQLite's C interface: connections, statements and transactions that clean up after
// themselves. A connection, and all that comes from it, belongs to one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace sqlite {

class Error : public std::runtime_error {
public:
    Error(int code, const std::string& message) : std::runtime_error{message}, code_{code} {}

    /// Another connection held the file's lock for longer than the busy timeout.
    bool busy() const noexcept;
    /// A UNIQUE constraint refused the row.
    bool not_unique() const noexcept;

private:
    int code_;
};

/// A statement being run. Its end gives the statement, and with it the read lock, back.
/// Errors: next() throws Error.
class Rows {
public:
    explicit Rows(sqlite3_stmt* statement) noexcept : statement_{statement} {}
    Rows(Rows&&) = default;
    ~Rows();

    /// To the first or next row; false after the last. A statement that changes something outside of a
    /// Transaction is committed by the call that returns false, so always go to the end.
    bool next();

    std::int64_t integer(int column) const noexcept;
    std::string text(int column) const;

private:
    struct Keep {
        void operator()(sqlite3_stmt*) const noexcept {}
    };
    std::unique_ptr<sqlite3_stmt, Keep> statement_;
};

class Connection {
public:
    /// Opens the file, or creates it (not its folder). Errors: Error.
    Connection(const std::string& file, std::chrono::milliseconds busy_timeout);

    /// Runs statements without parameters or results, separated by semicolons. Errors: Error.
    void execute(const char* script);

    /// Prepares the statement at its first use, keeps it, and binds ?1, ?2 and so on: values never become
    /// part of the SQL. Precondition: no Rows of the same statement is alive. Errors: Error.
    template <class... Values>
    Rows query(std::string_view sql, const Values&... values) {
        sqlite3_stmt* const statement = prepared(sql);
        int index = 0;
        (bind(statement, ++index, values), ...);
        return Rows{statement};
    }

    /// Whether a transaction is open.
    bool in_transaction() const noexcept;

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    sqlite3_stmt* prepared(std::string_view sql);
    static void bind(sqlite3_stmt* statement, int index, std::int64_t value);
    static void bind(sqlite3_stmt* statement, int index, std::string_view value);

    std::unique_ptr<sqlite3, Close> handle_;
    std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>>
        statements_;  // go before the handle
};

/// All or nothing: rolls back unless commit() was called. Errors: Error from the constructor and
/// commit().
class Transaction {
public:
    enum class Kind : bool {
        read,  ///< every statement sees the same state of the file
        write  ///< takes the write lock at once: a read that later turns into a write could fail half-way
    };

    Transaction(Connection& connection, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

private:
    Connection& connection_;
};

/// The first column of the last row; 0 without one. Errors: Error.
std::int64_t read_number(Rows rows);

/// Keeps the file in WAL mode, in which readers do not wait for writers, and makes its tables unless they are
/// there. `schema` sets `PRAGMA user_version` to `version`, which is raised with every change of the tables.
/// Errors: Error, also when a newer version has made them.
void prepare_file(Connection& connection, std::int64_t version, const char* schema);

}  // namespace sqlite
