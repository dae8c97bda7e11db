#include "curl_shims.h"

#include <deferred.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#if LIBCURL_VERSION_MAJOR < 7 || LIBCURL_VERSION_MAJOR > 8
#error "which shared library goes with this version of curl.h?"
#endif

static struct {
    __typeof__(&curl_easy_init) init;
    __typeof__(&curl_easy_setopt) setopt;
    __typeof__(&curl_easy_perform) perform;
    __typeof__(&curl_easy_getinfo) getinfo;
    __typeof__(&curl_easy_cleanup) cleanup;
} curl;

static bool find_all(const char *library) {
    return (curl.init = deferred_address(library, "curl_easy_init")) && (curl.setopt = deferred_address(library, "curl_easy_setopt")) &&
        (curl.perform = deferred_address(library, "curl_easy_perform")) && (curl.getinfo = deferred_address(library, "curl_easy_getinfo")) &&
        (curl.cleanup = deferred_address(library, "curl_easy_cleanup"));
}

static bool is_there;
// PROJ, on Debian, loads the first of them in any case.
static void open_library(void) { is_there = find_all("libcurl-gnutls.so.4") || find_all("libcurl.so.4"); }

// Taking less than was offered ends the transfer.
static size_t take_nothing(char *bytes, size_t size, size_t count, void *user_data) {
    (void)bytes, (void)size, (void)count, (void)user_data;
    return 0;
}

// A body may never come, so that its first byte is not what to wait for.
static size_t end_with_head(char *line, size_t size, size_t count, void *handle) {
    long status = 0;
    int is_end = size * count > 0 && (line[0] == '\r' || line[0] == '\n');
    if (is_end && curl.getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
        ((status >= 200 && status < 300) || status >= 400))
        return 0;
    return size * count;
}

CURLcode cs_get(const char *url, const char *scheme, const char *user_agent, bool past_proxy, long milliseconds, long *status) {
    *status = 0;
    static pthread_once_t opened = PTHREAD_ONCE_INIT;
    pthread_once(&opened, open_library);
    if (!is_there) return CS_NO_LIBRARY;
    // curl is told to leave signals alone, so the TLS library's writes to a peer that has gone may raise one.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);

    CURL *handle = curl.init();
    if (!handle) return CURLE_FAILED_INIT;
    CURLcode result = CURLE_OK;
#define SET(option, value) if (result == CURLE_OK) result = curl.setopt(handle, option, value)
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, scheme);
    SET(CURLOPT_REDIR_PROTOCOLS_STR, scheme);
    SET(CURLOPT_FOLLOWLOCATION, 1L);
    SET(CURLOPT_MAXREDIRS, 5L);
    SET(CURLOPT_USERAGENT, user_agent);
    SET(CURLOPT_TIMEOUT_MS, milliseconds);
    SET(CURLOPT_NOSIGNAL, 1L);
    // Without it curl waits for a name to be looked up, long after it was to give up.
    SET(CURLOPT_QUICK_EXIT, 1L);
    SET(CURLOPT_WRITEFUNCTION, take_nothing);
    SET(CURLOPT_HEADERFUNCTION, end_with_head);
    SET(CURLOPT_HEADERDATA, handle);
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (past_proxy) SET(CURLOPT_PROXY, "");
#undef SET
    if (result == CURLE_OK) {
        result = curl.perform(handle);
        if (curl.getinfo(handle, CURLINFO_RESPONSE_CODE, status) != CURLE_OK) *status = 0;
        // Ended by the callbacks, with the head at hand.
        if (result == CURLE_WRITE_ERROR && *status != 0) result = CURLE_OK;
    }
    curl.cleanup(handle);
    return result;
}
