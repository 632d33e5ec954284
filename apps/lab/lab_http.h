/* lab_http.h: the project's own HTTP server at a node of the simulated world, unchanged, over a transport that notes
 * the requests and the answers that pass. */
#ifndef LAB_LAB_HTTP_H
#define LAB_LAB_HTTP_H

#include "lab/node.h"

/* Takes connections at this port, too. Returns 0 or a negative error. */
int lab_http_listen(struct node *node, uint16_t port);

/* Serves a connection that this socket has made; the socket is gone then. */
void lab_http_adopt(struct lab_socket *socket);

/* Closes the server's newest connection. Returns false: it has none. dry: only says so. */
bool lab_http_hang_up(struct node *node, bool dry);

void lab_http_event(struct node *node, void *foreign);
void lab_http_tick(struct node *node);
lucid_time lab_http_deadline(const struct node *node);

/* Ends the server of the node. */
void lab_http_close(struct node *node);

#endif
