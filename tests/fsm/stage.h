/* stage.h: a stack and its model side by side. Whatever happens, a segment, a call or a time-out, happens to both, and
 * afterwards they must agree: on the state, the variables, every segment that leaves, what the application can read and
 * what it is told. After each step the invariants of core/check.h must hold too.
 *
 *     stage_open(&stage, &profile);
 *     stage_connect(&stage);
 *     stage_segment(&stage, &(struct model_segment){...});
 *     ... stage.wrong[0] != '\0': the first disagreement, in words
 *     stage_close(&stage);
 *
 * With stage_save() and stage_restore() the same moment can be played on in many ways.
 */
#ifndef FSM_STAGE_H
#define FSM_STAGE_H

#include "fsm/arena.h"
#include "fsm/model.h"

#define STAGE_SEEN 16

/* What all connections of a walk have in common. */
struct profile {
    const char *name;
    uint32_t iss, irs;
    bool ipv6;
    bool scaled; /* the peer's windows are scaled by STAGE_SHIFT */
    bool rfc793; /* without RFC 5961 and RFC 1337 */
};

#define STAGE_BEGIN LUCID_SECOND /* what the clock shows at first */
#define STAGE_SHIFT 3
#define STAGE_RECEIVE_BUFFER 2000
#define STAGE_MSS 1000

struct stage {
    const struct profile *profile;
    struct arena *arena;
    struct lucid_stack *stack;
    lucid_time now;
    struct lucid_sockaddr own, peer;
    int fd, listener; /* 0: none */
    unsigned state;   /* as the trace tells it; 0: not yet */
    uint64_t drops;
    bool heard, heard_listener; /* lucid_next_event() has named them since the latest step began */
    struct model model;

    struct model_segment seen[STAGE_SEEN]; /* what the stack sent in the latest step */
    unsigned seen_count;
    char wrong[400];
};

void stage_open(struct stage *stage, const struct profile *profile);
void stage_close(struct stage *stage);

/* The variables of a stage besides the memory of its stack. */
void stage_save(struct stage *stage, struct stage *copy);
void stage_restore(struct stage *stage, const struct stage *copy);

/* ---- what happens ---- */

void stage_segment(struct stage *stage, const struct model_segment *segment);
void stage_unreachable(struct stage *stage);

void stage_listen(struct stage *stage);
void stage_connect(struct stage *stage);
void stage_accept(struct stage *stage);

/* Connections from other ports of the peer fill the accept queue. Neither stage nor model looks at them. */
void stage_fill_queue(struct stage *stage);

void stage_send(struct stage *stage, uint32_t length);
void stage_receive(struct stage *stage, uint32_t length);
void stage_shutdown_write(struct stage *stage);
void stage_shutdown_read(struct stage *stage);
void stage_close_handle(struct stage *stage);
void stage_abort(struct stage *stage);

/* Time passes; the model is told of a time-out by one of its functions, or of none. */
void stage_wait(struct stage *stage, lucid_time time, void (*timeout)(struct model *model));

/* ---- at the end of a cell ---- */

/* An ACK that is owed must leave within half a second; an error must be the right one; the octets that have come, in
 * order or not, must be those that were sent. Nothing can be done with the stage afterwards but stage_restore(). */
void stage_aftermath(struct stage *stage);

/* ---- between stage.c and stage_compare.c ---- */

void stage_wrong(struct stage *stage, const char *format, ...) __attribute__((format(printf, 2, 3)));
void stage_compare(struct stage *stage);
void stage_drain(struct stage *stage);

/* The octet at an offset of the stream from the peer, and from us. */
uint8_t stage_octet(uint32_t offset, bool from_peer);

/* Which rows of fsm.def have fired from which states; shared by all processes of a test. NULL: nobody counts. */
extern uint32_t *stage_fired;

#endif
