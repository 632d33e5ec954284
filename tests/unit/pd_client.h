/* pd_client.h: plays packetdrill's part against lucid_packetdrill.so: opens it, calls through its table, and says
 * packets in the notation of scripts. Packets are those of one connection, port 8080 on both sides.
 *
 *     pd_open(&client, "local=192.168.0.1");
 *     ... client.ops.socket(client.ops.ctx, ...)
 *     pd_arrives(&client, "< S 0:0(0) win 65535 <mss 1460>");
 *     pd_leaves(&client, "> S. 0:0(0) ack 1 <mss 1460>");
 *     pd_end(&client);
 *
 * Which object: $LUCID_PACKETDRILL, else the one with sanitizers. With $PD_DEEPBIND it is opened as the tool does it.
 */
#ifndef UNIT_PD_CLIENT_H
#define UNIT_PD_CLIENT_H

#include <check.h>
#include <errno.h>
#include <pthread.h>

#include "harness/drill_packet.h"
#include "packetdrill/pd_ops.h"

#define PD_USUAL "local=192.168.0.1,remote=192.0.2.1,mtu=1500"

struct pd_client {
    struct pd_ops ops;
    struct drill_ends ends;
    struct drill_numbers numbers;
    bool has_iss;
};

void pd_open(struct pd_client *client, const char *flags);
void pd_end(struct pd_client *client);

void pd_arrives(struct pd_client *client, const char *line);

/* The next packet must be this one. Returns when it left, in microseconds. */
long long pd_leaves(struct pd_client *client, const char *line);

/* Nothing leaves for as long as the object waits. */
void pd_silence(struct pd_client *client);

/* Reads the clock, which moves it. */
long long pd_time(struct pd_client *client);

/* The call fails, and with this errno. */
#define FAILS(call, error)                \
    do {                                  \
        errno = 0;                        \
        ck_assert_int_eq((call), -1);     \
        ck_assert_int_eq(errno, (error)); \
    } while (0)

/* What objects that end the process say goes nowhere. */
void pd_hide_messages(void);

/* A socket that listens, and one with a connection. Return descriptors. */
int pd_listener(struct pd_client *client);
int pd_connection(struct pd_client *client, int *listener);

/* A call on the second thread. */
struct pd_thread {
    struct pd_client *client;
    ssize_t (*call)(struct pd_client *client, void *argument);
    void *argument;
    ssize_t result;
    int error;
    long long returned; /* what the clock said then */
    pthread_t thread;
    volatile int tid;
};

/* Makes the call and waits, as the tool does, until its thread sleeps in the kernel. */
void pd_thread_start(struct pd_thread *thread);
void pd_thread_join(struct pd_thread *thread);

#endif
