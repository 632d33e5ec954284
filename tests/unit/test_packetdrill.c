/* test_packetdrill.c: the object that packetdrill loads, through its table. Its rules are those of pd_ops.h and pd.h.
 *
 * The tests come twice: here, with sanitizers, and by tests/scripts/packetdrill.sh for the plain object, opened as the
 * tool opens it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "unit/pd_client.h"
#include "unit/unit.h"

static struct pd_client client;
static struct pd_ops *const ops = &client.ops;

/* ---- the table ---- */

START_TEST(every_place_of_the_table_is_filled) {
    void *places[sizeof(struct pd_ops) / sizeof(void *)];
    ck_assert_uint_eq(sizeof places / sizeof *places, 33);
    pd_open(&client, NULL);
    memcpy(places, ops, sizeof places);
    for (unsigned i = 0; i < 33; i++) {
        ck_assert_msg(places[i] != NULL, "place %u is empty", i);
    }
    pd_end(&client);
}
END_TEST

START_TEST(what_is_lacking_says_so) {
    int ends[2];
    struct epoll_event event;
    pd_open(&client, PD_USUAL);
    FAILS(ops->epoll_create(ops->ctx, 1), ENOSYS);
    FAILS(ops->epoll_ctl(ops->ctx, 0, EPOLL_CTL_ADD, 0, &event), ENOSYS);
    FAILS(ops->epoll_wait(ops->ctx, 0, &event, 1, 0), ENOSYS);
    FAILS(ops->pipe(ops->ctx, ends), ENOSYS);
    FAILS(ops->splice(ops->ctx, 0, NULL, 0, NULL, 1, 0), ENOSYS);
    pd_end(&client);
}
END_TEST

START_TEST(an_unknown_flag_ends_the_process) {
    static const char *const flags[] = {"colour=red",
                                        "mtu=x",
                                        "local=fd77::2",
                                        "wait",
                                        "loose=2",
                                        "mtu=1500 msl=3s",
                                        "local=fd77::2,remote=2001:db8::1,mtu=1000"};
    pd_hide_messages();
    pd_open(&client, flags[_i]);
}
END_TEST

/* ---- connections ---- */

START_TEST(handshake) {
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    pd_open(&client, PD_USUAL);
    int listener = pd_listener(&client);
    pd_arrives(&client, "< S 0:0(0) win 65535 <mss 1460>");
    pd_leaves(&client, "> S. 0:0(0) ack 1 <mss 1460>");
    ops->usleep(ops->ctx, 100000);
    pd_arrives(&client, "< . 1:1(0) ack 1 win 65535");
    int fd = ops->accept(ops->ctx, listener, (struct sockaddr *)&peer, &length);
    ck_assert_int_ge(fd, 0);
    ck_assert_uint_eq(length, sizeof peer);
    ck_assert_uint_eq(peer.sin_family, AF_INET);
    ck_assert_uint_eq(ntohl(peer.sin_addr.s_addr), 0xc0000201);
    ck_assert_uint_eq(ntohs(peer.sin_port), 8080);
    ck_assert_int_eq(ops->shutdown(ops->ctx, fd, SHUT_WR), 0);
    pd_leaves(&client, "> F. 1:1(0) ack 1");
    pd_arrives(&client, "< . 1:1(0) ack 2 win 65535");
    ck_assert_int_eq(ops->close(ops->ctx, fd), 0);
    ck_assert_int_eq(ops->close(ops->ctx, listener), 0);
    pd_end(&client);
}
END_TEST

