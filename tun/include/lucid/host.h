/* host.h: the host's side of a stack: a TUN device, the clock, randomness, memory, the loop, and calls that wait.
 *
 * The stack of lucid.h makes no system call; everything that does is here. The shortest program:
 *
 *     struct lucid_host_options options;
 *     struct lucid_host *host;
 *     char error[LUCID_ERROR_TEXT];
 *     lucid_host_defaults(&options);
 *     if (lucid_host_open(&host, &options, error) < 0) { say error; exit(1); }
 *     int fd = lucid_host_listen(host, NULL, 80, 16);
 *     int peer = lucid_host_accept(host, fd, NULL, LUCID_NEVER);
 *     ...
 *     lucid_host_close(host);
 *
 * Parts that stand alone, below: a device without a stack (struct lucid_device), a link with faults (struct
 * lucid_link), capture files (struct lucid_pcap), and two stacks joined in memory (struct lucid_pair), which is how
 * tests, the simulator and the lab run without a device.
 *
 * Not thread-safe: one host belongs to one thread. lucid_host_stop() alone may be called from a signal handler, or from
 * another thread. Several hosts, each in its thread, can share one device (struct lucid_hosts).
 */
#ifndef LUCID_HOST_H
#define LUCID_HOST_H

#include "lucid/info.h"
#include "lucid/lucid.h"
#include "lucid/socket.h"
#include "lucid/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for one sentence that says what happened and what to do. */
#define LUCID_ERROR_TEXT 256

/* ---- options ---- */

struct lucid_host_options {
    const char *device;      /* name of the interface; "lucid0" */
    const char *device_path; /* "/dev/net/tun" */
    bool configure; /* create the interface, give it its addresses and take it up; true. False: it is there and up */
    bool offload;   /* let the device cut segments and complete checksums, if the kernel can; true */
    struct lucid_ifaddr host_addrs[LUCID_ADDRS_MAX]; /* of the kernel's end; 10.77.0.1/24, fd77::1/64 */
    unsigned host_addr_count;
    const char *faults; /* see lucid_faults_parse(); NULL: none */
    const char *pcap;   /* file to capture to; NULL: none */
    struct lucid_config
        config; /* of the stack: 10.77.0.2 and fd77::2; memory and randomness are filled in by lucid_host_open */
};

/* Fills in the defaults. In config they are those of lucid_config_default(), but for the addresses, memory, randomness,
 * and rto_min: 200 ms, as the kernel at the other end has it. */
LUCID_API void lucid_host_defaults(struct lucid_host_options *options);

/* Reads "10.77.0.2", or with a prefix "10.77.0.1/24", into *ifaddr; without one the prefix is prefix.
 * Returns 0 or -LUCID_EINVAL. */
LUCID_API int lucid_ifaddr_parse(const char *text, uint8_t prefix, struct lucid_ifaddr *ifaddr);

/* ---- a host ---- */

struct lucid_host;

/* Opens the device, configures it, opens capture file and faults, and makes a stack. error: gets one sentence when
 * something failed. Returns 0 and sets *host, or a negative error; then nothing was changed. */
LUCID_API int lucid_host_open(struct lucid_host **host, const struct lucid_host_options *options,
                              char error[LUCID_ERROR_TEXT]);

/* Ends it: stack, files, device. The interface vanishes with it if it was made by it. host may be NULL. */
LUCID_API void lucid_host_close(struct lucid_host *host);

/* Returns the stack of the host, for the calls of socket.h, info.h and trace.h. It is never NULL and ends with the
 * host. */
LUCID_API struct lucid_stack *lucid_host_stack(struct lucid_host *host);

/* Returns the name of the interface, which the kernel may have chosen ("tun%d" gives "tun0"). */
LUCID_API const char *lucid_host_device(const struct lucid_host *host);

/* Returns which enum lucid_offload the kernel agreed to; 0: none, or none was wanted. */
LUCID_API unsigned lucid_host_offload(const struct lucid_host *host);

