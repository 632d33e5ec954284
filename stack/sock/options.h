/* options.h: socket options as tables: one row an option, with a getter and a setter.
 *
 * An option that is set before there is a connection is kept in sock->prospect and handed on; afterwards it changes the
 * connection at once. Listeners hand theirs to their children.
 */
#ifndef SOCK_OPTIONS_H
#define SOCK_OPTIONS_H

#include "sock/sock.h"

struct option {
    int level, name;
    bool stream_only;
    int (*get)(struct lucid_stack *stack, struct sock *sock, int *value);
    int (*set)(struct lucid_stack *stack, struct sock *sock, int value); /* NULL: get only */
};

extern const struct option options_of_sockets[]; /* SOL_SOCKET; options_socket.c */
extern const unsigned options_of_sockets_count;
extern const struct option options_of_segments[]; /* IPPROTO_IP, IPPROTO_TCP, SO_KEEPALIVE; options_tcp.c */
extern const unsigned options_of_segments_count;

#endif
