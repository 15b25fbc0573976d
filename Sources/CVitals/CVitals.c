#define _GNU_SOURCE
#include "CVitals.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

static uint64_t empty_shard[8];
_Thread_local void *vitals_thread_slot = empty_shard;

static pthread_key_t exit_key;
static bool exit_key_made;
static pthread_once_t exit_once = PTHREAD_ONCE_INIT;
static void (*exit_handler)(void *);

static _Thread_local bool thread_ends;

static void thread_exits(void *shard) {
    thread_ends = true;
    vitals_thread_slot = empty_shard;
    __atomic_load_n(&exit_handler, __ATOMIC_ACQUIRE)(shard);
}

static void make_exit_key(void) { exit_key_made = pthread_key_create(&exit_key, thread_exits) == 0; }

void vitals_thread_adopt(void *shard) { vitals_thread_slot = shard; }
void vitals_thread_release(void) { vitals_thread_slot = empty_shard; }
bool vitals_thread_has_shard(void) { return vitals_thread_slot != empty_shard; }

bool vitals_thread_on_exit(void (*handler)(void *)) {
    if (thread_ends) return false;
    __atomic_store_n(&exit_handler, handler, __ATOMIC_RELEASE);
    pthread_once(&exit_once, make_exit_key);
    return exit_key_made && pthread_setspecific(exit_key, vitals_thread_slot) == 0;
}

uintptr_t vitals_slot_branches[1024];
uintptr_t vitals_label_shapes[65536];
uint64_t vitals_hash_seed_word;
__attribute__((constructor)) static void choose_hash_seed(void) { vitals_hash_seed_word = vitals_random(); }

static _Thread_local bool offering_exemplar;

bool vitals_exemplar_enter(void) {
    if (offering_exemplar) return false;
    offering_exemplar = true;
    return true;
}

void vitals_exemplar_leave(void) { offering_exemplar = false; }

uint32_t vitals_exemplar_demand;
void vitals_exemplar_demand_add(int32_t delta) {
    __atomic_fetch_add(&vitals_exemplar_demand, (uint32_t)delta, __ATOMIC_RELAXED);
}

uint64_t vitals_epoch_word = (uint64_t)1 << 32;
uint64_t vitals_epoch_advance(void) {
    return __atomic_add_fetch(&vitals_epoch_word, (uint64_t)1 << 32, __ATOMIC_SEQ_CST);
}

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) return 0;
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t vitals_unix_nanoseconds(void) { return nanoseconds(CLOCK_REALTIME); }
uint64_t vitals_monotonic_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }

uint64_t vitals_random(void) {
    uint64_t value;
    if (getrandom(&value, sizeof value, GRND_NONBLOCK) == (ssize_t)sizeof value) return value;
    return vitals_monotonic_nanoseconds() * 0x9E3779B97F4A7C15u ^ (uint64_t)getpid();
}

uint64_t vitals_process_generation = 1;
static void begin_child(void) { vitals_process_generation++; }
__attribute__((constructor)) static void watch_forks(void) { (void)pthread_atfork(NULL, NULL, begin_child); }

_Thread_local struct vitals_generator vitals_generator_state;

void vitals_generator_seed(struct vitals_generator *generator) {
    for (int i = 0; i < 4; i++) generator->state[i] = vitals_random();
    // The state may be anything but zero.
    generator->state[0] |= 1;
    generator->process = vitals_process_generation;
}

_Thread_local bool vitals_tracing_flag;

uintptr_t vitals_context_key_word;
void vitals_context_key_set(uintptr_t key) { __atomic_store_n(&vitals_context_key_word, key, __ATOMIC_RELAXED); }

_Thread_local void *vitals_attached_word __attribute__((tls_model("initial-exec")));
static pthread_key_t attached_key;
static pthread_once_t attached_once = PTHREAD_ONCE_INIT;
static void (*detach_at_exit)(void *context);
static bool has_attached_key;
static void end_attachments(void *context) {
    vitals_attached_word = NULL;
    __atomic_load_n(&detach_at_exit, __ATOMIC_ACQUIRE)(context);
}
static void make_attached_key(void) { has_attached_key = pthread_key_create(&attached_key, end_attachments) == 0; }

void vitals_attach_context(void *context, void (*on_exit)(void *context)) {
    vitals_attached_word = context;
    __atomic_store_n(&detach_at_exit, on_exit, __ATOMIC_RELEASE);
    pthread_once(&attached_once, make_attached_key);
    if (has_attached_key) (void)pthread_setspecific(attached_key, context);
}

