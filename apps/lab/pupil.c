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
/* A machine that dies more often is asked no more. */
#define DEATHS_MAX 12
/* It has its own limit, of processor time; this one is for a machine that sleeps. */
#define PATIENCE_MS 5000
#define FILE_MAX (1 << 20)
#define MEMORY_MAX (256 << 20)

struct pupil {
    char program[512], log[512];
    bool plain; /* without sanitizers */
    pid_t process;
    int in, out;
    unsigned deaths;
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

static enum pupil_fate bury(struct pupil *pupil, bool waited_long) {
    int status = stop(pupil, waited_long);
    pupil->deaths++;
    read_words(pupil);
    bool hung = waited_long || (WIFSIGNALED(status) && (WTERMSIG(status) == SIGVTALRM || WTERMSIG(status) == SIGXCPU));
    start(pupil);
    return hung ? PUPIL_HUNG : PUPIL_CRASHED;
}

static bool send_questions(const struct pupil *pupil, const struct oracle_case *cases, unsigned count) {
    struct question questions[BATCH];
    for (unsigned i = 0; i < count; i++) {
        questions[i] = (struct question){(uint8_t)cases[i].s, (uint8_t)cases[i].kind, cases[i].passive, cases[i].queued,
                                         oracle_facts(&cases[i])};
    }
    size_t length = count * sizeof questions[0];
    return write(pupil->in, questions, length) == (ssize_t)length;
}

/* 1, or 0 when none comes any more, or -1 when none has come for too long. */
static int read_answer(const struct pupil *pupil, struct answer *answer) {
    size_t have = 0;
    while (have < sizeof *answer) {
        struct pollfd ready = {.fd = pupil->out, .events = POLLIN};
        if (poll(&ready, 1, PATIENCE_MS) <= 0) {
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

/* Asks at most BATCH questions; returns how many are done with, at least one. */
static unsigned ask_some(struct pupil *pupil, const struct oracle_case *cases, unsigned count,
                         struct pupil_answer *answers) {
    if (pupil->deaths >= DEATHS_MAX || pupil->process <= 0) {
        for (unsigned i = 0; i < count; i++) {
            answers[i] = (struct pupil_answer){.fate = PUPIL_NOT_ASKED, .to = TCP_STATES + 1};
        }
        return count;
    }
    send_questions(pupil, cases, count);
    for (unsigned i = 0; i < count; i++) {
        struct answer answer;
        int got = read_answer(pupil, &answer);
        if (got <= 0) {
            answers[i] = (struct pupil_answer){.fate = bury(pupil, got < 0), .to = TCP_STATES + 1};
            return i + 1;
        }
        answers[i] = answer_of(&answer);
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
    return pupil->deaths;
}

const char *pupil_last_words(const struct pupil *pupil) {
    return pupil->words;
}
