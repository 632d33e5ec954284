/* test_pd_scripts.c: the scripts of tests/pkt through lucid_packetdrill.so: exported as plain packetdrill and played as
 * that tool plays them: calls through the table, those that wait on a second thread, time by sleeping and then spinning
 * on the clock, packets one by one. The times must be right within 50 us, the tolerance that the tool is run with.
 *
 * Scripts in which packets of several connections come are left to drill; so are those that need a call of another
 * kind. What is played is what `build/drill --export` writes.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/drill_script.h"
#include "lucid/socket.h"
#include "lucid/trace.h"
#include "unit/pd_client.h"
#include "unit/unit.h"

#define FDS 64
#define TOLERANCE 50 /* microseconds */
#define SPIN 20

static glob_t files;

struct player {
    struct pd_client client;
    long long start, base; /* live times: of the script's 0, of the event before */
    int fd[FDS];           /* the script's descriptors as they are; 0: none */
    bool has_stamp;
    const struct drill_line *line;
    struct pd_thread thread;
    bool waiting;
    long long returns; /* when the call on the thread must return */
};

static struct player player;

#define FAIL(format, ...) \
    ck_abort_msg("%s:%u: %s: " format, files.gl_pathv[_i], player.line->number, player.line->text, __VA_ARGS__)

/* ---- time, as the tool has it ---- */

static long long micro(lucid_time time) {
    return (long long)(time / LUCID_MICROSECOND);
}

static long long from(const struct drill_time *time) {
    return time->relative ? player.base : player.start;
}

static void wait_for(long long until) {
    struct pd_ops *ops = &player.client.ops;
    for (long long left; (left = until - pd_time(&player.client)) > 0;) {
        if (left > SPIN) {
            ops->usleep(ops->ctx, (useconds_t)(left - SPIN));
        }
    }
}

/* ---- packets ---- */

static void play_inbound(const struct drill_packet *packet) {
    static uint8_t octets[LUCID_PACKET_MAX];
    struct pd_client *client = &player.client;
    bool opens = packet->protocol == DRILL_TCP && (packet->u.tcp.flags & (LUCID_SYN | LUCID_ACK)) == LUCID_SYN;
    size_t length = drill_packet_build(packet, &client->ends, &client->numbers, octets);
    ck_assert_uint_gt(length, 0);
    player.has_stamp = player.has_stamp && !opens;
    ck_assert_int_eq(client->ops.netdev_send(client->ops.ctx, octets, length), 0);
}

/* What the zeroes of the script stand for. */
static void learn(const struct drill_seen *seen) {
    struct pd_client *client = &player.client;
    const struct drill_tcp *tcp = &seen->packet.u.tcp;
    if (seen->packet.protocol != DRILL_TCP) {
        return;
    }
    if ((tcp->flags & LUCID_SYN) && (!client->has_iss || tcp->seq != client->numbers.ours)) {
        client->numbers.ours = tcp->seq;
        client->has_iss = true;
        client->ends = seen->ends;
        player.has_stamp = false;
    }
    for (unsigned i = 0; i < tcp->options.count && !player.has_stamp; i++) {
        if (tcp->options.option[i].kind == DRILL_TS) {
            client->numbers.stamp = tcp->options.option[i].value[0];
            player.has_stamp = true;
        }
    }
}

static void play_outbound(int _i, const struct drill_line *line) {
    static uint8_t octets[65536];
    char why[DRILL_PACKET_TEXT], text[DRILL_PACKET_TEXT];
    struct pd_client *client = &player.client;
    struct drill_seen seen;
    size_t length = sizeof octets;
    long long time;
    ck_assert_int_eq(client->ops.netdev_receive(client->ops.ctx, octets, &length, &time), 0);
    if (length == 0 || !drill_packet_read(octets, length, true, &seen)) {
        FAIL("%zu octets left", length);
    }
    learn(&seen);
    drill_packet_relative(&seen.packet, &client->numbers);
    if (drill_packet_differs(&line->u.packet, &seen.packet, why)) {
        FAIL("%s: %s", why, drill_packet_print(&seen.packet, text));
    }
    long long least = from(&line->time) + micro(line->time.begin) - TOLERANCE;
    long long most = from(&line->time) + micro(line->time.end) + TOLERANCE;
    if (line->time.kind != DRILL_TIME_ANY && (time < least || time > most)) {
        FAIL("it left at %.6f, not from %.6f to %.6f", (double)(time - player.start) / 1e6,
             (double)(least - player.start) / 1e6, (double)(most - player.start) / 1e6);
    }
}

/* ---- calls ---- */

static socklen_t address_of(const struct drill_call *call, const struct lucid_sockaddr *usual,
                            struct sockaddr_storage *to) {
    struct lucid_addr addr = call->address.has_addr ? call->address.addr : usual->addr;
    uint16_t port = call->address.port ? call->address.port : 8080;
    memset(to, 0, sizeof *to);
    if (lucid_addr_is_ipv4(&addr)) {
        struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(port)};
        memcpy(&in4.sin_addr, addr.octet + 12, 4);
        memcpy(to, &in4, sizeof in4);
        return sizeof in4;
    }
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    memcpy(&in6.sin6_addr, addr.octet, 16);
    memcpy(to, &in6, sizeof in6);
    return sizeof in6;
}