void vitals_write_error(const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        ssize_t written = write(STDERR_FILENO, next, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        next += written;
        count -= (size_t)written;
    }
}

void vitals_yield(void) { sched_yield(); }

void vitals_sleep(uint64_t nanoseconds) {
    struct timespec left = {(time_t)(nanoseconds / 1000000000u), (long)(nanoseconds % 1000000000u)};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {}
}

const char *vitals_environment(const char *name) { return getenv(name); }

struct start {
    void (*body)(void *);
    void *context;
    char name[16];
};

static void *run(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    // By the thread itself: once it is detached it may be gone before its creator could name it.
    pthread_setname_np(pthread_self(), start.name);
    start.body(start.context);
    return NULL;
}

int vitals_thread_start(void (*body)(void *), void *context, const char *name) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL) return ENOMEM;
    *start = (struct start){body, context, ""};
    strncpy(start->name, name, sizeof start->name - 1);
    pthread_attr_t attributes;
    int failure = pthread_attr_init(&attributes);
    if (failure != 0) {
        free(start);
        return failure;
    }
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    // Signals belong to the host's threads: ours must never be the one that is picked to handle them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_t thread;
    failure = pthread_create(&thread, &attributes, run, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (failure != 0) {
        free(start);
        return failure;
    }
    return 0;
}

size_t vitals_lock_size(void) { return sizeof(pthread_mutex_t); }
void vitals_lock_init(void *lock) { pthread_mutex_init(lock, NULL); }
void vitals_lock_destroy(void *lock) { pthread_mutex_destroy(lock); }

static _Thread_local int locks_held;
int vitals_locks_held(void) { return locks_held; }

void vitals_lock(void *lock) {
    pthread_mutex_lock(lock);
    locks_held += 1;
}

bool vitals_try_lock(void *lock) {
    if (pthread_mutex_trylock(lock) != 0) return false;
    locks_held += 1;
    return true;
}

void vitals_unlock(void *lock) {
    locks_held -= 1;
    pthread_mutex_unlock(lock);
}

struct vitals_monitor {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
};

vitals_monitor *vitals_monitor_create(void) {
    vitals_monitor *monitor = malloc(sizeof *monitor);
    if (monitor == NULL) return NULL;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&monitor->mutex, NULL);
    pthread_cond_init(&monitor->condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return monitor;
}

void vitals_monitor_destroy(vitals_monitor *monitor) {
    pthread_cond_destroy(&monitor->condition);
    pthread_mutex_destroy(&monitor->mutex);
    free(monitor);
}

void vitals_monitor_lock(vitals_monitor *monitor) { pthread_mutex_lock(&monitor->mutex); }
void vitals_monitor_unlock(vitals_monitor *monitor) { pthread_mutex_unlock(&monitor->mutex); }
void vitals_monitor_signal(vitals_monitor *monitor) { pthread_cond_broadcast(&monitor->condition); }

bool vitals_monitor_wait(vitals_monitor *monitor, uint64_t deadline) {
    struct timespec until = {(time_t)(deadline / 1000000000u), (long)(deadline % 1000000000u)};
    return pthread_cond_timedwait(&monitor->condition, &monitor->mutex, &until) != ETIMEDOUT;
}

bool vitals_heap(uint64_t *used, uint64_t *reserved) {
#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 33)
    // Its predecessor has integers that overflow at 2 GiB.
    struct mallinfo2 info = mallinfo2();
    *used = (uint64_t)info.uordblks + info.hblkhd;
    *reserved = (uint64_t)info.arena + info.hblkhd;
    return true;
#endif
#endif
    *used = *reserved = 0;
    return false;
}

unsigned int vitals_processors(void) {
    // The set of the C library has room for 1024, and the system refuses to fill one that is too small.
    unsigned long set[1024];
    // Of the process, not of the thread that asks, which may be pinned.
    int failure = sched_getaffinity(getpid(), sizeof set, (cpu_set_t *)set);
    unsigned int count = 0;
    if (failure == 0) {
        for (size_t i = 0; i < sizeof set / sizeof *set; i++) count += (unsigned int)__builtin_popcountl(set[i]);
    }
    return count;
}

int vitals_stream_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

void vitals_tune_socket(int descriptor, unsigned int silence) {
    int one = 1;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof silence);
}

int vitals_wake_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
