// SQLite, for the adapter that measures it.
#ifndef VITALS_CSQLITE_H
#define VITALS_CSQLITE_H

#include <sqlite3.h>

#endif
