/* pupil.c: see pupil.h. The program and its questions; how it is compiled is pupil_build.c. */
#include "lab/pupil.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* As in student/ask.c. */
struct question {
    uint8_t state, kind, passive, queued;
    uint32_t facts;
};
struct answer {
    uint8_t next, sent, told, changed;
};

/* So many questions fit into a pipe at once, so that neither end waits for the other. */
#define BATCH 2048
/* A machine that dies in more cells is asked no more: a crash takes a moment, an endless function longer. */
#define CRASHES_MAX 60
#define HANGS_MAX 8
/* It has its own limit, of processor time; this one is for a machine that sleeps: for the first time that it does, and
 * then. Where others keep the processor busy it is waited for so many times. */
#define PATIENCE_MS 3000
#define IMPATIENCE_MS 500
#define PATIENCE_TIMES 12
#define FILE_MAX (1 << 20)
#define MEMORY_MAX (256 << 20)

struct pupil {
    char program[512], log[512];
    bool plain; /* without sanitizers */
    pid_t process;
    int in, out;
    unsigned crashes, hangs;
    enum pupil_fate fate[TCP_STATES][EV_KINDS]; /* of cells in which it has died: they are not asked again */
    char words[200];
};

static void limits(bool sanitized) {
    const struct rlimit none = {0, 0}, file = {FILE_MAX, FILE_MAX}, time = {20, 20}, memory = {MEMORY_MAX, MEMORY_MAX};
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_NPROC, &none); /* it starts no other program */
    setrlimit(RLIMIT_FSIZE, &file);
    setrlimit(RLIMIT_CPU, &time);
    if (!sanitized) { /* the sanitizer's shadow takes terabytes of addresses; it has a limit of its own */
        setrlimit(RLIMIT_AS, &memory);
    }
}

static void become(const struct pupil *pupil, int in, int out) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int log = open(pupil->log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int nothing = open("/dev/null", O_RDONLY);
    int high_in = fcntl(in, F_DUPFD, 10), high_out = fcntl(out, F_DUPFD, 10);
    if (log < 0 || nothing < 0 || high_in < 0 || high_out < 0) {
        _exit(127);
    }
    dup2(nothing, 0);
    dup2(log, 1);
    dup2(log, 2);
    dup2(high_in, 3);
    dup2(high_out, 4);
    for (int fd = 5; fd < 64; fd++) {
        close(fd);
    }
    signal(SIGPIPE, SIG_DFL);
    limits(!pupil->plain);
    char *const arguments[] = {(char *)(uintptr_t)pupil->program, NULL};
    char *const environment[] = {"ASAN_OPTIONS=detect_leaks=0:hard_rss_limit_mb=256:allocator_may_return_null=1",
                                 "UBSAN_OPTIONS=print_stacktrace=0", NULL};
    execve(pupil->program, arguments, environment);
    _exit(127);
}

static bool start(struct pupil *pupil) {
    int questions[2], answers[2];
    if (pipe2(questions, O_CLOEXEC)) {
        return false;
    }
    if (pipe2(answers, O_CLOEXEC)) {
        close(questions[0]);
        close(questions[1]);
        return false;
    }
    pupil->process = fork();
    if (pupil->process == 0) {
        become(pupil, questions[0], answers[1]);
    }
    close(questions[0]);
    close(answers[1]);
    pupil->in = questions[1];
    pupil->out = answers[0];
    return pupil->process > 0;
}

static int stop(struct pupil *pupil, bool force) {
    int status = 0;
    close(pupil->in);
    close(pupil->out);
    if (pupil->process > 0) {
        if (force) {
            kill(pupil->process, SIGKILL);
        }
        waitpid(pupil->process, &status, 0);
    }
    pupil->process = -1;
    return status;
}

struct pupil *pupil_open(const char *directory, char error[LAB_ERROR]) {
    struct pupil *pupil = calloc(1, sizeof *pupil);
    if (!pupil) {
        snprintf(error, LAB_ERROR, "there is no memory left");
        return NULL;
    }
    snprintf(pupil->program, sizeof pupil->program, "%s/machine", directory);
    if (access(pupil->program, X_OK)) {
        snprintf(pupil->program, sizeof pupil->program, "%s/machine-plain", directory);
        pupil->plain = true;
    }
    snprintf(pupil->log, sizeof pupil->log, "%s/machine.log", directory);
    signal(SIGPIPE, SIG_IGN);
    if (!start(pupil)) {
        snprintf(error, LAB_ERROR, "%.150s cannot be started: %s", pupil->program, strerror(errno));
        free(pupil);
        return NULL;
    }
    return pupil;
}

void pupil_close(struct pupil *pupil) {
    if (pupil) {
        stop(pupil, true);
        free(pupil);
    }
}

void pupil_renew(struct pupil *pupil) {
    stop(pupil, true);
    start(pupil);
}

/* The line of the log in which a sanitizer says what is wrong. */
static void read_words(struct pupil *pupil) {
    char line[400];
    FILE *file = fopen(pupil->log, "r");
    while (file && fgets(line, sizeof line, file)) {
        const char *words = strstr(line, "AddressSanitizer: ");
        const char *error = strstr(line, "runtime error: ");
        if (words || error) {
            snprintf(pupil->words, sizeof pupil->words, "%.*s", (int)strcspn(words ? words : line, "\n"),
                     words ? words : line);
            break;
        }
    }
    if (file) {
        fclose(file);
    }
}