START_TEST(ipv6) {
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(8080)}, peer;
    socklen_t length = sizeof peer;
    int hops = 9;
    pd_open(&client, "local=fd77::2,remote=2001:db8::1,mtu=1520");
    int listener = ops->socket(ops->ctx, AF_INET6, SOCK_STREAM, IPPROTO_TCP);
    ck_assert_int_eq(ops->bind(ops->ctx, listener, (struct sockaddr *)&in6, sizeof in6), 0);
    ck_assert_int_eq(ops->setsockopt(ops->ctx, listener, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof hops), 0);
    ck_assert_int_eq(ops->listen(ops->ctx, listener, 1), 0);
    pd_arrives(&client, "< S 0:0(0) win 65535 <mss 1460>");
    pd_leaves(&client, "> [ttl 9] S. 0:0(0) ack 1 <mss 1460>");
    pd_arrives(&client, "< . 1:1(0) ack 1 win 65535");
    ck_assert_int_ge(ops->accept(ops->ctx, listener, (struct sockaddr *)&peer, &length), 0);
    ck_assert_uint_eq(length, sizeof peer);
    ck_assert_mem_eq(&peer.sin6_addr, client.ends.peer.addr.octet, 16);
    pd_end(&client);
}
END_TEST

/* The flags reach the stack: the segment size of a small MTU, a setting of struct lucid_config. */
START_TEST(flags_are_used) {
    pd_open(&client, "local=192.168.0.1,mtu=1000,rto_initial=3s,rto_max=5s");
    pd_listener(&client);
    pd_arrives(&client, "< S 0:0(0) win 65535 <mss 1460>");
    long long first = pd_leaves(&client, "> S. 0:0(0) ack 1 <mss 960>");
    ck_assert_int_eq(pd_leaves(&client, "> S. 0:0(0) ack 1 <mss 960>") - first, 3000000);
    ck_assert_int_eq(pd_leaves(&client, "> S. 0:0(0) ack 1 <mss 960>") - first, 8000000);
    pd_end(&client);
}
END_TEST

/* For each script the tool calls init again: nothing stays from the one before. Two at once are two. */
START_TEST(nothing_is_static) {
    struct pd_client other;
    int listener;
    pd_open(&client, PD_USUAL);
    pd_connection(&client, &listener);
    long long begin = pd_time(&client);
    pd_open(&other, PD_USUAL);
    ops->usleep(ops->ctx, 5000000);
    ck_assert_int_eq(pd_time(&other), begin);
    pd_connection(&other, &listener);
    pd_end(&client);
    pd_end(&other);
    pd_open(&client, PD_USUAL);
    pd_connection(&client, &listener);
    ck_assert_int_eq(pd_time(&client), begin);
    pd_end(&client);
}
END_TEST

/* ---- descriptors ---- */

