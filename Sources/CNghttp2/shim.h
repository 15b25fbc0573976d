// libnghttp2, the frames of HTTP/2.
#ifndef VITALS_CNGHTTP2_H
#define VITALS_CNGHTTP2_H

#include <nghttp2/nghttp2.h>

#endif
