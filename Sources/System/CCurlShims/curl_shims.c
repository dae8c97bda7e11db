#include "curl_shims.h"

#include <pthread.h>
#include <signal.h>

// Taking less than was offered ends the transfer.
static size_t take_nothing(char *bytes, size_t size, size_t count, void *user_data) {
    (void)bytes, (void)size, (void)count, (void)user_data;
    return 0;
}

// A body may never come, so that its first byte is not what to wait for.
static size_t end_with_head(char *line, size_t size, size_t count, void *handle) {
    long status = 0;
    int is_end = size * count > 0 && (line[0] == '\r' || line[0] == '\n');
    if (is_end && curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
        ((status >= 200 && status < 300) || status >= 400))
        return 0;
    return size * count;
}

CURLcode cs_get(const char *url, const char *scheme, const char *user_agent, bool past_proxy, long milliseconds, long *status) {
    *status = 0;
    // curl is told to leave signals alone, so the TLS library's writes to a peer that has gone may raise one.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);

    CURL *handle = curl_easy_init();
    if (!handle) return CURLE_FAILED_INIT;
    CURLcode result = CURLE_OK;
#define SET(option, value) if (result == CURLE_OK) result = curl_easy_setopt(handle, option, value)
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
        result = curl_easy_perform(handle);
        if (curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status) != CURLE_OK) *status = 0;
        // Ended by the callbacks, with the head at hand.
        if (result == CURLE_WRITE_ERROR && *status != 0) result = CURLE_OK;
    }
    curl_easy_cleanup(handle);
    return result;
}
