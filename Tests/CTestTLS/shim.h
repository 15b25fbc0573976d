// OpenSSL as the tests' peers use it.
#ifndef VITALS_CTESTTLS_H
#define VITALS_CTESTTLS_H

#include <openssl/ssl.h>

#endif
