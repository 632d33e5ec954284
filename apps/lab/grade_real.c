/* grade_real.c: stage 8: the student's machine in the place of fsm.def, in two stacks that talk to each other.
 *
 * Each story (grade_stories.def) is lived twice, with the table and with the machine: same seed, same wire, same
 * losses. Both must go through the same states, at both ends, and deliver the same octets. The stack puts the facts of
 * a segment into the RFC's order itself and asks about one after the other, so what is asked here is ACK of FIN, then
 * FIN. Where a machine has chosen otherwise than this stack, legally (legal.def), the stack stays with its own choice.
 *
 * All this happens in a process of its own: a stack that is led astray must not take the grader with it.
 */
#include "lab/grade_real.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lucid/whatif.h"

#define SECONDS_MAX 40

/* What a pupil sends and tells is handed to the stack as it is. */
_Static_assert((int)OUT_SYN == LUCID_MACHINE_SYN && (int)OUT_RST == LUCID_MACHINE_RST, "the same bits");
_Static_assert((int)OUT_2MSL == LUCID_MACHINE_2MSL && (int)OUT_TELL_TIMED_OUT == LUCID_MACHINE_TIMED_OUT, "here too");

static const struct real_story STORIES[] = {
#define STORY(name, ...) {name, __VA_ARGS__},
#include "lab/grade_stories.def"
};
#define STORY_COUNT (sizeof STORIES / sizeof STORIES[0])

/* ---- the machine asked by a stack ---- */

/* The class of a fact of fsm.def; false: the student's machine knows no such event. */
static bool kind_of(const char *event, enum tcp_state s, enum ev_kind *kind) {
    static const struct {
        const char *event;
        enum ev_kind kind;
    } table[] = {
        {"OPEN_PASSIVE", OPEN_PASSIVE},
        {"OPEN_ACTIVE", OPEN_ACTIVE},
        {"CLOSE", CLOSE},
        {"ABORT", ABORT},
        {"RCV_SYN", SEG_SYN},
        {"RCV_NEW_SYN", SEG_SYN},
        {"RCV_SYN_ACK", SEG_SYN_ACK},
        {"RCV_ACK_OF_SYN", SEG_ACK_OF_SYN},
        {"RCV_ACK_OF_FIN", SEG_ACK_OF_FIN},
        {"RCV_FIN", SEG_FIN},
        {"RCV_RST", SEG_RST_EXACT},
        {"TIMEOUT_USER", TIMEOUT_USER},
        {"TIMEOUT_2MSL", TIMEOUT_2MSL},
    };
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (!strcmp(event, table[i].event)) {
            bool answers_syn = s == SYN_SENT && table[i].kind == SEG_RST_EXACT;
            *kind = answers_syn ? SEG_RST_ACK_OF_SYN : table[i].kind;
            return true;
        }
    }
    return false;
}

static bool ask(void *user, const struct lucid_machine_question *question, struct lucid_machine_answer *answer) {
    struct pupil *pupil = user;
    struct pupil_answer got;
    const char *legal;
    struct oracle_case at = {.s = (enum tcp_state)__builtin_ctz(question->at)};
    at.passive = question->passive && at.s >= SYN_RECEIVED;
    at.queued = question->queued;
    if (!kind_of(question->event, at.s, &at.kind) || !oracle_asks(&at)) {
        return false;
    }
    pupil_ask(pupil, &at, 1, &got);
    enum grade_cell cell = grade_judge(&at, &got, &legal);
    if (cell == CELL_RIGHT || cell == CELL_LEGAL) {
        return false;
    }
    /* What is no answer changes nothing. */
    answer->to = got.to < TCP_STATES ? 1u << got.to : question->at;
    answer->sent = got.out;
    return true;
}

/* ---- a story, twice ---- */

static void judge(const struct real_story *story, struct pupil *pupil, struct grade_real *real) {
    struct real_outcome table, machine;
    snprintf(real->name, sizeof real->name, "%s", story->name);
    real_live(story, NULL, NULL, &table);
    real_live(story, ask, pupil, &machine);
    real->right = real_same(&table, &machine, real->what, sizeof real->what);
}

static void child(struct grade *grade, int out) {
    unsigned right = 0;
    alarm(SECONDS_MAX);
    for (unsigned i = 0; i < STORY_COUNT; i++) {
        struct grade_real real = {.right = false};
        judge(&STORIES[i], grade->pupil, &real);
        right += real.right;
        if (write(out, &real, sizeof real) != (ssize_t)sizeof real) {
            _exit(1);
        }
    }
    struct grade_curl curl = {.outcome = CURL_NOT_COUNTED};
    snprintf(curl.what, sizeof curl.what, "%s", grade->options.no_curl ? "not asked for" : "no story came right");
    if (!grade->options.no_curl && right) {
        grade_curl(ask, grade->pupil, &curl);
    }
    _exit(write(out, &curl, sizeof curl) != (ssize_t)sizeof curl);
}

static bool read_whole(int in, void *data, size_t length) {
    size_t have = 0;
    while (have < length) {
        ssize_t got = read(in, (char *)data + have, length - have);
        if (got <= 0) {
            return false;
        }
        have += (size_t)got;
    }
    return true;
}

/* One story more, where there are curl, a device and a network of one's own. */
static void collect_curl(struct grade *grade, int in) {
    struct grade_curl curl = {.outcome = CURL_WRONG, .what = "the stack did not survive your machine"};
    read_whole(in, &curl, sizeof curl);
    if (curl.outcome == CURL_NOT_COUNTED) {
        snprintf(grade->curl, sizeof grade->curl, "not counted: %s", curl.what);
        return;
    }
    struct grade_real *real = &grade->real[grade->real_count++];
    *real = (struct grade_real){.name = "curl fetches a page from the stack", .right = curl.outcome == CURL_RIGHT};
    snprintf(real->what, sizeof real->what, "%s", curl.what);
    grade->stage[8].right += real->right;
}

static void collect(struct grade *grade, int in) {
    for (unsigned i = 0; i < STORY_COUNT; i++) {
        struct grade_real *real = &grade->real[i];
        if (!read_whole(in, real, sizeof *real)) {
            *real = (struct grade_real){.right = false};
            snprintf(real->name, sizeof real->name, "%s", STORIES[i].name);
            snprintf(real->what, sizeof real->what, "the stack did not survive your machine");
        }
        grade->stage[8].right += real->right;
    }
    grade->real_count = STORY_COUNT;
    collect_curl(grade, in);
    grade->stage[8].cells = grade->real_count;
}

_Static_assert(STORY_COUNT < GRADE_REAL_MAX, "room for all stories");

void grade_real(struct grade *grade) {
    int ends[2];
    if (pipe(ends)) {
        return;
    }
    fflush(stdout);
    pid_t process = fork();
    if (process == 0) {
        close(ends[0]);
        child(grade, ends[1]);
    }
    close(ends[1]);
    collect(grade, ends[0]);
    close(ends[0]);
    if (process > 0) {
        waitpid(process, NULL, 0);
    }
    pupil_renew(grade->pupil);
}
