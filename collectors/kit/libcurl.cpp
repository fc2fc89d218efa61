// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/libcurl.h"

#include <dlfcn.h>

#include <string>
#include <string_view>

namespace mixnet {
namespace {

constexpr const char* kNames[] = {"libcurl-gnutls.so.4", "libcurl.so.4"};

class Loader {
 public:
  explicit Loader(void* library) : library_(library) {}

  template <class Function>
  void find(const char* name, Function& out) {
    out = reinterpret_cast<Function>(::dlsym(library_, name));
    if (out == nullptr) missing_ = name;
  }
  std::string_view missing() const { return missing_; }

 private:
  void* library_;
  std::string_view missing_;
};

Result<Libcurl> load() {
  void* library = nullptr;
  for (const auto* name : kNames) {
    if (library == nullptr) library = ::dlopen(name, RTLD_LAZY | RTLD_LOCAL);
  }
  if (library == nullptr) return fail(Fault::unavailable, std::string("libcurl cannot be loaded: ") + ::dlerror());
  Libcurl out{};
  Loader loader(library);
#define FIND(function) loader.find("curl_" #function, out.function)
  FIND(global_init);
  FIND(free);
  FIND(easy_init);
  FIND(easy_cleanup);
  FIND(easy_reset);
  FIND(easy_setopt);
  FIND(easy_getinfo);
  FIND(easy_header);
  FIND(easy_pause);
  FIND(easy_strerror);
  FIND(multi_init);
  FIND(multi_cleanup);
  FIND(multi_setopt);
  FIND(multi_add_handle);
  FIND(multi_remove_handle);
  FIND(multi_perform);
  FIND(multi_info_read);
  FIND(multi_poll);
  FIND(multi_wakeup);
  FIND(slist_append);
  FIND(slist_free_all);
  FIND(url);
  FIND(url_cleanup);
  FIND(url_get);
  FIND(url_set);
#undef FIND
  if (!loader.missing().empty())
    return fail(Fault::unavailable, "libcurl is too old, without " + std::string(loader.missing()));
  out.global_init(CURL_GLOBAL_DEFAULT);
  return out;
}

}  // namespace

const Result<Libcurl>& libcurl() {
  static const Result<Libcurl> kLibrary = load();
  return kLibrary;
}

}  // namespace mixnet