/* It has died of this question; the next ones are for a new process. */
static enum pupil_fate bury(struct pupil *pupil, const struct oracle_case *at, bool waited_long) {
    int status = stop(pupil, waited_long);
    bool hung = waited_long || (WIFSIGNALED(status) && (WTERMSIG(status) == SIGVTALRM || WTERMSIG(status) == SIGXCPU));
    pupil->crashes += !hung;
    pupil->hangs += hung;
    pupil->fate[at->s][at->kind] = hung ? PUPIL_HUNG : PUPIL_CRASHED;
    read_words(pupil);
    start(pupil);
    return pupil->fate[at->s][at->kind];
}

static bool send_questions(const struct pupil *pupil, const struct oracle_case *cases, const unsigned *which,
                           unsigned count) {
    struct question questions[BATCH] = {0};
    for (unsigned i = 0; i < count; i++) {
        const struct oracle_case *at = &cases[which[i]];
        questions[i] = (struct question){(uint8_t)at->s, (uint8_t)at->kind, at->passive, at->queued, oracle_facts(at)};
    }
    size_t length = count * sizeof questions[0];
    return write(pupil->in, questions, length) == (ssize_t)length;
}

/* Does it want the processor, and has not had it? Then it is not its fault. */
static bool is_running(const struct pupil *pupil) {
    char path[40], line[200] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pupil->process);
    FILE *file = fopen(path, "r");
    bool read = file && fgets(line, sizeof line, file);
    const char *behind = read ? strrchr(line, ')') : NULL;
    if (file) {
        fclose(file);
    }
    return behind && behind[1] == ' ' && behind[2] == 'R';
}

static bool wait_for(const struct pupil *pupil) {
    struct pollfd ready = {.fd = pupil->out, .events = POLLIN};
    for (unsigned i = 0; i < PATIENCE_TIMES; i++) {
        if (poll(&ready, 1, pupil->hangs ? IMPATIENCE_MS : PATIENCE_MS) > 0) {
            return true;
        }
        if (!is_running(pupil)) {
            return false;
        }
    }
    return false;
}

/* 1, or 0 when none comes any more, or -1 when none has come for too long. */
static int read_answer(const struct pupil *pupil, struct answer *answer) {
    size_t have = 0;
    while (have < sizeof *answer) {
        if (!wait_for(pupil)) {
            return -1;
        }
        ssize_t got = read(pupil->out, (char *)answer + have, sizeof *answer - have);
        if (got <= 0) {
            return 0;
        }
        have += (size_t)got;
    }
    return 1;
}

static struct pupil_answer answer_of(const struct answer *answer) {
    return (struct pupil_answer){
        .fate = PUPIL_ANSWERED,
        .to = answer->next <= NOT_WRITTEN ? (enum tcp_state)answer->next : TCP_STATES + 1,
        .out = answer->sent | (unsigned)answer->told << OUT_TELL_SHIFT,
        .changed = answer->changed,
    };
}

static bool given_up(const struct pupil *pupil) {
    return pupil->crashes >= CRASHES_MAX || pupil->hangs >= HANGS_MAX || pupil->process <= 0;
}

/* Fills in what is known without asking; the others are listed in which. Returns how many these are. */
static unsigned choose(const struct pupil *pupil, const struct oracle_case *cases, unsigned count,
                       struct pupil_answer *answers, unsigned *which) {
    unsigned chosen = 0;
    for (unsigned i = 0; i < count; i++) {
        enum pupil_fate fate = pupil->fate[cases[i].s][cases[i].kind];
        if (fate == PUPIL_ANSWERED && !given_up(pupil)) {
            which[chosen++] = i;
            continue;
        }
        answers[i] = (struct pupil_answer){.fate = fate == PUPIL_ANSWERED ? PUPIL_NOT_ASKED : fate,
                                           .to = TCP_STATES + 1};
    }
    return chosen;
}

/* Asks at most BATCH questions; returns how many are done with, at least one. */
static unsigned ask_some(struct pupil *pupil, const struct oracle_case *cases, unsigned count,
                         struct pupil_answer *answers) {
    unsigned which[BATCH];
    unsigned chosen = choose(pupil, cases, count, answers, which);
    send_questions(pupil, cases, which, chosen);
    for (unsigned i = 0; i < chosen; i++) {
        struct answer answer;
        int got = read_answer(pupil, &answer);
        if (got <= 0) {
            enum pupil_fate fate = bury(pupil, &cases[which[i]], got < 0);
            answers[which[i]] = (struct pupil_answer){.fate = fate, .to = TCP_STATES + 1};
            return which[i] + 1;
        }
        answers[which[i]] = answer_of(&answer);
    }
    return count;
}

void pupil_ask(struct pupil *pupil, const struct oracle_case *cases, unsigned count, struct pupil_answer *answers) {
    for (unsigned done = 0; done < count;) {
        unsigned some = count - done < BATCH ? count - done : BATCH;
        done += ask_some(pupil, cases + done, some, answers + done);
    }
}

unsigned pupil_deaths(const struct pupil *pupil) {
    return pupil->crashes + pupil->hangs;
}

const char *pupil_last_words(const struct pupil *pupil) {
    return pupil->words;
}
