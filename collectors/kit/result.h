// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace mixnet {

/// What went wrong, as the caller has to act on it.
enum class Fault {
  absent,       ///< not on this host: nothing to do
  denied,       ///< mend the unit or the permissions
  unavailable,  ///< try later
  malformed,    ///< mend the parser, or the input
};

/// A kind the caller acts on and a sentence a human reads; the sentence names the file or URL, and the line where there is one.
struct Error {
  Fault fault;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Fault fault, std::string message) {
  return tl::unexpected<Error>(Error{fault, std::move(message)});
}

namespace detail {
template <class T>
T take_value(Result<T>&& result) {
  return *std::move(result);
}
inline void take_value(Result<void>&&) {}
}  // namespace detail

}  // namespace mixnet

/// The value of a Result, or a return of its error from the enclosing function. One TRY a statement: g++ 12 and clang 14
/// leak the first value where two stand in one braced initialiser and the second fails.
#define TRY(expression)                                                                       \
  __extension__({                                                                             \
    auto try_result = (expression);                                                           \
    if (!try_result) return ::tl::unexpected<::mixnet::Error>(std::move(try_result).error()); \
    ::mixnet::detail::take_value(std::move(try_result));                                      \
  })
