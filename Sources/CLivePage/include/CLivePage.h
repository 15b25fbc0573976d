#ifndef CLIVEPAGE_H
#define CLIVEPAGE_H

#include <stddef.h>

/// The bytes of live.html, which are there for as long as the program runs.
const unsigned char *vitals_live_page(void);

/// How many there are.
size_t vitals_live_page_size(void);

#endif