/* CLOCK_MONOTONIC, as the stack's time. */
LUCID_API lucid_time lucid_host_now(void);

/* ---- the loop ---- */

struct lucid_host_callbacks {
    /* A socket's readiness has risen (lucid_next_event). NULL: events stay queued in the stack. */
    void (*event)(struct lucid_host *host, const struct lucid_ready *ready, void *user);
    /* After each turn, when the trace is on: drain it with lucid_trace_next(). */
    void (*trace)(struct lucid_host *host, void *user);
    /* In each turn when its events are over, before what they brought about is written. NULL: nobody waits for it. */
    void (*batch)(struct lucid_host *host, void *user);
    void *user;
    /* Each packet of the stack, when it gets it, and when it hands it out (leaves). NULL: nobody looks. */
    void (*packet)(struct lucid_host *host, bool leaves, lucid_time now, const struct lucid_packet *packet, void *user);
};

/* Chooses what is called in each turn of the loop; those set before are called no more. *callbacks is copied. */
LUCID_API void lucid_host_set_callbacks(struct lucid_host *host, const struct lucid_host_callbacks *callbacks);

/* One turn: writes what the application has sent since the last one, waits at most timeout nanoseconds for something
 * to do, then reads the device until it is empty (bounded), lets time pass, calls back, and writes what wants to leave.
 * It does not ask for other descriptors (lucid_host_watch()) in each turn, but at the latest after 64 packets.
 * Returns 0, or a negative error when the device is gone. */
LUCID_API int lucid_host_step(struct lucid_host *host, lucid_time timeout);

/* The time of the present turn, or of the latest one, as the stack was told it: for callbacks, which need not ask the
 * clock then. All events of a turn have the same, and come of packets that were read no earlier.
 * Returns nanoseconds, as lucid_host_now(). */
LUCID_API lucid_time lucid_host_time(const struct lucid_host *host);

/* Turns until lucid_host_stop(). Returns 0 or what lucid_host_step() returned. */
LUCID_API int lucid_host_run(struct lucid_host *host);

/* Ends lucid_host_run() and any call that waits (-LUCID_EINTR). Safe in a signal handler. */
LUCID_API void lucid_host_stop(struct lucid_host *host);
LUCID_API bool lucid_host_stopped(const struct lucid_host *host);

/* Handed to lucid_host_stop() by the calls that wait, when it ended them. */
#define LUCID_EINTR 4

/* A descriptor for the poll(2) or epoll(7) of somebody else: readable whenever lucid_host_step(host, 0) has
 * something to do, be it a packet or a deadline, and now and then when it has not. Call lucid_host_step(host, 0) then,
 * and once after every batch of calls of socket.h. Returns the descriptor, always the same, which stays the host's, or
 * a negative error. */
LUCID_API int lucid_host_fd(struct lucid_host *host);

/* Calls call(host, fd, user) in each turn in which fd, somebody else's descriptor, is ready for events (of poll(2)).
 * events 0: no more. Returns 0 or a negative error. */
LUCID_API int lucid_host_watch(struct lucid_host *host, int fd, short events,
                               void (*call)(struct lucid_host *host, int fd, short revents, void *user), void *user);

/* Calls call(host, user) once, at or after the time `at`. Returns the timer's number, for lucid_host_cancel(), or a
 * negative error. */
LUCID_API int lucid_host_timer(struct lucid_host *host, lucid_time at,
                               void (*call)(struct lucid_host *host, void *user), void *user);
LUCID_API void lucid_host_cancel(struct lucid_host *host, int timer);

/* What the device did, beside what the stack counts. */
struct lucid_host_stats {
    uint64_t reads, writes; /* system calls that moved a packet */
    uint64_t read_errors, write_errors, write_waits;
    uint64_t bad_headers; /* packets whose offload header made no sense */
    /* packets that went to the stack of another queue; that came from one; that were lost because that was too busy */
    uint64_t handed_on, handed_over, handed_lost;
    uint64_t looks, looks_missed; /* the device was read before a wait, and had a packet; and had none */
    uint64_t yields;              /* much had been written without a wait: others of this CPU had their turn */
    uint64_t packets_cut;         /* longer than the kernel took at that moment: written as single segments */
    uint64_t faults_dropped, faults_duplicated, faults_reordered, faults_corrupted;
};

