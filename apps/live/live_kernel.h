/* live_kernel.h: what the kernel tells of its sockets, in the words of our stack: for a server on the kernel's
 * transport. */
#ifndef LIVE_KERNEL_H
#define LIVE_KERNEL_H

#include "lucid/info.h"

/* The variables of this socket, by TCP_INFO; those that it does not know are 0. False: it is no TCP socket. */
bool live_kernel_info(int fd, struct lucid_tcp_info *info);

/* Calls call(user, info) for each TCP socket of the network namespace, with what sock_diag(7) tells of each, until it
 * returns false. False: the kernel tells nothing. */
bool live_kernel_each(bool (*call)(void *user, const struct lucid_tcp_info *info), void *user);

#endif