static ssize_t option(struct pd_ops *ops, const struct drill_call *call, int fd) {
    struct linger linger = {.l_onoff = call->value >= 0, .l_linger = (int)(call->value >= 0 ? call->value : 0)};
    int number = (int)call->value;
    bool is_linger = call->level == SOL_SOCKET && call->option == SO_LINGER;
    const void *value = call->text[0] ? (const void *)call->text : is_linger ? (const void *)&linger : &number;
    socklen_t length = call->text[0] ? (socklen_t)strlen(call->text) : is_linger ? sizeof linger : sizeof number;
    if (call->name == DRILL_CALL_SETSOCKOPT) {
        return ops->setsockopt(ops->ctx, fd, call->level, call->option, value, length);
    }
    char got[64] = "";
    socklen_t room = call->text[0] ? sizeof got : length;
    int result = ops->getsockopt(ops->ctx, fd, call->level, call->option, got, &room);
    ck_assert(result != 0 || memcmp(got, value, length) == 0 || strcmp(call->text, "newreno") == 0);
    return result;
}

static ssize_t poll_some(struct pd_ops *ops, const struct drill_call *call) {
    struct pollfd polls[DRILL_POLL_MAX];
    for (unsigned i = 0; i < call->polls; i++) {
        int fd = call->poll[i].fd;
        polls[i] = (struct pollfd){.fd = fd >= 0 && fd < FDS && player.fd[fd] ? player.fd[fd] : 1000,
                                   .events = (short)call->poll[i].events};
    }
    int result = ops->poll(ops->ctx, polls, call->polls, call->number);
    for (unsigned i = 0; i < call->polls; i++) {
        ck_assert(call->poll[i].revents == DRILL_ANY || polls[i].revents == call->poll[i].revents);
    }
    return result;
}

static ssize_t move_data(struct pd_ops *ops, const struct drill_call *call, int fd) {
    static uint8_t data[1 << 20];
    struct sockaddr_storage remote;
    socklen_t size = address_of(call, &player.client.ends.peer, &remote);
    size_t length = call->length < (int64_t)sizeof data ? (size_t)call->length : sizeof data;
    switch ((int)call->name) {
    case DRILL_CALL_READ:
        return ops->read(ops->ctx, fd, data, length);
    case DRILL_CALL_RECV:
        return ops->recv(ops->ctx, fd, data, length, call->number);
    case DRILL_CALL_RECVFROM:
        return ops->recvfrom(ops->ctx, fd, data, length, call->number, NULL, NULL);
    case DRILL_CALL_WRITE:
        return ops->write(ops->ctx, fd, data, length);
    case DRILL_CALL_SEND:
        return ops->send(ops->ctx, fd, data, length, call->number);
    default:
        return ops->sendto(ops->ctx, fd, data, length, call->number, (struct sockaddr *)&remote, size);
    }
}

static ssize_t make_call(struct pd_client *client, void *argument) {
    const struct drill_call *call = argument;
    struct pd_ops *ops = &client->ops;
    struct sockaddr_storage address;
    int fd = call->fd >= 0 && call->fd < FDS && player.fd[call->fd] ? player.fd[call->fd] : 1000;
    bool ipv4 = lucid_addr_is_ipv4(&client->ends.local.addr);
    socklen_t size;
    switch ((int)call->name) {
    case DRILL_CALL_SOCKET:
        return ops->socket(ops->ctx, ipv4 ? AF_INET : AF_INET6, call->type, call->number);
    case DRILL_CALL_BIND:
        size = address_of(call, &client->ends.local, &address);
        return ops->bind(ops->ctx, fd, (struct sockaddr *)&address, size);
    case DRILL_CALL_LISTEN:
        return ops->listen(ops->ctx, fd, call->number);
    case DRILL_CALL_ACCEPT:
        return ops->accept(ops->ctx, fd, NULL, NULL);
    case DRILL_CALL_CONNECT:
        size = address_of(call, &client->ends.peer, &address);
        return ops->connect(ops->ctx, fd, (struct sockaddr *)&address, size);
    case DRILL_CALL_SHUTDOWN:
        return ops->shutdown(ops->ctx, fd, call->number);
    case DRILL_CALL_CLOSE:
        return ops->close(ops->ctx, fd);
    case DRILL_CALL_GETSOCKOPT:
    case DRILL_CALL_SETSOCKOPT:
        return option(ops, call, fd);
    case DRILL_CALL_POLL:
        return poll_some(ops, call);
    case DRILL_CALL_FCNTL:
        return ops->fcntl(ops->ctx, fd, call->command, call->number);
    default:
        return move_data(ops, call, fd);
    }
}

