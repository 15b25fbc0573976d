// SQLite, for the adapter that measures it.
#ifndef VITALS_CSQLITE_H
#define VITALS_CSQLITE_H

#include <sqlite3.h>

// SQLite copies what is bound: its constant for that is a cast that Swift does not see. Without bytes there may be no
// pointer, which SQLite would take for NULL.
static inline int vitals_sqlite_bind_text(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, bytes ? bytes : "", count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int vitals_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}

#endif
