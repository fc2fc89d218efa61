// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/netlink.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "collectors/kit/tree.h"

namespace mixnet {
namespace {

constexpr std::size_t kBufferBytes = 32 << 10;  // the most that the kernel puts into one answer to recv
constexpr std::size_t kRequestBytesMax = 256;
constexpr timeval kPatience{1, 0};  // the kernel answers during send and recv; this only keeps a lost answer from hanging us

tl::unexpected<Error> failed(std::string_view what, int error) {
  return fail(fault_of(error), "netlink " + std::string(what) + ": " + std::strerror(error));
}

}  // namespace

bool Attributes::next() {
  const auto header = front_as<nlattr>(rest_);
  if (!header || header->nla_len < NLA_HDRLEN || header->nla_len > rest_.size()) return false;
  type_ = header->nla_type & NLA_TYPE_MASK;
  value_ = rest_.substr(NLA_HDRLEN, header->nla_len - NLA_HDRLEN);
  rest_.remove_prefix(std::min(rest_.size(), static_cast<std::size_t>(NLA_ALIGN(header->nla_len))));
  return true;
}

NetlinkRequest& NetlinkRequest::add(std::uint16_t type, std::string_view text) {
  const nlattr header{static_cast<std::uint16_t>(NLA_HDRLEN + text.size() + 1), type};
  append({reinterpret_cast<const char*>(&header), sizeof header});
  append(text);
  append({"\0", 1});
  length_ = std::min(NLMSG_ALIGN(length_), bytes_.size());
  return *this;
}

void NetlinkRequest::append(std::string_view bytes) { length_ += bytes.copy(bytes_.data() + length_, bytes_.size() - length_); }

void Netlink::wipe() {
  if (!buffer_.empty()) ::explicit_bzero(buffer_.data(), buffer_.size());
}

Result<Netlink::Dump> Netlink::dump_bytes(std::uint16_t type, std::string_view body, const Take& take) {
  auto done = exchange(type, body, take);
  if (!done) close();  // what is left of this answer must not be taken for the next
  return done;
}

Result<Netlink::Dump> Netlink::exchange(std::uint16_t type, std::string_view body, const Take& take) {
  if (fd_ < 0) TRY(open());
  TRY(send(type, body));
  auto state = Dump::complete;
  for (;;) {
    auto rest = TRY(receive());
    for (auto header = front_as<nlmsghdr>(rest); header; header = front_as<nlmsghdr>(rest)) {
      if (header->nlmsg_len < sizeof *header || header->nlmsg_len > rest.size()) return failed("answer", EBADMSG);
      const auto message = rest.substr(sizeof *header, header->nlmsg_len - sizeof *header);
      rest.remove_prefix(std::min(rest.size(), std::size_t{NLMSG_ALIGN(header->nlmsg_len)}));
      if (header->nlmsg_seq != sequence_) continue;
      if ((header->nlmsg_flags & NLM_F_DUMP_INTR) != 0) state = Dump::interrupted;
      if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
        const int error = -front_as<int>(message).value_or(0);  // both begin with 0 or a negative errno
        if (error != 0) return failed("answer", error);
        return state;
      }
      take(message);
    }
  }
}

Result<void> Netlink::open() {
  fd_ = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol_);
  if (fd_ < 0) return failed("socket", errno);
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  buffer_.resize(kBufferBytes);
  return {};
}

Result<void> Netlink::send(std::uint16_t type, std::string_view body) {
  alignas(nlmsghdr) std::array<char, kRequestBytesMax> request{};
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + body.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header.nlmsg_seq = ++sequence_;
  if (header.nlmsg_len > request.size()) return failed("request", EMSGSIZE);
  std::memcpy(request.data(), &header, sizeof header);
  body.copy(request.data() + sizeof header, body.size());
  if (::send(fd_, request.data(), header.nlmsg_len, 0) < 0) return failed("request", errno);
  return {};
}

Result<std::string_view> Netlink::receive() {
  for (;;) {
    sockaddr_nl from{};
    socklen_t from_length = sizeof from;
    const auto got =
        ::recvfrom(fd_, buffer_.data(), buffer_.size(), MSG_TRUNC, reinterpret_cast<sockaddr*>(&from), &from_length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("answer", errno);
    if (from.nl_pid != 0) continue;  // not from the kernel
    const auto length = static_cast<std::size_t>(got);
    if (length == 0) return failed("answer", EBADMSG);
    if (length > buffer_.size()) {
      buffer_.resize(length);  // for the next time; the rest of this message is lost
      return failed("answer", EMSGSIZE);
    }
    return std::string_view(buffer_.data(), length);
  }
}

void Netlink::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace mixnet
