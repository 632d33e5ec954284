/* grade_real.h: the stories of stage 8; see grade_real.c. One is lived by real_live.c. */
#ifndef LAB_GRADE_REAL_H
#define LAB_GRADE_REAL_H

#include "lab/grade.h"
#include "lucid/whatif.h"

enum real_op {
    OP_NONE, /* ends the list */
    OP_LISTEN,
    OP_CONNECT,
    OP_SEND, /* octets: value */
    OP_SHUTDOWN,
    OP_CLOSE,
    OP_ABORT
};

struct real_step {
    unsigned ms;
    unsigned end; /* 0 or 1 */
    enum real_op op;
    unsigned value;
};

/* A segment that the wire drops: the number-th (from 1) that leaves an end with these flags. */
struct real_drop {
    unsigned end, flags, number; /* flags: enum lucid_flag; number 0: ends the list */
};

#define REAL_STEPS 12
#define REAL_DROPS 4

struct real_story {
    const char *name;
    unsigned loss;          /* of the wire, both ways, percent */
    unsigned closes_on_end; /* bit 1 << end: it closes as soon as it has read the end of the stream */
    struct real_step step[REAL_STEPS];
    struct real_drop drop[REAL_DROPS];
};

#define REAL_STATES 40

struct real_change {
    uint16_t from, to; /* enum lucid_tcp_state */
};

/* What is compared. */
struct real_outcome {
    unsigned changes[2];
    struct real_change change[2][REAL_STATES];
    uint64_t delivered[2], print[2]; /* octets that the end has read, and a hash of them */
    int error[2];                    /* the first that a call has met */
};

void real_live(const struct real_story *story, lucid_machine_ask *ask, void *user, struct real_outcome *outcome);

/* False, and in words what is different. */
bool real_same(const struct real_outcome *table, const struct real_outcome *machine, char *what, size_t size);

enum grade_curl_outcome { CURL_NOT_COUNTED, CURL_RIGHT, CURL_WRONG };

struct grade_curl {
    enum grade_curl_outcome outcome;
    char what[160]; /* why it is not counted, or went wrong */
};

/* curl against a server on a stack with this machine. It takes the whole process into a network of its own. */
void grade_curl(lucid_machine_ask *ask, void *user, struct grade_curl *curl);

#endif