START_TEST(descriptors_are_real) {
    pd_open(&client, PD_USUAL);
    int first = ops->socket(ops->ctx, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    int second = ops->socket(ops->ctx, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    ck_assert_int_ne(fcntl(first, F_GETFD), -1);
    ck_assert_int_eq(ops->close(ops->ctx, first), 0);
    FAILS(fcntl(first, F_GETFD), EBADF);
    FAILS(ops->close(ops->ctx, first), EBADF);
    FAILS(ops->listen(ops->ctx, first, 1), EBADF);
    FAILS(ops->read(ops->ctx, 0, NULL, 0), EBADF);
    ck_assert_int_eq(close(second), 0);
    pd_end(&client);
}
END_TEST

START_TEST(fcntl_and_ioctl) {
    int listener, value = 1;
    pd_open(&client, PD_USUAL);
    int fd = pd_connection(&client, &listener);
    ck_assert_int_eq(ops->fcntl(ops->ctx, fd, F_GETFL), O_RDWR);
    ck_assert_int_eq(ops->fcntl(ops->ctx, fd, F_SETFL, O_RDWR | O_NONBLOCK), 0);
    ck_assert_int_eq(ops->fcntl(ops->ctx, fd, F_GETFL), O_RDWR | O_NONBLOCK);
    FAILS(ops->fcntl(ops->ctx, fd, F_GETLK), EINVAL);
    FAILS(ops->read(ops->ctx, fd, &value, 1), EAGAIN);
    pd_arrives(&client, "< P. 1:301(300) ack 1 win 65535");
    ck_assert_int_eq(ops->ioctl(ops->ctx, fd, FIONREAD, &value), 0);
    ck_assert_int_eq(value, 300);
    ck_assert_int_eq(ops->write(ops->ctx, fd, "12345", 5), 5);
    ck_assert_int_eq(ops->ioctl(ops->ctx, fd, TIOCOUTQ, &value), 0);
    ck_assert_int_eq(value, 5);
    FAILS(ops->ioctl(ops->ctx, fd, TCGETS, &value), ENOTTY);
    ck_assert_int_eq(ops->ioctl(ops->ctx, fd, SIOCATMARK, &value), 0);
    ck_assert_int_eq(value, 0);
    pd_leaves(&client, "> P. 1:6(5) ack 301");
    pd_end(&client);
}
END_TEST

/* ---- data ---- */

START_TEST(data_in_parts) {
    uint8_t data[10], expected[10], more[4];
    int listener;
    struct iovec parts[] = {{data, 3}, {data + 3, 7}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    pd_open(&client, PD_USUAL);
    int fd = pd_connection(&client, &listener);
    pd_arrives(&client, "< P. 1:31(30) ack 1 win 65535");
    drill_octets(false, 0, expected, 10);
    ck_assert_int_eq(ops->readv(ops->ctx, fd, parts, 2), 10);
    ck_assert_mem_eq(data, expected, 10);
    drill_octets(false, 10, expected, 10);
    ck_assert_int_eq(ops->recv(ops->ctx, fd, more, 4, MSG_PEEK), 4);
    ck_assert_mem_eq(more, expected, 4);
    ck_assert_int_eq(ops->recvmsg(ops->ctx, fd, &message, 0), 10);
    ck_assert_mem_eq(data, expected, 10);
    ck_assert_int_eq(ops->recvfrom(ops->ctx, fd, data, 10, 0, NULL, NULL), 10);
    FAILS(ops->recv(ops->ctx, fd, data, 1, MSG_DONTWAIT), EAGAIN);
    drill_octets(true, 0, data, 10);
    ck_assert_int_eq(ops->writev(ops->ctx, fd, parts, 2), 10);
    pd_leaves(&client, "> P. 1:11(10) ack 31");
    ck_assert_int_eq(ops->sendmsg(ops->ctx, fd, &message, MSG_NOSIGNAL), 10);
    pd_arrives(&client, "< . 31:31(0) ack 11 win 65535");
    pd_leaves(&client, "> P. 11:21(10) ack 31");
    pd_end(&client);
}
END_TEST

/* ---- options ---- */

START_TEST(options_have_the_hosts_structures) {
    int listener, error = 7;
    char name[16];
    struct tcp_info info;
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    socklen_t length = sizeof info;
    pd_open(&client, PD_USUAL);
    int fd = pd_connection(&client, &listener);
    ck_assert_int_eq(ops->getsockopt(ops->ctx, fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    ck_assert_uint_eq(length, sizeof info);
    ck_assert_uint_eq(info.tcpi_state, 1);
    ck_assert_uint_eq(info.tcpi_snd_mss, 1460);
    ck_assert_uint_eq(info.tcpi_snd_cwnd, 10);
    length = sizeof error;
    ck_assert_int_eq(ops->getsockopt(ops->ctx, fd, SOL_SOCKET, SO_ERROR, &error, &length), 0);
    ck_assert_int_eq(error, 0);
    FAILS(ops->setsockopt(ops->ctx, fd, SOL_SOCKET, SO_LINGER, &error, sizeof error), EINVAL);
    ck_assert_int_eq(ops->setsockopt(ops->ctx, fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    length = sizeof linger;
    linger.l_onoff = 0;
    ck_assert_int_eq(ops->getsockopt(ops->ctx, fd, SOL_SOCKET, SO_LINGER, &linger, &length), 0);
    ck_assert_int_eq(linger.l_onoff, 1);
    ck_assert_int_eq(ops->setsockopt(ops->ctx, fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4), 0);
    length = sizeof name;
    ck_assert_int_eq(ops->getsockopt(ops->ctx, fd, IPPROTO_TCP, TCP_CONGESTION, name, &length), 0);
    ck_assert_str_eq(name, "reno");
    FAILS(ops->setsockopt(ops->ctx, fd, SOL_SOCKET, SO_RCVTIMEO, &error, sizeof error), ENOPROTOOPT);
    ck_assert_int_eq(ops->close(ops->ctx, fd), 0);
    pd_leaves(&client, "> R 1:1(0)");
    pd_end(&client);
}
END_TEST

/* ---- the clock ---- */

START_TEST(the_clock_moves_when_it_is_read) {
    pd_open(&client, PD_USUAL);
    long long begin = pd_time(&client);
    ck_assert_int_eq(pd_time(&client), begin + 1);
    ck_assert_int_eq(pd_time(&client), begin + 2);
    ck_assert_int_eq(ops->usleep(ops->ctx, 100), 0);
    ck_assert_int_eq(pd_time(&client), begin + 2 + 120 + 1);
    pd_end(&client);
}
END_TEST

/* What is due while the tool sleeps happens at its time; what it waits for comes at its time. */
START_TEST(packets_carry_the_time_at_which_they_left) {
    pd_open(&client, PD_USUAL);
    pd_listener(&client);
    pd_arrives(&client, "< S 0:0(0) win 65535 <mss 1460>");
    long long begin = pd_time(&client) - 1;
    ck_assert_int_eq(pd_leaves(&client, "> S. 0:0(0) ack 1 <mss 1460>"), begin);
    ops->usleep(ops->ctx, 1500000);
    ck_assert_int_eq(pd_leaves(&client, "> S. 0:0(0) ack 1 <mss 1460>"), begin + 1000000);
    ck_assert_int_eq(pd_time(&client), begin + 1 + 1500020 + 1);
    ck_assert_int_eq(pd_leaves(&client, "> S. 0:0(0) ack 1 <mss 1460>"), begin + 3000000);
    ck_assert_int_eq(pd_time(&client), begin + 3000000 + 1);
    pd_end(&client);
}
END_TEST

START_TEST(nothing_within_wait_is_a_packet_of_no_octets) {
    int listener;
    pd_open(&client, PD_USUAL ",wait=0.9");
    pd_listener(&client);
    pd_arrives(&client, "< S 0:0(0) win 65535 <mss 1460>");
    pd_leaves(&client, "> S. 0:0(0) ack 1 <mss 1460>");
    pd_silence(&client);
    pd_end(&client);
    pd_open(&client, PD_USUAL);
    pd_connection(&client, &listener);
    pd_silence(&client);
    pd_end(&client);
}
END_TEST

/* ---- waiting ---- */

START_TEST(nothing_waits_on_the_thread_of_init) {
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(8080), .sin_addr.s_addr = htonl(0xc0000201)};
    struct pollfd poll = {.events = POLLIN};
    int listener;
    uint8_t octet;
    pd_hide_messages();
    pd_open(&client, PD_USUAL ",loose=1");
    poll.fd = pd_connection(&client, &listener);
    FAILS(ops->read(ops->ctx, poll.fd, &octet, 1), EDEADLK);
    FAILS(ops->accept(ops->ctx, listener, NULL, NULL), EDEADLK);
    FAILS(ops->poll(ops->ctx, &poll, 1, -1), EDEADLK);
    FAILS(ops->poll(ops->ctx, &poll, 1, 10), EDEADLK);
    ck_assert_int_eq(ops->poll(ops->ctx, &poll, 1, 0), 0);
    int fd = ops->socket(ops->ctx, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP);
    FAILS(ops->connect(ops->ctx, fd, (struct sockaddr *)&in4, sizeof in4), EINPROGRESS);
    fd = ops->socket(ops->ctx, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    FAILS(ops->connect(ops->ctx, fd, (struct sockaddr *)&in4, sizeof in4), EDEADLK);
    FAILS(ops->connect(ops->ctx, fd, (struct sockaddr *)&in4, 3), EINVAL);
    pd_end(&client);
}
END_TEST

static ssize_t read_300(struct pd_client *of, void *fd) {
    uint8_t data[300];
    return of->ops.read(of->ops.ctx, *(int *)fd, data, sizeof data);
}

/* The thread is told the instant at which the data came, however much time the other one wants to pass meanwhile. */
START_TEST(a_read_waits) {
    int listener;
    pd_open(&client, PD_USUAL);
    int fd = pd_connection(&client, &listener);
    struct pd_thread thread = {.client = &client, .call = read_300, .argument = &fd};
    pd_thread_start(&thread);
    ops->usleep(ops->ctx, 200000);
    pd_arrives(&client, "< P. 1:101(100) ack 1 win 65535");
    long long sleeps = 1000000;
    ops->usleep(ops->ctx, (useconds_t)sleeps);
    long long now = pd_time(&client);
    pd_thread_join(&thread);
    ck_assert_int_eq(thread.result, 100);
    ck_assert_int_eq(thread.returned, now - 1 - 20 - sleeps);
    pd_leaves(&client, "> . 1:1(0) ack 101");
    pd_end(&client);
}
END_TEST

static ssize_t poll_half_a_second(struct pd_client *of, void *fd) {
    struct pollfd poll = {.fd = *(int *)fd, .events = POLLIN};
    return of->ops.poll(of->ops.ctx, &poll, 1, 500);
}

START_TEST(a_poll_waits_until_its_time_is_over) {
    int listener;
    pd_open(&client, PD_USUAL);
    int fd = pd_connection(&client, &listener);
    struct pd_thread thread = {.client = &client, .call = poll_half_a_second, .argument = &fd};
    long long begin = pd_time(&client);
    pd_thread_start(&thread);
    ops->usleep(ops->ctx, 2000000);
    pd_thread_join(&thread);
    ck_assert_int_eq(thread.result, 0);
    ck_assert_int_eq(thread.returned, begin + 500000);
    ck_assert_int_eq(pd_time(&client), begin + 2000021);
    pd_end(&client);
}
END_TEST

static ssize_t write_3000(struct pd_client *of, void *fd) {
    uint8_t data[3000];
    drill_octets(true, 0, data, sizeof data);
    return of->ops.write(of->ops.ctx, *(int *)fd, data, sizeof data);
}

START_TEST(a_write_waits_for_room_for_all_of_it) {
    int listener;
    pd_open(&client, PD_USUAL ",sndbuf=2000");
    int fd = pd_connection(&client, &listener);
    struct pd_thread thread = {.client = &client, .call = write_3000, .argument = &fd};
    pd_thread_start(&thread);
    pd_leaves(&client, "> . 1:1461(1460) ack 1");
    long long begin = pd_time(&client);
    pd_arrives(&client, "< . 1:1(0) ack 1461 win 65535");
    pd_thread_join(&thread);
    ck_assert_int_eq(thread.result, 3000);
    ck_assert_int_eq(thread.returned, begin);
    pd_leaves(&client, "> P. 1461:2001(540) ack 1");
    pd_arrives(&client, "< . 1:1(0) ack 2001 win 65535");
    pd_leaves(&client, "> P. 2001:3001(1000) ack 1");
    pd_end(&client);
}
END_TEST

static ssize_t connect_to_peer(struct pd_client *of, void *fd) {
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(8080), .sin_addr.s_addr = htonl(0xc0000201)};
    return of->ops.connect(of->ops.ctx, *(int *)fd, (struct sockaddr *)&in4, sizeof in4);
}

START_TEST(a_connect_waits) {
    pd_open(&client, PD_USUAL);
    int fd = ops->socket(ops->ctx, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    struct pd_thread thread = {.client = &client, .call = connect_to_peer, .argument = &fd};
    pd_thread_start(&thread);
    pd_leaves(&client, "> S 0:0(0) <...>");
    pd_arrives(&client, _i ? "< R. 0:0(0) ack 1" : "< S. 0:0(0) ack 1 win 65535 <mss 1460>");
    pd_thread_join(&thread);
    ck_assert_int_eq(thread.result, _i ? -1 : 0);
    ck_assert_int_eq(_i ? thread.error : ECONNREFUSED, ECONNREFUSED);
    if (!_i) {
        pd_leaves(&client, "> . 1:1(0) ack 1");
    }
    pd_end(&client);
}
END_TEST

START_TEST(free_ends_what_still_waits) {
    int listener;
    pd_open(&client, PD_USUAL);
    int fd = pd_connection(&client, &listener);
    struct pd_client copy = client;
    struct pd_thread thread = {.client = &copy, .call = read_300, .argument = &fd};
    pd_thread_start(&thread);
    ops->close(ops->ctx, fd);
    pd_leaves(&client, "> F. 1:1(0) ack 1");
    pd_thread_join(&thread);
    ck_assert_int_eq(thread.result, -1);
    ck_assert_int_eq(thread.error, EBADF);
    pd_end(&client);
}
END_TEST

/* ---- surplus ---- */

static void leave_an_answer(const char *flags) {
    int listener;
    pd_open(&client, flags);
    pd_connection(&client, &listener);
    pd_arrives(&client, "< R 2:2(0)");
}

START_TEST(surplus_packets_are_an_error) {
    pd_hide_messages();
    leave_an_answer(PD_USUAL);
    pd_time(&client);
    pd_end(&client);
    exit(0);
}
END_TEST

START_TEST(surplus_packets_may_be_allowed) {
    pd_hide_messages();
    leave_an_answer(PD_USUAL ",loose=1");
    pd_time(&client);
    pd_end(&client);
}
END_TEST

/* The RST by which the tool clears up, and the answer to it. */
START_TEST(what_a_closing_reset_elicits_is_not_surplus) {
    leave_an_answer(PD_USUAL);
    pd_end(&client);
}
END_TEST

/* What left before is. */
START_TEST(what_left_before_a_closing_reset_is_surplus) {
    int listener;
    pd_hide_messages();
    pd_open(&client, PD_USUAL);
    int fd = pd_connection(&client, &listener);
    ck_assert_int_eq(ops->write(ops->ctx, fd, "x", 1), 1);
    pd_arrives(&client, "< R. 1:1(0) ack 2");
    pd_end(&client);
    exit(0);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("packetdrill", &tests);
    tcase_add_test(tests, every_place_of_the_table_is_filled);
    tcase_add_test(tests, what_is_lacking_says_so);
    tcase_add_loop_exit_test(tests, an_unknown_flag_ends_the_process, 2, 0, 7);
    tcase_add_test(tests, handshake);
    tcase_add_test(tests, ipv6);
    tcase_add_test(tests, flags_are_used);
    tcase_add_test(tests, nothing_is_static);
    tcase_add_test(tests, descriptors_are_real);
    tcase_add_test(tests, fcntl_and_ioctl);
    tcase_add_test(tests, data_in_parts);
    tcase_add_test(tests, options_have_the_hosts_structures);
    tcase_add_test(tests, the_clock_moves_when_it_is_read);
    tcase_add_test(tests, packets_carry_the_time_at_which_they_left);
    tcase_add_test(tests, nothing_within_wait_is_a_packet_of_no_octets);
    tcase_add_test(tests, nothing_waits_on_the_thread_of_init);
    tcase_add_test(tests, a_read_waits);
    tcase_add_test(tests, a_poll_waits_until_its_time_is_over);
    tcase_add_test(tests, a_write_waits_for_room_for_all_of_it);
    tcase_add_loop_test(tests, a_connect_waits, 0, 2);
    tcase_add_test(tests, free_ends_what_still_waits);
    tcase_add_exit_test(tests, surplus_packets_are_an_error, 1);
    tcase_add_test(tests, surplus_packets_may_be_allowed);
    tcase_add_test(tests, what_a_closing_reset_elicits_is_not_surplus);
    tcase_add_exit_test(tests, what_left_before_a_closing_reset_is_surplus, 1);
    return unit_run(suite);
}
