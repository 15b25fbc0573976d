// accept4 and its like, SOCK_CLOEXEC among them.
#define _GNU_SOURCE
#include "ccurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

// The header checks the types of variadic calls by its names, which here are pointers.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

// The functions that are used, each with the type that the header declares.
#define FUNCTIONS(use) \
    use(curl_global_init) use(curl_easy_init) use(curl_easy_cleanup) use(curl_easy_setopt) use(curl_easy_getinfo) \
    use(curl_easy_strerror) use(curl_slist_append) use(curl_slist_free_all) use(curl_multi_init) \
    use(curl_multi_cleanup) use(curl_multi_setopt) use(curl_multi_add_handle) use(curl_multi_remove_handle) \
    use(curl_multi_perform) use(curl_multi_poll) use(curl_multi_wakeup) use(curl_multi_info_read)

#define FIELD(name) __typeof__(&name) name;
static struct { FUNCTIONS(FIELD) } curl;

static bool loaded;
static char problem[256];

static bool missing(const char *reason) {
    snprintf(problem, sizeof problem, "%s", reason == NULL ? "no reason is given" : reason);
    return false;
}

static bool load(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return missing(dlerror());
#define RESOLVE(name) \
    curl.name = (__typeof__(&name))dlsym(library, #name); \
    if (curl.name == NULL) return missing("it has no " #name);
    FUNCTIONS(RESOLVE)
    return curl.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK || missing("it cannot be initialised");
}

bool vitals_curl_load(char *reason, size_t size) {
    // Tried again after a failure: descriptors may have been short.
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    if (!loaded) loaded = load();
    bool result = loaded;
    if (!result) snprintf(reason, size, "%s", problem);
    pthread_mutex_unlock(&lock);
    return result;
}

CURL *vitals_curl_create(void) { return curl.curl_easy_init(); }

void vitals_curl_destroy(CURL *transfer) { curl.curl_easy_cleanup(transfer); }

CURLcode vitals_curl_set_number(CURL *transfer, CURLoption option, long value) {
    return curl.curl_easy_setopt(transfer, option, value);
}

CURLcode vitals_curl_set_size(CURL *transfer, CURLoption option, long long value) {
    return curl.curl_easy_setopt(transfer, option, (curl_off_t)value);
}

CURLcode vitals_curl_set_text(CURL *transfer, CURLoption option, const char *value) {
    return curl.curl_easy_setopt(transfer, option, value);
}

CURLcode vitals_curl_set_pointer(CURL *transfer, CURLoption option, const void *value) {
    return curl.curl_easy_setopt(transfer, option, value);
}

CURLcode vitals_curl_set_receiver(CURL *transfer, CURLoption option, vitals_curl_receiver receiver) {
    return curl.curl_easy_setopt(transfer, option, receiver);
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)context, (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

CURLcode vitals_curl_keep_sockets(CURL *transfer) {
    return curl.curl_easy_setopt(transfer, CURLOPT_OPENSOCKETFUNCTION, open_socket);
}

// By number, as the header that is built against and the library that is loaded may be of different age.
enum { PROTOCOLS = 181, PROTOCOLS_TEXT = 10318, QUICK_EXIT = 322 };

CURLcode vitals_curl_only_http(CURL *transfer) {
    CURLcode code = curl.curl_easy_setopt(transfer, (CURLoption)PROTOCOLS_TEXT, "http,https");
    if (code == CURLE_UNKNOWN_OPTION)
        code = curl.curl_easy_setopt(transfer, (CURLoption)PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    return code;
}

void vitals_curl_quit_quickly(CURL *transfer) { (void)curl.curl_easy_setopt(transfer, (CURLoption)QUICK_EXIT, 1L); }

long vitals_curl_number(CURL *transfer, CURLINFO which) {
    long value = 0;
    return curl.curl_easy_getinfo(transfer, which, &value) == CURLE_OK ? value : 0;
}

const char *vitals_curl_text(CURL *transfer, CURLINFO which) {
    char *value = NULL;
    return curl.curl_easy_getinfo(transfer, which, &value) == CURLE_OK ? value : NULL;
}

const char *vitals_curl_reason(CURLcode code) { return curl.curl_easy_strerror(code); }

struct curl_slist *vitals_curl_append(struct curl_slist *list, const char *line) {
    return curl.curl_slist_append(list, line);
}

void vitals_curl_free(struct curl_slist *list) { curl.curl_slist_free_all(list); }

CURLM *vitals_curl_multi_create(long connections) {
    CURLM *multi = curl.curl_multi_init();
    if (multi == NULL) return NULL;
    // One that was made while descriptors were short cannot be woken, ever.
    if (curl.curl_multi_wakeup(multi) != CURLM_OK) {
        (void)curl.curl_multi_cleanup(multi);
        return NULL;
    }
    (void)curl.curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections);
    return multi;
}

void vitals_curl_multi_destroy(CURLM *multi) { (void)curl.curl_multi_cleanup(multi); }

CURLMcode vitals_curl_multi_add(CURLM *multi, CURL *transfer) { return curl.curl_multi_add_handle(multi, transfer); }

CURLMcode vitals_curl_multi_remove(CURLM *multi, CURL *transfer) {
    return curl.curl_multi_remove_handle(multi, transfer);
}

CURLMcode vitals_curl_multi_perform(CURLM *multi) {
    int running = 0;
    return curl.curl_multi_perform(multi, &running);
}

CURLMcode vitals_curl_multi_poll(CURLM *multi, int milliseconds) {
    return curl.curl_multi_poll(multi, NULL, 0, milliseconds, NULL);
}

void vitals_curl_multi_wake(CURLM *multi) { (void)curl.curl_multi_wakeup(multi); }

CURL *vitals_curl_multi_ended(CURLM *multi, CURLcode *code) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl.curl_multi_info_read(multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE) {
            *code = message->data.result;
            return message->easy_handle;
        }
    return NULL;
}
