// libmicrohttpd, the HTTP server; of GnuTLS and libcrypt, which it comes with, what its users need.
#ifndef VITALS_CMICROHTTPD_H
#define VITALS_CMICROHTTPD_H

#include <crypt.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// What a daemon is started with. MHD takes its options as variable arguments, which Swift cannot pass.
typedef struct {
    int listener;
    unsigned int connections;
    size_t header_bytes;
    void *_Nullable context;
    void *_Nullable (*_Nonnull on_uri)(void *_Nullable context, const char *_Nonnull uri, struct MHD_Connection *_Nonnull);
    MHD_AccessHandlerCallback _Nonnull on_request;
    MHD_RequestCompletedCallback _Nonnull on_completed;
    MHD_NotifyConnectionCallback _Nonnull on_connection;
    // Null without TLS.
    const char *_Nullable certificate;
    const char *_Nullable key;
    const char *_Nullable authority;
} vitals_mhd_settings;

// Leaves escapes as they came: whoever decodes before taking a path apart cannot tell %2F from a slash.
static inline size_t vitals_mhd_keep_escapes(void *_Nullable context, struct MHD_Connection *_Nullable connection, char *_Nonnull text) {
    (void)context;
    (void)connection;
    return strlen(text);
}

static inline struct MHD_Daemon *_Nullable vitals_mhd_start(vitals_mhd_settings settings) {
    struct MHD_OptionItem options[16];
    int count = 0;
    options[count++] = (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, settings.listener, NULL};
    options[count++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_LIMIT, settings.connections, NULL};
    options[count++] =
        (struct MHD_OptionItem){MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)settings.header_bytes, NULL};
    options[count++] = (struct MHD_OptionItem){MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL};
    options[count++] =
        (struct MHD_OptionItem){MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)settings.on_uri, settings.context};
    options[count++] =
        (struct MHD_OptionItem){MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)vitals_mhd_keep_escapes, NULL};
    options[count++] = (struct MHD_OptionItem){
        MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)settings.on_completed, settings.context};
    options[count++] = (struct MHD_OptionItem){
        MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)settings.on_connection, settings.context};
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    if (settings.certificate) {
        flags |= MHD_USE_TLS;
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)settings.certificate};
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)settings.key};
        options[count++] = (struct MHD_OptionItem){
            MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"};
        if (settings.authority) {
            options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)settings.authority};
        }
    }
    options[count++] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return MHD_start_daemon(
        flags, 0, NULL, NULL, settings.on_request, settings.context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static inline int vitals_mhd_socket(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

static inline const struct sockaddr *_Nullable vitals_mhd_address(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

// Whether the client showed a certificate of the authority. True without TLS.
static inline bool vitals_mhd_is_trusted(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!info || !info->tls_session) return false;
    unsigned int status = 0;
    gnutls_session_t session = (gnutls_session_t)info->tls_session;
    unsigned int count = 0;
    if (!gnutls_certificate_get_peers(session, &count) || count == 0) return false;
    return gnutls_certificate_verify_peers2(session, &status) == GNUTLS_E_SUCCESS && status == 0;
}

// The hash of a password under a setting, which an older hash may be; false if there is no such way to hash.
static inline bool vitals_crypt(const char *_Nonnull password, const char *_Nonnull setting, char *_Nonnull out, size_t size) {
    struct crypt_data *data = calloc(1, sizeof(struct crypt_data));
    if (!data) return false;
    const char *hash = crypt_r(password, setting, data);
    bool is_hash = hash && hash[0] != '*' && strlen(hash) < size;
    if (is_hash) strcpy(out, hash);
    explicit_bzero(data, sizeof(struct crypt_data));
    free(data);
    return is_hash;
}

static inline bool vitals_hmac_sha256(
    const void *_Nonnull key, size_t key_size, const void *_Nonnull text, size_t size, unsigned char *_Nonnull digest) {
    return gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, key_size, text, size, digest) == GNUTLS_E_SUCCESS;
}

#endif
