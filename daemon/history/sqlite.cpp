// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mixnet {
namespace {

constexpr int kBusyMs = 1000;  // another process holds the lock while it reads a page or two

Fault fault_of(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT: return Fault::malformed;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH: return Fault::denied;
    default: return Fault::unavailable;
  }
}

tl::unexpected<Error> error_of(sqlite3* database, const std::string& path, std::string_view doing) {
  const int code = sqlite3_extended_errcode(database);
  std::string message = path + ": " + std::string(doing) + ": " + sqlite3_errmsg(database);
  const int system_error = sqlite3_system_errno(database);
  const bool of_system = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
  if (of_system && system_error != 0) message.append(": ").append(std::strerror(system_error));
  return fail(fault_of(code), std::move(message));
}

/// SQLite gives a new database the rights of all other files; ours are for the exporter and its group.
Result<void> make_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (file < 0) return fail(errno == ENOSPC ? Fault::unavailable : Fault::denied, path + ": " + std::strerror(errno));
  ::close(file);
  return {};
}

}  // namespace

void Sqlite::Closer::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Result<Sqlite> Sqlite::open(const std::string& path, Access access) {
  if (access == Access::write) TRY(make_file(path));
  sqlite3* opened = nullptr;
  const int flags = access == Access::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Sqlite out(std::unique_ptr<sqlite3, Closer>(opened), path);
  if (opened == nullptr) return fail(Fault::unavailable, path + ": no memory to open it");
  if (code != SQLITE_OK) return out.error("opening");
  sqlite3_busy_timeout(opened, kBusyMs);
  return out;
}

Result<void> Sqlite::run(const char* statements) {
  if (sqlite3_exec(handle(), statements, nullptr, nullptr, nullptr) != SQLITE_OK) return error(statements);
  return {};
}

Result<std::int64_t> Sqlite::integer(const char* query) {
  auto statement = TRY(SqliteStatement::prepare(*this, query));
  const bool any = TRY(statement.step());
  if (!any) return fail(Fault::malformed, path_ + ": " + query + ": no row");
  return statement.integer(0);
}

tl::unexpected<Error> Sqlite::error(std::string_view doing) const { return error_of(handle(), path_, doing); }

void SqliteStatement::Closer::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<SqliteStatement> SqliteStatement::prepare(const Sqlite& database, const char* text) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database.handle(), text, -1, &statement, nullptr) != SQLITE_OK) return database.error(text);
  return SqliteStatement(database, std::unique_ptr<sqlite3_stmt, Closer>(statement));
}

SqliteStatement& SqliteStatement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), index, value);
  return *this;
}

SqliteStatement& SqliteStatement::bind_text(int index, std::string_view value) {
  sqlite3_bind_text(statement_.get(), index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  return *this;
}

SqliteStatement& SqliteStatement::bind_blob(int index, std::string_view value) {
  sqlite3_bind_blob(statement_.get(), index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  return *this;
}

Result<bool> SqliteStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(sqlite3_db_handle(statement_.get()), path_, sqlite3_sql(statement_.get()));
}

Result<void> SqliteStatement::run() {
  for (;;) {
    const auto row = step();
    if (row && *row) continue;
    reset();
    if (!row) return tl::unexpected(row.error());
    return {};
  }
}

void SqliteStatement::reset() { sqlite3_reset(statement_.get()); }

std::int64_t SqliteStatement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string_view SqliteStatement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

}  // namespace mixnet
