/* calls.h: the kernel's applications in the live world: `A connect B:80`, `A send "hi"`, `A close`, on real sockets.
 *
 * What socket.h is for a node with a stack of ours, for the node whose stack is the kernel's; the log has the same
 * lines for calls, for their results, and for what is written and read. Such a socket is somebody's at the keyboard:
 * it reads what comes, unless told not to.
 */
#ifndef LAB_CALLS_H
#define LAB_CALLS_H

#include <sys/queue.h>

#include "lab/twin.h"
#include "lab/words.h"

struct calls_socket {
    TAILQ_ENTRY(calls_socket) next;
    int fd;
    uint32_t c;
    uint16_t port; /* of a listener */
    bool listener, connecting, reads, ended, shut, closes, shuts;
    struct text out; /* to be sent, from out_at on */
    size_t out_at;
    uint64_t fill; /* then so many octets of a pattern */
    uint64_t sent, received;
    uint32_t sent_sum, received_sum; /* FNV-1a */
};
TAILQ_HEAD(calls_sockets, calls_socket);

/* A curl that runs: its output is counted, what it says at its end is kept. */
struct calls_curl {
    TAILQ_ENTRY(calls_curl) next;
    int pid, fd;
    uint64_t octets;
    size_t length;
    char last[80];
};
TAILQ_HEAD(calls_curls, calls_curl);

struct calls {
    struct twin *twin;
    struct record *record;
    unsigned node;
    const char *peer;             /* name of the other node */
    struct lucid_addr own, other; /* addresses */
    int epoll;
    lucid_time now;
    struct calls_sockets sockets;
    struct calls_curls curls;
};

/* Returns 0, or -1 and errno. */
int calls_init(struct calls *calls, struct twin *twin, const char *peer, const struct lucid_addr *own,
               const struct lucid_addr *other);

/* Closes all of them. */
void calls_end(struct calls *calls);

/* A descriptor for poll(2), readable when calls_turn() has something to do. */
int calls_fd(const struct calls *calls);
void calls_turn(struct calls *calls, lucid_time now);

/* A command that begins with the name of the kernel's node. dry: only says whether it can be carried out. Returns 0,
 * or -1 and the sentence. */
int calls_command(struct calls *calls, lucid_time now, const struct lab_words *words, bool dry, char error[LAB_ERROR]);

#endif