/* Copies what the device and the links with faults have counted. */
LUCID_API void lucid_host_stats(const struct lucid_host *host, struct lucid_host_stats *stats);

/* ---- calls that wait ---- As those of socket.h, but instead of -LUCID_EAGAIN they turn the loop until it can be
 * done, at most for timeout nanoseconds (LUCID_NEVER: for ever), then return -LUCID_ETIMEDOUT. Callbacks run
 * meanwhile. */

/* A listening stream socket on addr (NULL: all of ours). Does not wait. Returns a handle or a negative error. */
LUCID_API int lucid_host_listen(struct lucid_host *host, const struct lucid_addr *addr, uint16_t port, int backlog);
LUCID_API int lucid_host_accept(struct lucid_host *host, int fd, struct lucid_sockaddr *remote, lucid_time timeout);
/* Makes a socket and connects it. Returns the handle or a negative error. */
LUCID_API int lucid_host_connect(struct lucid_host *host, const struct lucid_sockaddr *remote, lucid_time timeout);
LUCID_API ptrdiff_t lucid_host_recv(struct lucid_host *host, int fd, void *data, size_t length, lucid_time timeout);
/* Sends all of it. Returns length or a negative error. */
LUCID_API ptrdiff_t lucid_host_send(struct lucid_host *host, int fd, const void *data, size_t length,
                                    lucid_time timeout);
/* Waits until fd is ready for one of events (enum lucid_poll_event). Returns what it is ready for, or a negative
 * error. */
LUCID_API int lucid_host_wait(struct lucid_host *host, int fd, unsigned events, lucid_time timeout);
/* Turns the loop until every connection is gone (TIME-WAIT records too when timewaits is true) and all that was to be
 * sent is with the device, also over a link with delay. Returns 0 or a negative error. */
LUCID_API int lucid_host_drain(struct lucid_host *host, bool timewaits, lucid_time timeout);

/* ---- several queues ---- */

/* Several hosts on one device with several queues, each with a stack and a thread of its own; to the network they are
 * one. They have the same addresses, and want the same listeners: the kernel spreads new connections over them, and
 * each stays where it has begun. A connection that one of them begins is its own, too; but its local port must be
 * chosen by the stack: what comes for another port may come to another stack. The same holds for UDP.
 *
 *     struct lucid_hosts *hosts;
 *     lucid_hosts_open(&hosts, &options, 2, error);
 *     for each queue:  listen with lucid_hosts_at(hosts, queue)
 *     lucid_hosts_start(hosts, serve, user, error);      serve(host, 1, user) runs in a thread
 *     serve(lucid_hosts_at(hosts, 0), 0, user);          and this one is the caller's
 *     lucid_hosts_stop(hosts);                           when they are to end, from whatever thread or signal handler
 *     lucid_hosts_join(hosts);
 *     lucid_hosts_close(hosts);
 */
struct lucid_hosts;

#define LUCID_QUEUES_MAX 64

/* Opens a device with so many queues (1 to LUCID_QUEUES_MAX) and a host for each; the options are those of all, with
 * limits for each of them. faults: on each queue by itself; pcap: with one queue only. error: gets one sentence when
 * something failed. Returns 0 and sets *hosts, or a negative error; then nothing was changed. */
LUCID_API int lucid_hosts_open(struct lucid_hosts **hosts, const struct lucid_host_options *options, unsigned count,
                               char error[LUCID_ERROR_TEXT]);

/* Ends all of them, and the device. No thread may run any more. A host may have been closed already, by its own thread
 * and lucid_host_close(), when nobody calls lucid_hosts_stop() any more. hosts may be NULL. */
LUCID_API void lucid_hosts_close(struct lucid_hosts *hosts);

