// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/ed25519.h"

#include <dlfcn.h>
#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <string>

namespace mixnet {
namespace {

constexpr const char* kName = "libcrypto.so.3";
constexpr std::size_t kKeyBytes = 32, kSignatureBytes = 64;

/// The functions of libcrypto that are used. It is in the process once libcurl is, by way of what that needs in turn; without a
/// node on the host neither is.
struct Libcrypto {
  decltype(&::EVP_PKEY_new_raw_public_key) new_raw_public_key;
  decltype(&::EVP_PKEY_free) key_free;
  decltype(&::EVP_MD_CTX_new) context_new;
  decltype(&::EVP_MD_CTX_free) context_free;
  decltype(&::EVP_DigestVerifyInit) verify_init;
  decltype(&::EVP_DigestVerify) verify;
};

template <class Function>
bool find(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(::dlsym(library, name));
  return out != nullptr;
}

Result<Libcrypto> load() {
  void* library = ::dlopen(kName, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return fail(Fault::unavailable, std::string("libcrypto cannot be loaded: ") + ::dlerror());
  Libcrypto out{};
  const bool whole = find(library, "EVP_PKEY_new_raw_public_key", out.new_raw_public_key) &&
                     find(library, "EVP_PKEY_free", out.key_free) && find(library, "EVP_MD_CTX_new", out.context_new) &&
                     find(library, "EVP_MD_CTX_free", out.context_free) &&
                     find(library, "EVP_DigestVerifyInit", out.verify_init) && find(library, "EVP_DigestVerify", out.verify);
  if (!whole) return fail(Fault::unavailable, "libcrypto lacks a function");
  return out;
}

const Result<Libcrypto>& libcrypto() {
  static const Result<Libcrypto> kLibrary = load();
  return kLibrary;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Result<bool> is_signed(std::string_view text, std::string_view public_key, std::string_view signature) {
  const auto& library = libcrypto();
  if (!library) return tl::unexpected<Error>(library.error());
  if (public_key.size() != kKeyBytes || signature.size() != kSignatureBytes) return false;
  const std::unique_ptr<EVP_PKEY, decltype(library->key_free)> key(
      library->new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(public_key), public_key.size()), library->key_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(library->context_free)> context(library->context_new(), library->context_free);
  if (!key || !context || library->verify_init(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  return library->verify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

}  // namespace mixnet
