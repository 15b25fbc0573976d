// OpenSSL, for TLS towards collectors. Here is only what Swift cannot call: macros.
#ifndef VITALS_COPENSSL_H
#define VITALS_COPENSSL_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#endif
