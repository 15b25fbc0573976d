#include "copenssl.h"

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

// The functions that are used, each with the type that the headers declare.
#define OF_LIBSSL(use) \
    use(OPENSSL_init_ssl) use(SSL_CTX_check_private_key) use(SSL_CTX_ctrl) use(SSL_CTX_free) \
    use(SSL_CTX_load_verify_locations) use(SSL_CTX_new) use(SSL_CTX_set_default_passwd_cb) \
    use(SSL_CTX_set_default_verify_paths) use(SSL_CTX_set_options) use(SSL_CTX_set_verify) \
    use(SSL_CTX_use_PrivateKey_file) use(SSL_CTX_use_certificate_chain_file) use(SSL_ctrl) use(SSL_do_handshake) \
    use(SSL_free) use(SSL_get0_alpn_selected) use(SSL_get0_param) use(SSL_get_error) use(SSL_get_verify_result) \
    use(SSL_new) use(SSL_read) use(SSL_set1_host) use(SSL_set_alpn_protos) use(SSL_set_bio) \
    use(SSL_set_connect_state) use(SSL_set_hostflags) use(SSL_shutdown) use(SSL_write) use(TLS_client_method)
#define OF_LIBCRYPTO(use) \
    use(BIO_ctrl_pending) use(BIO_free) use(BIO_new) use(BIO_read) use(BIO_s_mem) use(BIO_write) use(ERR_clear_error) \
    use(ERR_peek_error) use(ERR_reason_error_string) use(X509_VERIFY_PARAM_set1_ip_asc) \
    use(X509_verify_cert_error_string)

#define FIELD(name) __typeof__(&name) name;
static struct { OF_LIBSSL(FIELD) OF_LIBCRYPTO(FIELD) } tls;

static bool loaded;
static char problem[256];

static bool missing(const char *reason) {
    snprintf(problem, sizeof problem, "%s", reason == NULL ? "no reason is given" : reason);
    return false;
}

static bool load(void) {
    // The version of the headers: others may lay out their structures in another way.
    void *crypto = dlopen("libcrypto.so." TEXT(OPENSSL_VERSION_MAJOR), RTLD_NOW | RTLD_LOCAL);
    if (crypto == NULL) return missing(dlerror());
    void *ssl = dlopen("libssl.so." TEXT(OPENSSL_VERSION_MAJOR), RTLD_NOW | RTLD_LOCAL);
    if (ssl == NULL) return missing(dlerror());
#define RESOLVE_SSL(name) \
    tls.name = (__typeof__(&name))dlsym(ssl, #name); \
    if (tls.name == NULL) return missing("it has no " #name);
    OF_LIBSSL(RESOLVE_SSL)
#define RESOLVE_CRYPTO(name) \
    tls.name = (__typeof__(&name))dlsym(crypto, #name); \
    if (tls.name == NULL) return missing("it has no " #name);
    OF_LIBCRYPTO(RESOLVE_CRYPTO)
    // Without the handler at exit: it would free what threads of the host still use.
    return tls.OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, NULL) == 1 || missing("it cannot be initialised");
}

bool vitals_tls_load(char *reason, size_t size) {
    // Tried again after a failure: descriptors may have been short.
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    if (!loaded) loaded = load();
    bool result = loaded;
    if (!result) snprintf(reason, size, "%s", problem);
    pthread_mutex_unlock(&lock);
    return result;
}

const char *vitals_tls_reason(void) {
    // What follows the first are the words of its callers.
    unsigned long error = tls.ERR_peek_error();
    tls.ERR_clear_error();
    if (error == 0) return NULL;
    const char *reason = tls.ERR_reason_error_string(error);
    return reason != NULL ? reason : strerror(ERR_GET_REASON(error));
}

// A key with a passphrase is refused. By default the terminal would be asked.
static int no_passphrase(char *buffer, int size, int is_writing, void *context) {
    (void)buffer, (void)size, (void)is_writing, (void)context;
    return -1;
}

vitals_tls_context *vitals_tls_context_create(void) {
    tls.ERR_clear_error();
    SSL_CTX *context = tls.SSL_CTX_new(tls.TLS_client_method());
    if (context == NULL) return NULL;
    (void)tls.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, NULL);
    (void)tls.SSL_CTX_ctrl(
        context, SSL_CTRL_MODE, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER, NULL);
    (void)tls.SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    tls.SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    tls.SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return context;
}

void vitals_tls_context_free(vitals_tls_context *context) { tls.SSL_CTX_free(context); }

bool vitals_tls_trust_file(vitals_tls_context *context, const char *path) {
    return tls.SSL_CTX_load_verify_locations(context, path, NULL) == 1;
}

void vitals_tls_trust_system(vitals_tls_context *context) {
    (void)tls.SSL_CTX_set_default_verify_paths(context);
    tls.ERR_clear_error();
}

bool vitals_tls_set_certificate(vitals_tls_context *context, const char *path) {
    return tls.SSL_CTX_use_certificate_chain_file(context, path) == 1;
}

bool vitals_tls_set_key(vitals_tls_context *context, const char *path) {
    return tls.SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM) == 1
        && tls.SSL_CTX_check_private_key(context) == 1;
}

struct vitals_tls_session {
    SSL *ssl;
    BIO *incoming;
    BIO *outgoing;
};

static bool expect(SSL *ssl, const char *host) {
    if (tls.X509_VERIFY_PARAM_set1_ip_asc(tls.SSL_get0_param(ssl), host) == 1) return true;
    tls.ERR_clear_error();
    tls.SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return tls.SSL_set1_host(ssl, host) == 1
        && tls.SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, (void *)host) == 1;
}

