/* ask.c: asks the machine in fsm.c what the grader wants to know. It is compiled together with fsm.c into a program of
 * its own, so that nothing that happens in fsm.c can hurt the grader.
 *
 * Questions come on descriptor 3, answers go to descriptor 4, as they come: the answer that is missing is that of the
 * question which was too much. What fsm.c prints goes where the grader sent it, into a file.
 */
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "fsm.h"

struct question {
    uint8_t state, kind, passive, queued;
    uint32_t facts;
};

struct answer {
    uint8_t next, sent, told, changed;
};

/* One question may take so much time of the processor; then SIGVTALRM ends the program. */
static void limit_time(void) {
    struct itimerval limit = {.it_value = {.tv_usec = 400000}};
    setitimer(ITIMER_VIRTUAL, &limit, NULL);
}

static struct answer ask(const struct question *question) {
    struct tcp_ev event = {.kind = (enum ev_kind)question->kind, .facts = question->facts};
    struct tcb tcb = {.passive = question->passive, .data_queued = question->queued};
    struct tcp_ev event_before = event;
    struct tcb tcb_before = tcb;
    struct fsm_out out;
    memset(&out, 0, sizeof out);
    enum tcp_state next = fsm_next((enum tcp_state)question->state, &event, &tcb, &out);
    bool same = !memcmp(&event, &event_before, sizeof event) && !memcmp(&tcb, &tcb_before, sizeof tcb);
    unsigned sent = out.syn | (out.ack << 1) | (out.fin << 2) | (out.rst << 3) | (out.start_2msl << 4);
    bool known = (unsigned)next <= NOT_WRITTEN && out.tell < 32;
    return (struct answer){known ? (uint8_t)next : 255, (uint8_t)sent, (uint8_t)out.tell, !same};
}

int main(void) {
    struct question questions[256];
    size_t have = 0;
    for (;;) {
        ssize_t got = read(3, (char *)questions + have, sizeof questions - have);
        if (got <= 0) {
            return 0;
        }
        have += (size_t)got;
        size_t whole = have / sizeof questions[0];
        for (size_t i = 0; i < whole; i++) {
            limit_time();
            struct answer answer = ask(&questions[i]);
            if (write(4, &answer, sizeof answer) != (ssize_t)sizeof answer) {
                return 1;
            }
        }
        have -= whole * sizeof questions[0];
        memmove(questions, &questions[whole], have);
    }
}
