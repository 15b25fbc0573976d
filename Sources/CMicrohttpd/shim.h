// libmicrohttpd, the HTTP server, with the parts of GnuTLS and libcrypt that the endpoint needs. Here is only what Swift
// cannot call: variadic functions, and macros.
#ifndef VITALS_CMICROHTTPD_H
#define VITALS_CMICROHTTPD_H

#include <crypt.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// Of Linux, which the Glibc module does not show.
extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
static const short vitals_hung_up = 0x2000;  // POLLRDHUP
static const int vitals_event_flags = EFD_CLOEXEC | EFD_NONBLOCK;

struct vitals_http_setup {
    void *context;
    MHD_AccessHandlerCallback handle;
    void *(*began)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback changed;
    size_t connection_memory;
    unsigned int connections;
    // PEM; NULL for plain HTTP.
    const char *certificate;
    const char *key;
    const char *authorities;
};

// Starts a server with one thread and no listening socket: connections are handed to it.
static inline struct MHD_Daemon *vitals_http_start(const struct vitals_http_setup *setup) {
    // Not epoll: where exactly 128 descriptors are ready at once (0.9.75), that loop waits again before it handles them.
    unsigned int flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;
    if (setup->certificate != NULL) flags |= MHD_USE_TLS;
    struct MHD_OptionItem options[16] = {
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)setup->began, setup->context},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)setup->completed, setup->context},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)setup->changed, setup->context},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)setup->connection_memory, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)setup->connections, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
    };
    int count = 6;
    if (setup->certificate != NULL) {
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)setup->certificate};
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)setup->key};
        options[count++] = (struct MHD_OptionItem){
            MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"};
        if (setup->authorities != NULL)
            options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)setup->authorities};
    }
    options[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    // Signals belong to the host's threads; the server's thread inherits the mask.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, setup->handle, setup->context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

// What MHD_NotifyConnectionCallback left with the connection.
static inline void *vitals_http_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static inline int vitals_http_descriptor(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

// Lets the handshake fail without a client certificate that the authorities vouch for: the server only asks for one.
static inline void vitals_tls_require_client(struct MHD_Connection *connection) {
    static gnutls_typed_vdata_st purpose[] = {
        {GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT, 0}};
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (info == NULL || info->tls_session == NULL) return;
    gnutls_certificate_server_set_request((gnutls_session_t)info->tls_session, GNUTLS_CERT_REQUIRE);
    gnutls_session_set_verify_cert2((gnutls_session_t)info->tls_session, purpose, 1, 0);
}

// 0, or the error of the first of the PEM texts that is wrong; `which` says which: 0 certificate and key, 1 authorities.
static inline int vitals_tls_check(const char *certificate, const char *key, const char *authorities, int *which) {
    gnutls_certificate_credentials_t credentials;
    *which = 0;
    int failure = gnutls_certificate_allocate_credentials(&credentials);
    if (failure != 0) return failure;
    gnutls_datum_t pem = {(unsigned char *)certificate, (unsigned int)strlen(certificate)};
    gnutls_datum_t secret = {(unsigned char *)key, (unsigned int)strlen(key)};
    failure = gnutls_certificate_set_x509_key_mem(credentials, &pem, &secret, GNUTLS_X509_FMT_PEM);
    if (failure >= 0 && authorities != NULL) {
        gnutls_datum_t trusted = {(unsigned char *)authorities, (unsigned int)strlen(authorities)};
        *which = 1;
        failure = gnutls_certificate_set_x509_trust_mem(credentials, &trusted, GNUTLS_X509_FMT_PEM);
        if (failure == 0) failure = GNUTLS_E_NO_CERTIFICATE_FOUND;
    }
    gnutls_certificate_free_credentials(credentials);
    return failure < 0 ? failure : 0;
}

// Whether `password` has the bcrypt `hash`, in a time that does not depend on where they differ.
static inline bool vitals_bcrypt_matches(const char *password, const char *hash) {
    struct crypt_data *data = (struct crypt_data *)calloc(1, sizeof *data);
    if (data == NULL) return false;
    const char *made = crypt_r(password, hash, data);
    size_t length = strlen(hash);
    bool matches = made != NULL && made[0] == '$' && strlen(made) == length && gnutls_memcmp(made, hash, length) == 0;
    gnutls_memset(data, 0, sizeof *data);
    free(data);
    return matches;
}

#endif
