// libdeflate, which packs whole buffers as gzip.
#ifndef VITALS_CDEFLATE_H
#define VITALS_CDEFLATE_H

#include <libdeflate.h>

#endif
