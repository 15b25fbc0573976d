// libnghttp2, the frames of HTTP/2. Here is only what Swift cannot call: macros.
#ifndef VITALS_CNGHTTP2_H
#define VITALS_CNGHTTP2_H

#include <nghttp2/nghttp2.h>

#endif
