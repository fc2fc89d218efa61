// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/socket_table.h"

#include "collectors/kit/text.h"

namespace mixnet {

//   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
//    0: 0100007F:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 558 1 00000000fb370f2b ...
Result<void> add_socket_table(std::string_view text, SocketTotals& out) {
  Lines lines(text, out.lines);
  std::string_view line;
  while (lines.next(line)) {
    out.lines = lines.number();
    if (lines.number() == 1) continue;
    const Fields<10> fields(line);
    if (fields.count() < 10) return lines.malformed("10 columns expected in " + in_quotes(line));
    const auto state = TRY(lines.field<std::uint8_t>(fields[3], 16));
    auto received = fields[4];
    const auto transmitted = take_until(received, ':');
    out.transmit_queue += TRY(lines.field<std::uint64_t>(transmitted, 16));
    out.receive_queue += TRY(lines.field<std::uint64_t>(received, 16));
    if (state < out.in_state.size()) ++out.in_state[state];
  }
  return {};
}

}  // namespace mixnet
