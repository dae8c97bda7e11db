#ifndef TRENCHWATCH_CURL_SHIMS_H
#define TRENCHWATCH_CURL_SHIMS_H

#include <curl/curl.h>
#include <stdbool.h>

// curl's options are set through a variadic function, which Swift cannot call. Its library is opened by the first request.

// The library cannot be opened; not an error of curl's own.
static const CURLcode CS_NO_LIBRARY = CURL_LAST;

// Asks for `url` by GET and waits for the head of the answer; a body is not waited for. Redirects are followed within the URL's own scheme,
// `scheme`, only. For a thread of its own: it leaves SIGPIPE blocked. Several threads may call it at once.
//
// - Parameters:
//   - past_proxy: goes to the host itself, whatever the environment says of proxies.
//   - milliseconds: longest time for all of it. Looking up the host's name may take longer; see curl_easy_setopt, CURLOPT_TIMEOUT_MS.
//   - status: of the last answer; 0 without one.
// - Returns: CURLE_OK where an answer came; an error of curl's, or CS_NO_LIBRARY.
CURLcode cs_get(const char *url, const char *scheme, const char *user_agent, bool past_proxy, long milliseconds, long *status);

#endif