/* Returns how many there are. */
LUCID_API unsigned lucid_hosts_count(const struct lucid_hosts *hosts);

/* Returns the host of a queue, from 0, which ends with the others; NULL: there is no such queue, or its host has been
 * closed already. */
LUCID_API struct lucid_host *lucid_hosts_at(struct lucid_hosts *hosts, unsigned queue);

/* Starts a thread for each queue but the first, whose host belongs to the caller's thread. call: runs in it, with its
 * host and the number of its queue, which are its own until it returns. Signals from outside are the caller's. Returns
 * 0; or a negative error and the sentence, and then call was not called. */
LUCID_API int lucid_hosts_start(struct lucid_hosts *hosts,
                                void (*call)(struct lucid_host *host, unsigned queue, void *user), void *user,
                                char error[LUCID_ERROR_TEXT]);

/* lucid_host_stop() for all of them. Safe in a signal handler, and from any thread. */
LUCID_API void lucid_hosts_stop(struct lucid_hosts *hosts);

/* Waits until all threads have returned. */
LUCID_API void lucid_hosts_join(struct lucid_hosts *hosts);

/* ---- a network of one's own ---- */

/* Puts the calling process into a network namespace of its own, with loopback up; without root into a user namespace
 * too, in which it is root. Programs started later inherit it. Call it before any thread is started. Returns 0, or a
 * negative error and the sentence. */
LUCID_API int lucid_host_private_network(char error[LUCID_ERROR_TEXT]);

/* Makes every program that this process starts from now on end with it, at once, however it ends: by itself, by
 * Ctrl-C, by SIGKILL. So a private network vanishes with the program that made it, whatever was started in it. Call it
 * before any program and any thread is started, after lucid_host_private_network(). Returns 0, or a negative error and
 * the sentence; then programs outlive this one, as usual. */
LUCID_API int lucid_host_private_processes(char error[LUCID_ERROR_TEXT]);

/* ---- the kernel's sockets ---- */

/* Asks the kernel about its own TCP sockets, those of the network namespace in which it was opened. */
struct lucid_diag;

struct lucid_diag_socket {
    struct lucid_sockaddr local, remote;
    uint16_t state;           /* enum lucid_tcp_state */
    lucid_time rto;           /* 0 where the kernel says nothing: of TIME-WAIT, for one */
    uint32_t cwnd;            /* octets */
    uint32_t retransmissions; /* in all */
};

/* The state that the kernel numbers so, in tcpi_state of struct tcp_info and elsewhere. Returns it as enum
 * lucid_tcp_state; 0: there is none with this number. */
LUCID_API uint16_t lucid_diag_state(unsigned kernel);

/* Opens one; NULL, and the sentence, when the kernel tells nothing. */
LUCID_API struct lucid_diag *lucid_diag_open(char error[LUCID_ERROR_TEXT]);
LUCID_API void lucid_diag_close(struct lucid_diag *diag);

/* Looks at the socket between these two ends. Returns 1 and fills in *found; 0 when there is none; or a negative
 * error. */
LUCID_API int lucid_diag_look(struct lucid_diag *diag, const struct lucid_sockaddr *local,
                              const struct lucid_sockaddr *remote, struct lucid_diag_socket *found);

/* Calls call(user, socket) for every TCP socket there is, listeners too. Returns 0 or a negative error. */
LUCID_API int lucid_diag_each(struct lucid_diag *diag, void (*call)(void *user, const struct lucid_diag_socket *socket),
                              void *user);

/* ---- a relay ---- */

/* Takes connections on 127.0.0.1 and pipes each to an end that only this process reaches: opened before
 * lucid_host_private_network(), it leads from the network of before into the private one. Octets pass as they are; the
 * two TCPs know nothing of each other. */
struct lucid_relay;

/* Listens on that port of 127.0.0.1. NULL, and the sentence, when that failed. */
LUCID_API struct lucid_relay *lucid_relay_open(uint16_t port, char error[LUCID_ERROR_TEXT]);
LUCID_API void lucid_relay_close(struct lucid_relay *relay);

