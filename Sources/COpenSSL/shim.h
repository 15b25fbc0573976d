// OpenSSL, for TLS towards collectors. Here is only what Swift cannot call: macros.
#ifndef VITALS_COPENSSL_H
#define VITALS_COPENSSL_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Without the handler at exit: it would free what threads of the host still use.
static inline void vitals_tls_prepare(void) { (void)OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, NULL); }

// A key with a passphrase is refused. By default the terminal would be asked.
static inline int vitals_no_passphrase(char *buffer, int size, int is_writing, void *context) {
    (void)buffer, (void)size, (void)is_writing, (void)context;
    return -1;
}

static inline void vitals_tls_strict(SSL_CTX *context) {
    (void)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    (void)SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    (void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_default_passwd_cb(context, vitals_no_passphrase);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
}

static inline int vitals_tls_name(SSL *ssl, const char *name) { return (int)SSL_set_tlsext_host_name(ssl, name); }
static inline size_t vitals_bio_pending(BIO *bio) { return BIO_ctrl_pending(bio); }
static inline int vitals_error_reason(unsigned long error) { return ERR_GET_REASON(error); }

#endif
