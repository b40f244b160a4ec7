/* What a real-time thread needs from the processor and the compiler. */
#ifndef DDSP_REALTIME_H
#define DDSP_REALTIME_H
#include <stdint.h>
#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

/* Functions that must never block, which clang's RealtimeSanitizer then checks. */
#if defined(__clang__) && defined(__has_attribute)
#if __has_attribute(nonblocking)
#define NONBLOCKING __attribute__((nonblocking))
#endif
#endif
#ifndef NONBLOCKING
#define NONBLOCKING
#endif

/* Subnormal numbers cost a hundred times a normal one: flush them to zero while rendering and put the thread's mode
   back afterwards, since the thread is the host's. */
static inline uint64_t flush_subnormals(void) {
#if defined(__x86_64__) || defined(_M_X64)
    uint64_t mode = _mm_getcsr();
    _mm_setcsr((unsigned)mode | 0x8040u);
#elif defined(__aarch64__)
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    __asm__ volatile("msr fpcr, %0" ::"r"(mode | (1ull << 24)));
#else
    uint64_t mode = 0;
#endif
    return mode;
}

static inline void restore_subnormals(uint64_t mode) {
#if defined(__x86_64__) || defined(_M_X64)
    _mm_setcsr((unsigned)mode);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" ::"r"(mode));
#else
    (void)mode;
#endif
}

#endif
