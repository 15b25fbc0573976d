// The only C of Vitals: what Swift cannot say by itself. A thread-local slot, two process-wide words that
// instruments read on every record, clocks, log2, standard error, and threads with a timed wait.
#ifndef CVITALS_H
#define CVITALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The current thread's shard. It starts at a static shard without cells, so readers of the slot need no null check.
extern _Thread_local void *vitals_thread_slot __attribute__((tls_model("initial-exec")));

static inline void *vitals_thread_shard(void) { return vitals_thread_slot; }

// Puts `shard` in the slot of the calling thread.
void vitals_thread_adopt(void *shard);
// Puts the static empty shard back.
void vitals_thread_release(void);
bool vitals_thread_has_shard(void);
// Has `handler` called with the thread's shard when the calling thread ends. False: it will not be called.
bool vitals_thread_on_exit(void (*handler)(void *shard));

// Roots of tables that every look-up reads. Here and not in Swift, where reading a global asks each time whether it was
// initialised.
extern uintptr_t vitals_slot_branches[1024];
extern uintptr_t vitals_label_shapes[65536];
static inline void *vitals_slot_root(void) { return vitals_slot_branches; }
static inline void *vitals_shape_root(void) { return vitals_label_shapes; }
// Differs from process to process, so that nobody can choose label values that all collide.
extern uint64_t vitals_hash_seed_word;
static inline uint64_t vitals_hash_seed(void) { return vitals_hash_seed_word; }

// Whether the calling thread is offering an exemplar: what it records meanwhile offers none.
bool vitals_exemplar_enter(void);
void vitals_exemplar_leave(void);

// Zero while no registry wants exemplars.
extern uint32_t vitals_exemplar_demand;
static inline bool vitals_exemplars_wanted(void) {
    return __builtin_expect(__atomic_load_n(&vitals_exemplar_demand, __ATOMIC_RELAXED) != 0, 0);
}
void vitals_exemplar_demand_add(int32_t delta);

// Counts collections, in the upper half of the word, so that a gauge can stamp in which one it was set.
extern uint64_t vitals_epoch_word;
static inline uint64_t vitals_epoch(void) { return __atomic_load_n(&vitals_epoch_word, __ATOMIC_RELAXED); }
uint64_t vitals_epoch_advance(void);

// Whether the calling thread runs code that tracing calls: a sampler, a processor. Spans that begin there are not
// recorded, as each would be the reason for the next.
extern _Thread_local bool vitals_tracing_flag __attribute__((tls_model("initial-exec")));
static inline bool vitals_is_tracing(void) { return vitals_tracing_flag; }
// Sets it and returns what it was.
static inline bool vitals_set_tracing(bool is_tracing) {
    bool former = vitals_tracing_flag;
    vitals_tracing_flag = is_tracing;
    return former;
}

// The task-local value that is the current context; zero until there was one. Here, as a global of Swift asks each time
// whether it was initialised.
extern uintptr_t vitals_context_key_word;
static inline uintptr_t vitals_context_key(void) { return __atomic_load_n(&vitals_context_key_word, __ATOMIC_RELAXED); }
void vitals_context_key_set(uintptr_t key);

// What the program made the current context on this thread, beside those that tasks carry; null for nothing.
extern _Thread_local void *_Nullable vitals_attached_word __attribute__((tls_model("initial-exec")));
static inline void *_Nullable vitals_attached_context(void) { return vitals_attached_word; }
// `on_exit` is called with what is attached to a thread when it ends; it is the same function each time.
void vitals_attach_context(void *_Nullable context, void (*on_exit)(void *context));

uint64_t vitals_unix_nanoseconds(void);
uint64_t vitals_monotonic_nanoseconds(void);
uint64_t vitals_random(void);
// A number of the calling thread's own generator, seeded by the system and anew in a child process: quick, and good
// enough for what must differ from all others, but not for what must not be guessed. Never zero.
static inline uint64_t vitals_random_identifier(void);
static inline double vitals_log2(double value) { return __builtin_log2(value); }
static inline double vitals_ldexp(double value, int exponent) { return __builtin_ldexp(value, exponent); }
static inline double vitals_exp2(double value) { return __builtin_exp2(value); }
void vitals_write_error(const void *bytes, size_t count);
void vitals_yield(void);
void vitals_sleep(uint64_t nanoseconds);
const char *_Nullable vitals_environment(const char *name);

// Starts a detached thread with all signals blocked. Returns 0 or an errno.
int vitals_thread_start(void (*body)(void *context), void *context, const char *name);

// A mutex, in memory of `vitals_lock_size()` bytes that stays where it is.
size_t vitals_lock_size(void);
void vitals_lock_init(void *lock);
void vitals_lock_destroy(void *lock);
void vitals_lock(void *lock);
bool vitals_try_lock(void *lock);
void vitals_unlock(void *lock);
// How many of these locks the calling thread holds.
int vitals_locks_held(void);

// A mutex with a condition: for waits that must end at a deadline.
typedef struct vitals_monitor vitals_monitor;
vitals_monitor *_Nullable vitals_monitor_create(void);
void vitals_monitor_destroy(vitals_monitor *monitor);
void vitals_monitor_lock(vitals_monitor *monitor);
void vitals_monitor_unlock(vitals_monitor *monitor);
void vitals_monitor_signal(vitals_monitor *monitor);
// Waits for a signal until `deadline` (monotonic nanoseconds). False when the deadline passed.
bool vitals_monitor_wait(vitals_monitor *monitor, uint64_t deadline);

// How many bytes malloc has handed out and not got back, and how many it has from the system. False where the C library
// does not say. It walks through all free blocks, and nobody can allocate meanwhile.
bool vitals_heap(uint64_t *used, uint64_t *reserved);
// How many processors the process may run on; 0 if the system does not say.
unsigned int vitals_processors(void);

// A socket for streams that neither blocks nor is inherited; -1 with errno if there is none.
int vitals_stream_socket(int family);
// Small frames leave at once, and a peer that acknowledges nothing for `silence` milliseconds counts as gone.
void vitals_tune_socket(int descriptor, unsigned int silence);
// A descriptor that a thread waits on beside sockets, until another thread writes to it; -1 with errno if there is none.
int vitals_wake_descriptor(void);

// xoshiro256++ by Blackman and Vigna.
struct vitals_generator {
    uint64_t state[4];
    uint64_t process;
};
extern _Thread_local struct vitals_generator vitals_generator_state __attribute__((tls_model("initial-exec")));
// One more in each child process than in its parent.
extern uint64_t vitals_process_generation;
void vitals_generator_seed(struct vitals_generator *generator);

static inline uint64_t vitals_rotated(uint64_t value, int count) { return value << count | value >> (64 - count); }

static inline uint64_t vitals_random_identifier(void) {
    struct vitals_generator *own = &vitals_generator_state;
    if (__builtin_expect(own->process != vitals_process_generation, 0)) vitals_generator_seed(own);
    uint64_t *s = own->state;
    uint64_t result;
    do {
        result = vitals_rotated(s[0] + s[3], 23) + s[0];
        uint64_t shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = vitals_rotated(s[3], 45);
    } while (__builtin_expect(result == 0, 0));
    return result;
}

#pragma clang assume_nonnull end

#endif
