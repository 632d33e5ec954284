/* bench.h: what the files of lucid-bench share.
 *
 * The program is both ends of a measurement: `serve` waits for connections on our stack or on the kernel's sockets, by
 * the same code over the byte streams of http/stream.h; `load` is the client, always on the kernel's sockets. Who
 * measures what against what, in which namespaces and how often, is scripts/bench. Besides, `flood` measures what a
 * forged SYN costs, with neither network nor kernel.
 *
 * The services are the classic ones: discard (RFC 863) reads and forgets, chargen (RFC 864) writes as fast as it is
 * read, echo (RFC 862) sends back, and daytime (RFC 867) says something short and closes first, so that TIME-WAIT is
 * the server's. Discard and chargen know the octets of our load (pattern.h): when these end, discard says whether they
 * came right, and chargen ends its own when its reader closes its side.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "common/device_options.h"
#include "http/stream.h"

#define BENCH_PORT_ECHO 7
#define BENCH_PORT_DISCARD 9
#define BENCH_PORT_DAYTIME 13
#define BENCH_PORT_CHARGEN 19
#define BENCH_PORT_HTTP 80

/* Octets handed over in one call, by server and load alike. */
#define BENCH_PIECE ((size_t)256 * 1024)

enum { BENCH_OK = 0, BENCH_FAILED = 1, BENCH_USAGE = 2 };

struct bench_serve {
    bool kernel;                  /* on the kernel's sockets, not on a stack */
    bool copy;                    /* chargen copies into the stream, discard out of it, instead of lending */
    unsigned queues;              /* of the device, each with a stack and a thread */
    const char *congestion;       /* name for TCP_CONGESTION; NULL: the stack's default, the kernel's cubic */
    struct device_options device; /* the first address of the stack is the one to listen on, the kernel's too */
};

/* Serves until SIGINT or SIGTERM. Returns the exit status. */
int bench_serve(const struct bench_serve *options);

struct bench_load {
    /* "up": we send; "down": we receive; "echo": one octet to and fro; "churn": connections to daytime; "http":
     * requests to port 80 */
    const char *work;
    const char *addr;
    double seconds;
    const char *congestion; /* name for TCP_CONGESTION */
    const char *path;       /* http: what is asked for */
    unsigned connections;   /* up, down: that carry octets; http: that stay open and ask all the time; churn: so many
                             * in a row, 0: until the time is over */
};

/* ---- client.c: connections on the kernel's sockets ---- */

struct bench_target {
    struct sockaddr_storage address;
    socklen_t length;
    const char *congestion;
    int syns;           /* so many are sent again at most; 0: as many as the kernel likes, which takes minutes */
    int receive_buffer; /* SO_RCVBUF in octets; 0: it grows */
};

/* False after a sentence: that is no address. */
bool bench_target(struct bench_target *target, const char *addr, const char *congestion);

/* A connection to that port, or -1 after a sentence. */
int bench_connect(struct bench_target *target, uint16_t port);

/* Lets others run that want this CPU, also when somebody is busy on it all the time. In yield.c. */
void bench_yield(void);

/* Octets one way, in bulk.c. Returns the exit status. */
int bench_bulk(struct bench_target *target, const struct bench_load *options);

/* Requests of http, in load_http.c. Returns the exit status. */
int bench_load_http(struct bench_target *target, const struct bench_load *options);

/* ---- crowd.c ---- */

struct bench_crowd {
    const char *addr;
    const char *congestion;
    const char *path;
    unsigned idle; /* connections that asked once and stay */
    unsigned slow; /* connections that send a head, an octet in each second */
};

/* Stands around a server until SIGINT or SIGTERM; says so once all are there. Returns the exit status. */
int bench_crowd(const struct bench_crowd *options);

/* Hands that many forged SYNs to a stack in memory, and prints what each costs. Returns the exit status. */
int bench_flood(uint32_t count);

/* Makes that many TIME-WAIT records in a stack in memory, and prints what each takes. Returns the exit status. */
int bench_closes(uint32_t count, bool ipv6);

/* Prints what system calls of a device and copies take, in a network namespace of its own. Returns the exit status. */
int bench_parts(void);

/* ---- memory.c, bare.c: the web server on a stack in memory ---- */

struct bench_memory {
    unsigned connections, requests;
    unsigned idle;           /* requests: connections besides that are silent after their first request */
    bool bare;               /* a stack without the web server */
    bool ipv6;               /* clients have such addresses */
    unsigned octets;         /* requests: of a file that is made to be asked for; 0: path and root say */
    const char *path, *root; /* what is asked for; the folder, or NULL */
};

/* Asks so often and prints what each request takes. Returns the exit status. */
int bench_requests(const struct bench_memory *options);

/* Prints the memory of an idle connection, as the allocator has it. Returns the exit status. */
int bench_idle(const struct bench_memory *options);

/* The same without the web server. */
int bench_idle_bare(const struct bench_memory *options);

/* ---- segments.c: bulk data and a stack in memory ---- */

struct bench_segments {
    unsigned segments;
    bool send; /* the stack sends; else it receives */
    bool copy; /* send and receive copy; else octets are lent */
};

/* Passes so many segments of 64 KB and prints what each takes. Returns the exit status. */
int bench_segments(const struct bench_segments *options);

struct bench_loss {
    bool all;            /* five rates of loss, one after another */
    uint32_t millionths; /* else: of the packets of the way there */
    unsigned megabytes;  /* that must arrive */
};

/* Prints what bulk data make of a bad link in virtual time, and what work it is. Returns the exit status. */
int bench_loss(const struct bench_loss *options);

enum { BENCH_COST_PIDS = 8, BENCH_COST_CPUS = 64 };

struct bench_cost {
    unsigned pid[BENCH_COST_PIDS + BENCH_COST_CPUS]; /* of the servers' threads; the others are the kernel's */
    unsigned pids;
    char *const *command; /* of the load; ends with NULL */
};

/* Runs a command and prints what it and the servers had of its CPUs meanwhile. Returns the exit status. */
int bench_cost(struct bench_cost *cost);

/* Loads a server for that long and prints the figure. Returns the exit status. */
int bench_load(const struct bench_load *options);

#endif