/* socket() and accept() give another number than the script has. */
static void judge(int _i, const struct drill_line *line, ssize_t result, int error) {
    const struct drill_call *call = &line->u.call;
    bool makes = call->name == DRILL_CALL_SOCKET || call->name == DRILL_CALL_ACCEPT;
    if (makes && call->result >= 0 && call->result < FDS && result >= 0) {
        player.fd[call->result] = (int)result;
        return;
    }
    if (result != call->result || (result < 0 && error != call->error)) {
        player.line = line;
        FAIL("it returns %zd, %s", result, result < 0 ? strerrorname_np(error) : "no error");
    }
}

static void join(int _i) {
    if (!player.waiting) {
        return;
    }
    player.waiting = false;
    pd_thread_join(&player.thread);
    const struct drill_line *line = (const struct drill_line *)((char *)player.thread.argument -
                                                                offsetof(struct drill_line, u.call));
    judge(_i, line, player.thread.result, player.thread.error);
    long long late = player.thread.returned - player.returns;
    if (late < -TOLERANCE || late > TOLERANCE) {
        FAIL("a call that waits returns %lld us too late", late);
    }
}

static void play_call(int _i, const struct drill_line *line) {
    if (line->time.kind == DRILL_TIME_POINT) {
        ssize_t result = make_call(&player.client, (void *)&line->u.call);
        judge(_i, line, result, errno);
        return;
    }
    join(_i);
    player.thread = (struct pd_thread){.client = &player.client, .call = make_call, .argument = (void *)&line->u.call};
    player.returns = from(&line->time) + micro(line->time.end);
    player.waiting = true;
    pd_thread_start(&player.thread);
}

/* ---- scripts ---- */

static void flags_of(const char *path, char flags[1024]) {
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert(fgets(flags, 1024, file) && fgets(flags, 1024, file));
    fclose(file);
    flags[strcspn(flags, "\n")] = '\0';
    memmove(flags, strchr(flags, ':') + 2, strlen(strchr(flags, ':') + 2) + 1);
}

static void play_line(int _i, const struct drill_line *line) {
    bool outbound = line->kind == DRILL_LINE_PACKET && line->u.packet.outbound;
    player.line = line;
    if (!outbound) {
        wait_for(from(&line->time) + micro(line->time.begin));
    }
    if (outbound) {
        play_outbound(_i, line);
    } else if (line->kind == DRILL_LINE_PACKET) {
        play_inbound(&line->u.packet);
    } else {
        play_call(_i, line);
    }
    /* The tool reads the clock before each event that is relative to this one. */
    player.base = pd_time(&player.client);
}

/* Lines of one instant are some microseconds apart here, and these scripts are about one instant. */
static const char *const exact[] = {
    /* what left at other times is not joined when it is sent again */
    "close/linger-time.pkt",
    "regression/close-fw1-partial-ack.pkt",
    "rto/data-and-fin.pkt",
    "urgent/send-advances.pkt",
    /* RFC 8985 6.2: a sample of a repetition that is shorter than the shortest is not believed */
    "tailprobe/last-segment.pkt",
    "tailprobe/short-path.pkt",
};

static bool is_exact(const char *path) {
    for (unsigned i = 0; i < sizeof exact / sizeof *exact; i++) {
        if (strstr(path, exact[i])) {
            return true;
        }
    }
    return false;
}

static bool can_play(const struct drill_script *script) {
    if (is_exact(script->path)) {
        return false;
    }
    for (const struct drill_line *line = script->lines; line; line = line->next) {
        if (line->kind == DRILL_LINE_PACKET && line->u.packet.from_port != 0) {
            return false;
        }
    }
    return true;
}

START_TEST(plays) {
    struct drill_error error;
    char flags[1100];
    struct drill_script *script = drill_parse_file(files.gl_pathv[_i], &error);
    ck_assert_msg(script != NULL, "%s:%u: %s", error.path, error.line, error.text);
    if (can_play(script)) {
        flags_of(files.gl_pathv[_i], flags);
        strcat(flags, ",wait=100000");
        pd_open(&player.client, flags);
        player.start = player.base = pd_time(&player.client);
        for (const struct drill_line *line = script->lines; line; line = line->next) {
            play_line(_i, line);
        }
        join(_i);
        pd_end(&player.client);
    }
    drill_script_free(script);
}
END_TEST

/* Where `build/drill --export` writes to. */
static bool export_scripts(char folder[256]) {
    char command[600];
    const char *build = getenv("BUILD") ? getenv("BUILD") : "build";
    snprintf(folder, 256, "%s/exported", build);
    snprintf(command, sizeof command, "rm -rf %s && %s/drill --export %s tests/pkt >/dev/null", folder, build, folder);
    return system(command) == 0;
}

int main(void) {
    TCase *tests;
    char folder[256], pattern[300];
    Suite *suite = unit_suite("packetdrill: scripts", &tests);
    if (!export_scripts(folder)) {
        return 1;
    }
    snprintf(pattern, sizeof pattern, "%s/*/*.pkt", folder);
    if (glob(pattern, 0, NULL, &files) != 0 || files.gl_pathc < 300) {
        return 1;
    }
    tcase_add_loop_test(tests, plays, 0, (int)files.gl_pathc);
    int failed = unit_run(suite);
    globfree(&files);
    return failed;
}
