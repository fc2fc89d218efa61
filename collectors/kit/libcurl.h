// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include "collectors/kit/result.h"

namespace mixnet {

/// The functions of libcurl that are used, without "curl_".
struct Libcurl {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_free) free;
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_header) easy_header;
  decltype(&::curl_easy_pause) easy_pause;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_cleanup) multi_cleanup;
  decltype(&::curl_multi_setopt) multi_setopt;
  decltype(&::curl_multi_add_handle) multi_add_handle;
  decltype(&::curl_multi_remove_handle) multi_remove_handle;
  decltype(&::curl_multi_perform) multi_perform;
  decltype(&::curl_multi_info_read) multi_info_read;
  decltype(&::curl_multi_poll) multi_poll;
  decltype(&::curl_multi_wakeup) multi_wakeup;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
  decltype(&::curl_url) url;
  decltype(&::curl_url_cleanup) url_cleanup;
  decltype(&::curl_url_get) url_get;
  decltype(&::curl_url_set) url_set;
};

/// libcurl, loaded when it is first asked for and never unloaded: what it needs in turn (OpenSSL by way of libssh2, Kerberos,
/// LDAP) takes 4 MB, which a host without a node is not to pay. The one that uses GnuTLS, as the web server does, or the other
/// where that is not installed. unavailable: neither is, or they lack a function. From any thread.
const Result<Libcurl>& libcurl();

}  // namespace mixnet