/* Where connections go from now on; before, they wait. opened, unless NULL, is told the local end of each connection
 * that is made there. The network namespace is the caller's at each lucid_relay_turn(). */
LUCID_API void lucid_relay_to(struct lucid_relay *relay, const struct lucid_sockaddr *remote,
                              void (*opened)(void *user, const struct lucid_sockaddr *local), void *user);

/* Returns a descriptor for poll(2) or epoll(7), readable when lucid_relay_turn() has something to do. */
LUCID_API int lucid_relay_fd(const struct lucid_relay *relay);

/* Moves what can be moved, and does not wait. */
LUCID_API void lucid_relay_turn(struct lucid_relay *relay);

/* Returns how many connections it holds. */
LUCID_API unsigned lucid_relay_count(const struct lucid_relay *relay);

/* ---- a device alone ---- */

/* A TUN device without a stack behind it, for a program that stands between the kernel and something else. What is read
 * and written are wire packets: the kernel has cut them and completed their checksums. */
struct lucid_device;

/* Opens a device and configures the kernel's end of it. options: device, device_path, configure, host_addrs and
 * config.mtu count, nothing else does. error: gets one sentence when something failed. A device belongs to the network
 * namespace of the calling thread at this moment, and stays readable and writable from any other.
 * Returns 0 and sets *device, or a negative error; then nothing was changed. */
LUCID_API int lucid_device_open(struct lucid_device **device, const struct lucid_host_options *options,
                                char error[LUCID_ERROR_TEXT]);

/* Ends it. The interface vanishes with it if it was made by it. device may be NULL. */
LUCID_API void lucid_device_close(struct lucid_device *device);

/* Returns a descriptor for poll(2) or epoll(7), readable when there is a packet; it stays the device's. */
LUCID_API int lucid_device_fd(const struct lucid_device *device);

/* Reads one packet into room, which has LUCID_PACKET_MAX octets. Returns its length; 0 when there is none now; or the
 * negative LUCID_EIO when the device is gone. */
LUCID_API ptrdiff_t lucid_device_read(struct lucid_device *device, uint8_t *room);

/* Writes one packet. Returns length; 0 when the kernel has no room for it now, or does not take such a packet; or the
 * negative LUCID_EIO when the device is gone. */
LUCID_API ptrdiff_t lucid_device_write(struct lucid_device *device, const void *octets, size_t length);

/* ---- faults ---- */

/* What happens to packets on a link. Probabilities in millionths. */
struct lucid_faults {
    uint32_t loss, duplicate, reorder, corrupt;
    lucid_time delay, jitter; /* each way */
    uint64_t rate;            /* bits a second; 0: no limit */
    uint32_t queue;           /* packets that wait for the rate, at most; 100 */
    uint64_t seed;            /* 1 */
};

/* Reads "loss=1%,delay=20ms,dup=1%,reorder=2%,corrupt=0.1%,rate=10mbit,queue=100,jitter=5ms,seed=7", any of them in
 * any order. Returns 0, or -LUCID_EINVAL and a sentence that names the wrong word and what is expected. */
LUCID_API int lucid_faults_parse(const char *text, struct lucid_faults *faults, char error[LUCID_ERROR_TEXT]);

/* One direction of a link: packets go in at a time and come out later, damaged or not at all. Each purpose (loss,
 * duplication, ...) draws from its own stream of random numbers, so that one fault switched off does not move the
 * others. Same seed, same calls: same packets. */
struct lucid_link;

/* Makes a link. faults: copied. stream: which numbers of the seed it draws, another one for each direction.
 * Returns the link, or NULL: no memory. */
LUCID_API struct lucid_link *lucid_link_new(const struct lucid_faults *faults, uint64_t stream);

/* Ends a link; what is on its way is lost. link may be NULL. */
LUCID_API void lucid_link_free(struct lucid_link *link);

