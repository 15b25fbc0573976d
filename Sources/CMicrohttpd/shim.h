// libmicrohttpd, the HTTP server.
#ifndef VITALS_CMICROHTTPD_H
#define VITALS_CMICROHTTPD_H

#include <microhttpd.h>

#endif
