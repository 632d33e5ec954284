/* pd_client.c: see pd_client.h. */
#include "unit/pd_client.h"

#include <dlfcn.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/drill_parse.h"
#include "lucid/trace.h"

static void object_path(char path[256]) {
    const char *build = getenv("BUILD"), *object = getenv("LUCID_PACKETDRILL");
    if (object) {
        snprintf(path, 256, "%s", object);
    } else {
        snprintf(path, 256, "%s/san/lucid_packetdrill.so", build ? build : "build");
    }
}

void pd_open(struct pd_client *client, const char *flags) {
    union {
        void *object;
        void (*function)(const char *, struct pd_ops *);
    } init;
    char path[256];
    object_path(path);
    int deep = getenv("PD_DEEPBIND") ? RTLD_DEEPBIND : 0;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE | deep);
    ck_assert_msg(library != NULL, "%s", dlerror());
    init.object = dlsym(library, "packetdrill_interface_init");
    ck_assert_ptr_nonnull(init.object);
    memset(client, 0, sizeof *client);
    bool ipv6 = flags && strstr(flags, "local=fd77");
    lucid_addr_parse(ipv6 ? "fd77::2" : "192.168.0.1", &client->ends.local.addr);
    lucid_addr_parse(ipv6 ? "2001:db8::1" : "192.0.2.1", &client->ends.peer.addr);
    client->ends.local.port = client->ends.peer.port = 8080;
    client->numbers.theirs = 0xfffffff0;
    init.function(flags, &client->ops);
}

void pd_end(struct pd_client *client) {
    client->ops.free(client->ops.ctx);
}

static void parse(const char *line, struct drill_packet *packet) {
    struct drill_error error = {.text = ""};
    struct scan scan = {line, &error};
    memset(packet, 0, sizeof *packet);
    ck_assert_msg(drill_parse_packet(&scan, packet), "%s: %s", line, error.text);
}

void pd_arrives(struct pd_client *client, const char *line) {
    static uint8_t octets[LUCID_PACKET_MAX];
    struct drill_packet packet;
    parse(line, &packet);
    size_t length = drill_packet_build(&packet, &client->ends, &client->numbers, octets);
    ck_assert_int_eq(client->ops.netdev_send(client->ops.ctx, octets, length), 0);
}

long long pd_leaves(struct pd_client *client, const char *line) {
    static uint8_t octets[65536];
    char why[DRILL_PACKET_TEXT], text[DRILL_PACKET_TEXT];
    struct drill_packet packet;
    struct drill_seen seen;
    long long time;
    size_t length = sizeof octets;
    parse(line, &packet);
    ck_assert_int_eq(client->ops.netdev_receive(client->ops.ctx, octets, &length, &time), 0);
    ck_assert_msg(length > 0, "nothing left; expected %s", line);
    ck_assert(drill_packet_read(octets, length, true, &seen));
    if (!client->has_iss && (seen.packet.u.tcp.flags & LUCID_SYN)) {
        client->numbers.ours = seen.packet.u.tcp.seq;
        client->has_iss = true;
        client->ends = seen.ends;
    }
    drill_packet_relative(&seen.packet, &client->numbers);
    ck_assert_msg(!drill_packet_differs(&packet, &seen.packet, why), "expected %s, but %s: %s", line, why,
                  drill_packet_print(&seen.packet, text));
    return time;
}

void pd_silence(struct pd_client *client) {
    static uint8_t octets[65536];
    size_t length = sizeof octets;
    long long time;
    ck_assert_int_eq(client->ops.netdev_receive(client->ops.ctx, octets, &length, &time), 0);
    ck_assert_uint_eq(length, 0);
}

long long pd_time(struct pd_client *client) {
    struct timeval time;
    ck_assert_int_eq(client->ops.gettimeofday(client->ops.ctx, &time, NULL), 0);
    return time.tv_sec * 1000000LL + time.tv_usec;
}

void pd_hide_messages(void) {
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
}

int pd_listener(struct pd_client *client) {
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(8080)};
    struct pd_ops *ops = &client->ops;
    int fd = ops->socket(ops->ctx, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ops->bind(ops->ctx, fd, (struct sockaddr *)&in4, sizeof in4), 0);
    ck_assert_int_eq(ops->listen(ops->ctx, fd, 1), 0);
    return fd;
}

int pd_connection(struct pd_client *client, int *listener) {
    *listener = pd_listener(client);
    pd_arrives(client, "< S 0:0(0) win 65535 <mss 1460>");
    pd_leaves(client, "> S. 0:0(0) ack 1 <mss 1460>");
    pd_arrives(client, "< . 1:1(0) ack 1 win 65535");
    int fd = client->ops.accept(client->ops.ctx, *listener, NULL, NULL);
    ck_assert_int_ge(fd, 0);
    return fd;
}

/* ---- the second thread ---- */

static void *run(void *argument) {
    struct pd_thread *thread = argument;
    thread->tid = gettid();
    thread->result = thread->call(thread->client, thread->argument);
    thread->error = errno;
    thread->returned = pd_time(thread->client);
    return NULL;
}

static char state_of(int tid) {
    char path[64], text[256] = "", *end;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(text, sizeof text, file));
    fclose(file);
    end = strrchr(text, ')');
    return end && end[1] ? end[2] : '?';
}

void pd_thread_start(struct pd_thread *thread) {
    ck_assert_int_eq(pthread_create(&thread->thread, NULL, run, thread), 0);
    while (thread->tid == 0 || state_of(thread->tid) != 'S') {
        sched_yield();
    }
}

void pd_thread_join(struct pd_thread *thread) {
    ck_assert_int_eq(pthread_join(thread->thread, NULL), 0);
}