vitals_tls_session *vitals_tls_session_create(vitals_tls_context *context, const char *host) {
    static const unsigned char protocols[] = {2, 'h', '2'};
    vitals_tls_session *session = calloc(1, sizeof *session);
    if (session == NULL) return NULL;
    session->ssl = tls.SSL_new(context);
    session->incoming = tls.BIO_new(tls.BIO_s_mem());
    session->outgoing = tls.BIO_new(tls.BIO_s_mem());
    if (session->ssl == NULL || session->incoming == NULL || session->outgoing == NULL) {
        tls.BIO_free(session->incoming);
        tls.BIO_free(session->outgoing);
        tls.SSL_free(session->ssl);
        free(session);
        return NULL;
    }
    tls.SSL_set_bio(session->ssl, session->incoming, session->outgoing);
    tls.SSL_set_connect_state(session->ssl);
    if (tls.SSL_set_alpn_protos(session->ssl, protocols, sizeof protocols) != 0 || !expect(session->ssl, host)) {
        vitals_tls_session_free(session);
        return NULL;
    }
    return session;
}

void vitals_tls_session_free(vitals_tls_session *session) {
    // The memory on both sides belongs to it.
    tls.SSL_free(session->ssl);
    free(session);
}

void vitals_tls_feed(vitals_tls_session *session, const void *bytes, int count) {
    (void)tls.BIO_write(session->incoming, bytes, count);
}

size_t vitals_tls_waiting(vitals_tls_session *session) { return tls.BIO_ctrl_pending(session->outgoing); }

int vitals_tls_take(vitals_tls_session *session, void *bytes, int count) {
    return tls.BIO_read(session->outgoing, bytes, count);
}

static int result(vitals_tls_session *session, int count) {
    if (count > 0) return count;
    switch (tls.SSL_get_error(session->ssl, count)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return VITALS_TLS_NOT_NOW;
    case SSL_ERROR_ZERO_RETURN: return VITALS_TLS_CLOSED;
    default: return VITALS_TLS_FAILED;
    }
}

int vitals_tls_handshake(vitals_tls_session *session) {
    tls.ERR_clear_error();
    return result(session, tls.SSL_do_handshake(session->ssl));
}

int vitals_tls_read(vitals_tls_session *session, void *bytes, int count) {
    tls.ERR_clear_error();
    return result(session, tls.SSL_read(session->ssl, bytes, count));
}

int vitals_tls_write(vitals_tls_session *session, const void *bytes, int count) {
    tls.ERR_clear_error();
    return result(session, tls.SSL_write(session->ssl, bytes, count));
}

void vitals_tls_end(vitals_tls_session *session) {
    tls.ERR_clear_error();
    (void)tls.SSL_shutdown(session->ssl);
    tls.ERR_clear_error();
}

const char *vitals_tls_verdict(vitals_tls_session *session) {
    long verdict = tls.SSL_get_verify_result(session->ssl);
    return verdict == X509_V_OK ? NULL : tls.X509_verify_cert_error_string(verdict);
}

bool vitals_tls_is_h2(vitals_tls_session *session) {
    const unsigned char *name = NULL;
    unsigned int length = 0;
    tls.SSL_get0_alpn_selected(session->ssl, &name, &length);
    return length == 2 && memcmp(name, "h2", 2) == 0;
}
