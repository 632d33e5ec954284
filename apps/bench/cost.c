/* cost.c: what a command costs of the CPUs that it may use: the time that it and its servers had, and the time nobody
 * wanted, by the number of these CPUs. See bench.h.
 *
 * Client, kernel and server share a CPU, so that their rate is the inverse of what they cost together. That holds as
 * long as nobody else is on that CPU, and on a machine that has other things to do somebody is. So the time of others
 * is left out: what counts is the time in which the CPU worked for the command, for the servers, and for the kernel's
 * softirq thread, which may do the work of either; and the time in which it idled, for then they waited for something.
 * On a machine that does nothing else this is simply how long it took. The same holds for two CPUs, whose time is added
 * up and halved.
 */
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"

/* Kernel threads of the beginning have numbers below this. */
static const unsigned EARLY = 1000;

static double clock_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Seconds that a thread has had so far; 0 where the kernel does not tell. */
static double seconds_of(unsigned pid) {
    char name[48];
    uint64_t nanoseconds = 0;
    snprintf(name, sizeof name, "/proc/%u/schedstat", pid);
    FILE *file = fopen(name, "re");
    if (file) {
        nanoseconds = fscanf(file, "%" SCNu64, &nanoseconds) == 1 ? nanoseconds : 0;
        fclose(file);
    }
    return (double)nanoseconds / 1e9;
}

/* What the servers asked of the kernel: calls that read and that write, failed ones too; and how long they ran outside
 * of any call. The kernel counts ticks of that, and makes them fit what seconds_of() says. */
struct calls {
    uint64_t reads, writes;
    double user;
};

static void add_calls(struct calls *calls, unsigned pid) {
    char name[64], line[256];
    uint64_t reads = 0, writes = 0, ticks = 0;
    snprintf(name, sizeof name, "/proc/%u/task/%u/io", pid, pid);
    FILE *file = fopen(name, "re");
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "syscr: %" SCNu64, &reads) != 1) {
            sscanf(line, "syscw: %" SCNu64, &writes);
        }
    }
    if (file) {
        fclose(file);
    }
    snprintf(name, sizeof name, "/proc/%u/task/%u/stat", pid, pid);
    file = fopen(name, "re");
    if (file) {
        /* Behind the name, which may have blanks: the state, and ten numbers more. */
        bool told = fgets(line, sizeof line, file) && strrchr(line, ')') &&
                    sscanf(strrchr(line, ')') + 1, " %*c%*d%*d%*d%*d%*d%*u%*u%*u%*u%*u%" SCNu64, &ticks) == 1;
        ticks = told ? ticks : 0;
        fclose(file);
    }
    calls->reads += reads;
    calls->writes += writes;
    calls->user += (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static struct calls calls_of_all(const struct bench_cost *cost) {
    struct calls calls = {.user = 0};
    for (unsigned i = 0; i < cost->pids; i++) {
        add_calls(&calls, cost->pid[i]);
    }
    return calls;
}

/* Seconds in which the CPU had nothing to do. */
static double seconds_idle(int cpu) {
    char line[256], name[16];
    uint64_t user, nice, system, idle = 0, waiting = 0;
    snprintf(name, sizeof name, "cpu%d ", cpu);
    FILE *file = fopen("/proc/stat", "re");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, name, strlen(name)) == 0 &&
            sscanf(line + strlen(name), "%" SCNu64 "%" SCNu64 "%" SCNu64 "%" SCNu64 "%" SCNu64, &user, &nice, &system,
                   &idle, &waiting) == 5) {
            break;
        }
    }
    if (file) {
        fclose(file);
    }
    return (double)(idle + waiting) / (double)sysconf(_SC_CLK_TCK);
}

static bool is_called(unsigned pid, const char *wanted) {
    char name[48], text[32] = "";
    snprintf(name, sizeof name, "/proc/%u/comm", pid);
    FILE *file = fopen(name, "re");
    if (!file) {
        return false;
    }
    bool same = fgets(text, sizeof text, file) && strncmp(text, wanted, strlen(wanted)) == 0 &&
                text[strlen(wanted)] == '\n';
    fclose(file);
    return same;
}

/* The thread that does what softirqs leave; 0: it cannot be seen from here. The kernel starts them first. */
static unsigned softirq_thread(int cpu) {
    char name[32];
    snprintf(name, sizeof name, "ksoftirqd/%d", cpu);
    for (unsigned pid = 2; pid < EARLY; pid++) {
        if (is_called(pid, name)) {
            return pid;
        }
    }
    return 0;
}

/* Of the CPUs that we may use. */
static double seconds_idle_of_all(const cpu_set_t *cpus) {
    double seconds = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        seconds += CPU_ISSET((size_t)cpu, cpus) ? seconds_idle(cpu) : 0;
    }
    return seconds;
}

static void add_softirq_threads(struct bench_cost *cost, const cpu_set_t *cpus) {
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        unsigned thread = CPU_ISSET((size_t)cpu, cpus) ? softirq_thread(cpu) : 0;
        if (thread > 0 && cost->pids < BENCH_COST_PIDS + BENCH_COST_CPUS) {
            cost->pid[cost->pids++] = thread;
        }
    }
}

static double seconds_of_all(const struct bench_cost *cost) {
    double seconds = 0;
    for (unsigned i = 0; i < cost->pids; i++) {
        seconds += seconds_of(cost->pid[i]);
    }
    return seconds;
}

/* Runs it to its end. Returns the seconds that it had, or -1. */
static double run(char *const *command) {
    struct rusage usage;
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        execvp(command[0], command);
        perror(command[0]);
        _exit(BENCH_FAILED);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status != 0) {
        return -1;
    }
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int bench_cost(struct bench_cost *cost) {
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) < 0) {
        perror("lucid-bench: the CPUs that may be used are not told");
        return BENCH_FAILED;
    }
    add_softirq_threads(cost, &cpus);
    struct calls calls = calls_of_all(cost);
    double before = seconds_of_all(cost), idle = seconds_idle_of_all(&cpus), begin = clock_seconds();
    double own = run(cost->command);
    if (own < 0) {
        return BENCH_FAILED;
    }
    double servers = seconds_of_all(cost) - before;
    idle = seconds_idle_of_all(&cpus) - idle;
    printf("cost %.6f s of %.6f s: load %.6f, servers %.6f, idle %.2f\n", (own + servers + idle) / CPU_COUNT(&cpus),
           clock_seconds() - begin, own, servers, idle);
    struct calls now = calls_of_all(cost);
    printf("calls of the servers: %" PRIu64 " read, %" PRIu64 " write; %.2f s outside of any call\n",
           now.reads - calls.reads, now.writes - calls.writes, now.user - calls.user);
    return BENCH_OK;
}
