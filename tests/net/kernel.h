/* kernel.h: the kernel's side in a network test: a private network, and sockets of the kernel that do not wait, so that
 * both sides fit into one thread: the test turns the stack's loop in between.
 */
#ifndef NET_KERNEL_H
#define NET_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lucid/host.h"

/* True when a device can be opened in a private network here; else prints the "skip" line that scripts/check reads. */
bool kernel_can_test(const char *name);

/* Puts the test, which libcheck runs in a process of its own, into a private network. */
void kernel_private_network(void);

/* Opens a host with these options; fails the test when that does not work. */
struct lucid_host *kernel_open_host(const struct lucid_host_options *options);

/* A socket of the kernel that has begun to connect, or one that listens. */
int kernel_connect(const char *address, uint16_t port);
int kernel_listen(const char *address, uint16_t port);
int kernel_accept(struct lucid_host *host, int listener);

/* Moves octets on the kernel's side, turning the host's loop meanwhile, for at most ten seconds. kernel_receive() ends
 * early at the end of the stream. They return the octets moved. */
size_t kernel_send(struct lucid_host *host, int fd, const void *data, size_t length);
size_t kernel_receive(struct lucid_host *host, int fd, void *data, size_t length);

/* Turns the loop for that long. */
void kernel_turn(struct lucid_host *host, lucid_time time);

#endif
