#include "CLivePage.h"

// In C, because a Swift array literal of this size takes ten seconds to compile.
#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char page[] = {
#embed "../VitalsEndpoint/Page/live.html"
};

const unsigned char *vitals_live_page(void) { return page; }

size_t vitals_live_page_size(void) { return sizeof page; }