/* Puts one wire packet in. Returns 0, or the negative LUCID_ENOMEM (it is lost then, as on a bad link). */
LUCID_API int lucid_link_put(struct lucid_link *link, lucid_time now, const void *octets, size_t length, uint64_t id);

/* Takes the next packet that has arrived by now: *octets stays valid until the next call. Returns its length, or 0. */
LUCID_API size_t lucid_link_take(struct lucid_link *link, lucid_time now, const uint8_t **octets, uint64_t *id);

/* When the next packet arrives; LUCID_NEVER when none is on its way. */
LUCID_API lucid_time lucid_link_deadline(const struct lucid_link *link);

/* Puts faults on the way of one connection of the host's stack, both ways, beside those of the whole link. They end
 * with the connection, in TIME-WAIT; NULL ends them now. Other connections do not notice. Returns 0; -LUCID_ENOTCONN:
 * there is no such connection; -LUCID_ENOBUFS: 64 have faults; -LUCID_ENOMEM. */
LUCID_API int lucid_host_faults(struct lucid_host *host, const struct lucid_sockaddr *local,
                                const struct lucid_sockaddr *remote, const struct lucid_faults *faults);

enum lucid_link_fate { LUCID_LINK_PASS, LUCID_LINK_DROP, LUCID_LINK_DUPLICATE, LUCID_LINK_HOLD, LUCID_LINK_CORRUPT };

/* Decides about each packet that is put in, before chance does. NULL: chance alone. A held packet waits for
 * lucid_link_release(). */
LUCID_API void lucid_link_judge(struct lucid_link *link,
                                enum lucid_link_fate (*judge)(void *user, lucid_time now, const uint8_t *octets,
                                                              size_t length, uint64_t id),
                                void *user);
LUCID_API void lucid_link_release(struct lucid_link *link, lucid_time now);

struct lucid_link_stats {
    uint64_t passed, dropped, duplicated, reordered, corrupted, queue_full, held;
};

/* Copies what became of the packets that were put in. */
LUCID_API void lucid_link_stats(const struct lucid_link *link, struct lucid_link_stats *stats);

/* ---- segments of the wire ---- */

/* Cuts a packet that the device would cut (segment_size), with its checksums completed, into the packets that appear
 * on the wire, and hands each to sink. A packet that is one already is handed on as it is, completed. segments go out
 * in order. Returns how many there were, or a negative error when the packet makes no sense. */
LUCID_API int lucid_segment_packet(const struct lucid_packet *packet,
                                   void (*sink)(void *user, const uint8_t *octets, size_t length), void *user);

/* From which end to which a packet goes that has TCP, and no fragment of it, behind its IP header; nothing else is
 * checked. Returns the flags (enum lucid_flag), or -LUCID_EINVAL when it has not. */
LUCID_API int lucid_packet_ends(const struct lucid_packet *packet, struct lucid_sockaddr *source,
                                struct lucid_sockaddr *destination);

/* ---- capture files ---- */

struct lucid_pcap;

/* Opens a capture file for writing: nanosecond stamps, link type raw IP. NULL, and the sentence, when that failed. */
LUCID_API struct lucid_pcap *lucid_pcap_create(const char *file, char error[LUCID_ERROR_TEXT]);
/* Writes one wire packet. at: nanoseconds since 1970. */
LUCID_API void lucid_pcap_write(struct lucid_pcap *pcap, uint64_t at, const void *octets, size_t length);
/* Writes a packet as the wire shows it, segmentation undone. */
LUCID_API void lucid_pcap_packet(struct lucid_pcap *pcap, uint64_t at, const struct lucid_packet *packet);
/* Makes what was written visible to readers of the file. */
LUCID_API void lucid_pcap_flush(struct lucid_pcap *pcap);
LUCID_API void lucid_pcap_close(struct lucid_pcap *pcap);

/* Opens one for reading; link type raw IP. lucid_pcap_next: returns 1 and sets *at, *octets (valid until the next
 * call) and *length; 0 at the end; negative when the file is damaged. */
