// libcurl, loaded when it is first needed: with its own libraries it would be the largest part of a process that never
// sends over HTTP. Only its header is used at build time. Its variadic functions are wrapped for Swift. Everything but
// `vitals_curl_load` may be called only after that returned true.
#ifndef VITALS_CCURL_H
#define VITALS_CCURL_H

#include <stdbool.h>
#include <stddef.h>
#include <curl/curl.h>

#pragma clang assume_nonnull begin

// Whether libcurl could be loaded; `reason` gets the reason if not. Safe to call again and from several threads.
bool vitals_curl_load(char *reason, size_t size);

// A transfer.
CURL *_Nullable vitals_curl_create(void);
void vitals_curl_destroy(CURL *transfer);
CURLcode vitals_curl_set_number(CURL *transfer, CURLoption option, long value);
CURLcode vitals_curl_set_size(CURL *transfer, CURLoption option, long long value);
// libcurl copies the text.
CURLcode vitals_curl_set_text(CURL *transfer, CURLoption option, const char *value);
// libcurl keeps the pointer.
CURLcode vitals_curl_set_pointer(CURL *transfer, CURLoption option, const void *_Nullable value);
typedef size_t (*vitals_curl_receiver)(char *_Nullable bytes, size_t size, size_t count, void *_Nullable context);
CURLcode vitals_curl_set_receiver(CURL *transfer, CURLoption option, vitals_curl_receiver receiver);
// Keeps sockets from being inherited by programs that the process starts.
CURLcode vitals_curl_keep_sockets(CURL *transfer);
// Refuses whatever is not http or https, in the way that the loaded version understands.
CURLcode vitals_curl_only_http(CURL *transfer);
// Does not wait for a name that is still being resolved when the transfer ends, where the loaded version can do so.
void vitals_curl_quit_quickly(CURL *transfer);
// A figure about the transfer; zero if there is none.
long vitals_curl_number(CURL *transfer, CURLINFO which);
// Text about the transfer, until it goes on or ends.
const char *_Nullable vitals_curl_text(CURL *transfer, CURLINFO which);
const char *vitals_curl_reason(CURLcode code);

// A list of header fields: appends a copy, returns NULL without memory and then leaves the list as it was.
struct curl_slist *_Nullable vitals_curl_append(struct curl_slist *_Nullable list, const char *line);
void vitals_curl_free(struct curl_slist *_Nullable list);

// Transfers side by side, with the connections they leave behind. Only `wake` may come from another thread.
CURLM *_Nullable vitals_curl_multi_create(long connections);
void vitals_curl_multi_destroy(CURLM *multi);
CURLMcode vitals_curl_multi_add(CURLM *multi, CURL *transfer);
CURLMcode vitals_curl_multi_remove(CURLM *multi, CURL *transfer);
CURLMcode vitals_curl_multi_perform(CURLM *multi);
CURLMcode vitals_curl_multi_poll(CURLM *multi, int milliseconds);
void vitals_curl_multi_wake(CURLM *multi);
// A transfer that has ended, and how; NULL if there is none.
CURL *_Nullable vitals_curl_multi_ended(CURLM *multi, CURLcode *code);

#pragma clang assume_nonnull end

#endif
