#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>

// Calls of malloc and its relatives in this process so far.
uint64_t allocation_count(void);

#endif
