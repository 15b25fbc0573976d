// libcurl, loaded when it is first needed: with its own libraries it would be the largest part of a process that never
// sends over HTTP. Its variadic functions are wrapped for Swift.
#ifndef VITALS_CCURL_H
#define VITALS_CCURL_H

#include <stdbool.h>

#pragma clang assume_nonnull begin

// Whether libcurl could be loaded. Safe to call again and from several threads.
bool vitals_curl_load(void);

#pragma clang assume_nonnull end

#endif
