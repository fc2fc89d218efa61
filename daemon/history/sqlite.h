// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mixnet {

/// An SQLite database, used from one thread. Errors name the file; Fault::malformed is one that is no database or is damaged,
/// denied one that may not be opened or written, unavailable what may pass: a full disk, another process's lock.
class Sqlite {
 public:
  enum class Access { read, write };

  /// Of `write` the file is made where it is not there, 0640.
  static Result<Sqlite> open(const std::string& path, Access access);

  const std::string& path() const { return path_; }

  /// Runs statements that give no rows, or whose rows nobody wants.
  Result<void> run(const char* statements);
  /// The first column of the only row.
  Result<std::int64_t> integer(const char* query);

  /// What SQLite says of the call made last.
  tl::unexpected<Error> error(std::string_view doing) const;

  sqlite3* handle() const { return database_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };
  Sqlite(std::unique_ptr<sqlite3, Closer> database, std::string path)
      : database_(std::move(database)), path_(std::move(path)) {}

  std::unique_ptr<sqlite3, Closer> database_;
  std::string path_;
};

/// A prepared statement of a database that outlives it.
class SqliteStatement {
 public:
  static Result<SqliteStatement> prepare(const Sqlite& database, const char* text);

  /// Values for the statement's question marks, the first is 1. What a text views has to stay until `reset` or the end.
  SqliteStatement& bind(int index, std::int64_t value);
  SqliteStatement& bind_text(int index, std::string_view value);
  SqliteStatement& bind_blob(int index, std::string_view value);

  /// True with a row, false at the end.
  Result<bool> step();
  /// Steps to the end, and makes it ready to run again.
  Result<void> run();
  void reset();

  // Of the row, until the next step.
  std::int64_t integer(int column) const;
  std::string_view bytes(int column) const;

 private:
  struct Closer {
    void operator()(sqlite3_stmt* statement) const;
  };
  SqliteStatement(const Sqlite& database, std::unique_ptr<sqlite3_stmt, Closer> statement)
      : path_(database.path()), statement_(std::move(statement)) {}

  std::string path_;
  std::unique_ptr<sqlite3_stmt, Closer> statement_;
};

}  // namespace mixnet
