// libnghttp2, the frames of HTTP/2, with the parts of the system that its connections need. Here is only what Swift
// cannot call: macros, and what the Glibc module does not show.
#ifndef VITALS_CNGHTTP2_H
#define VITALS_CNGHTTP2_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

static const int vitals_wake_flags = EFD_CLOEXEC | EFD_NONBLOCK;

// A socket that neither blocks nor is inherited.
static inline int vitals_stream_socket(int family) {
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

// Small frames leave at once, and a peer that acknowledges nothing for `silence` milliseconds counts as gone.
static inline void vitals_tune_socket(int descriptor, unsigned int silence) {
    int one = 1;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof silence);
}

#endif