LUCID_API struct lucid_pcap *lucid_pcap_open(const char *file, char error[LUCID_ERROR_TEXT]);
LUCID_API int lucid_pcap_next(struct lucid_pcap *pcap, uint64_t *at, const uint8_t **octets, size_t *length);

/* ---- packets of a network ---- */

/* Sees every IP packet of the network namespace in which it was opened, on all of its interfaces. */
struct lucid_sniffer;

/* Opens one, which needs root or CAP_NET_RAW. NULL, and the sentence, when that failed. */
LUCID_API struct lucid_sniffer *lucid_sniffer_open(char error[LUCID_ERROR_TEXT]);
LUCID_API void lucid_sniffer_close(struct lucid_sniffer *sniffer);

/* Returns a descriptor for poll(2) or epoll(7), readable when a packet has passed; it stays the sniffer's. */
LUCID_API int lucid_sniffer_fd(const struct lucid_sniffer *sniffer);

/* Calls call(user, at, octets, length) for each packet that has passed since the last time, as a wire shows it: cut,
 * its checksum complete. at: when it passed, nanoseconds since 1970. A packet on the loopback interface is told once.
 * Returns 0 or a negative error. */
LUCID_API int lucid_sniffer_read(struct lucid_sniffer *sniffer,
                                 void (*call)(void *user, uint64_t at, const uint8_t *octets, size_t length),
                                 void *user);

/* ---- two stacks in memory ---- */

/* Two stacks, 0 and 1, joined by two links, in virtual time that begins at 0. No device, no clock, no privilege. */
struct lucid_pair;

struct lucid_pair_options {
    struct lucid_config config[2]; /* memory and randomness may be left out: malloc, and numbers from the seed */
    struct lucid_faults faults[2]; /* 0: from stack 0 to stack 1; 1: back */
    uint64_t seed;
};

/* Fills in the defaults: 10.77.0.1 and fd77::1 against 10.77.0.2 and fd77::2, 20 ms each way, 10 Mbit/s, queue 100. */
LUCID_API void lucid_pair_defaults(struct lucid_pair_options *options);

/* Makes two stacks and the links between them. options: copied.
 * Returns 0 and sets *pair, or what lucid_create() returned, or -LUCID_ENOMEM. */
LUCID_API int lucid_pair_open(struct lucid_pair **pair, const struct lucid_pair_options *options);

/* Ends both stacks and the links. pair may be NULL. */
LUCID_API void lucid_pair_close(struct lucid_pair *pair);

/* Returns stack 0 or 1. */
LUCID_API struct lucid_stack *lucid_pair_stack(struct lucid_pair *pair, int which);

/* Returns the link that leads away from stack 0 or 1: to hold, drop and count what passes. */
LUCID_API struct lucid_link *lucid_pair_link(struct lucid_pair *pair, int from);

/* Returns the virtual time, nanoseconds since the pair was made. */
LUCID_API lucid_time lucid_pair_now(const struct lucid_pair *pair);

/* Called after every batch of input of a stack, before its output is pulled: the place for applications. */
LUCID_API void lucid_pair_on_batch(struct lucid_pair *pair,
                                   void (*call)(struct lucid_pair *pair, int which, void *user), void *user);

/* Called with every wire packet of a stack, whole, as a sniffer beside it sees it: that arrives, just before the stack
 * gets it, and that leaves, before its link can lose or damage it. call NULL: no more. */
LUCID_API void lucid_pair_on_packet(struct lucid_pair *pair,
                                    void (*call)(struct lucid_pair *pair, int which, bool leaves, const uint8_t *octets,
                                                 size_t length, void *user),
                                    void *user);

/* Goes to the next instant at which something happens, but not beyond limit, and lets it happen. Returns 1, or 0 when
 * nothing would happen before limit: the time is limit then (or unchanged when limit is LUCID_NEVER). */
LUCID_API int lucid_pair_step(struct lucid_pair *pair, lucid_time limit);

#ifdef __cplusplus
}
#endif

#endif
