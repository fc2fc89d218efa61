// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <typeindex>
#include <unordered_map>

namespace mixnet {

/// What collectors remember from one run to the next (the last idle time of a CPU, buffers to fill again): one value of each
/// type, made by its default constructor when first asked for. Tests set it as a collector would find it.
class Memory {
 public:
  template <class T>
  T& get() {
    auto& slot = slots_[std::type_index(typeid(T))];
    if (!slot) slot = std::make_shared<T>();
    return *static_cast<T*>(slot.get());
  }

 private:
  std::unordered_map<std::type_index, std::shared_ptr<void>> slots_;
};

}  // namespace mixnet
