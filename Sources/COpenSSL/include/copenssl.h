// TLS towards collectors, by OpenSSL, which is loaded when a connection first needs it: a process that speaks gRPC
// without TLS does without its memory. Only its headers are used at build time. Everything but `vitals_tls_load` may be
// called only after that returned true.
#ifndef VITALS_COPENSSL_H
#define VITALS_COPENSSL_H

#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

// Whether OpenSSL could be loaded; `reason` gets the reason if not. Safe to call again and from several threads.
bool vitals_tls_load(char *reason, size_t size);

// What went wrong first on this thread, which is forgotten then; NULL if nothing did.
const char *_Nullable vitals_tls_reason(void);

// The keys and certificates of connections, as paths of PEM files. NULL and false come with a reason.
typedef struct ssl_ctx_st vitals_tls_context;
vitals_tls_context *_Nullable vitals_tls_context_create(void);
void vitals_tls_context_free(vitals_tls_context *context);
bool vitals_tls_trust_file(vitals_tls_context *context, const char *path);
void vitals_tls_trust_system(vitals_tls_context *context);
bool vitals_tls_set_certificate(vitals_tls_context *context, const char *path);
bool vitals_tls_set_key(vitals_tls_context *context, const char *path);

// A client's side of a connection with `host`, which is a name or a number, and with the protocol h2. It works on memory:
// what comes from the peer is fed to it, and what goes to the peer is taken from it.
typedef struct vitals_tls_session vitals_tls_session;
vitals_tls_session *_Nullable vitals_tls_session_create(vitals_tls_context *context, const char *host);
void vitals_tls_session_free(vitals_tls_session *session);
void vitals_tls_feed(vitals_tls_session *session, const void *bytes, int count);
size_t vitals_tls_waiting(vitals_tls_session *session);
int vitals_tls_take(vitals_tls_session *session, void *bytes, int count);

// Zero or more stands for success, of reading and writing for how many bytes there are.
enum { VITALS_TLS_NOT_NOW = -1, VITALS_TLS_CLOSED = -2, VITALS_TLS_FAILED = -3 };
int vitals_tls_handshake(vitals_tls_session *session);
int vitals_tls_read(vitals_tls_session *session, void *bytes, int count);
int vitals_tls_write(vitals_tls_session *session, const void *bytes, int count);
// Tells the peer that nothing more will come.
void vitals_tls_end(vitals_tls_session *session);

// Why the certificate of the peer is not accepted; NULL if it is.
const char *_Nullable vitals_tls_verdict(vitals_tls_session *session);
// Whether the peer chose h2.
bool vitals_tls_is_h2(vitals_tls_session *session);

#pragma clang assume_nonnull end

#endif
