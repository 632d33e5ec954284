/* fetch.h: one exchange of HTTP/1.1 from the client's side: connect, ask, take the whole answer, close first.
 *
 * The request carries no Connection field: the server may keep the connection, and it is we who end it, as soon as the
 * answer is complete. So the client goes FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT, and it is the client that remembers the
 * connection for 2MSL (RFC 9293 3.6). An answer that ends with the stream, or a server that ends every connection, goes
 * the other way: CLOSE-WAIT, LAST-ACK.
 */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "fetch/url.h"
#include "lucid/host.h"

struct fetch {
    struct url url;
    bool head;          /* HEAD instead of GET */
    bool verbose;       /* heads to stderr */
    const char *data;   /* POST this; NULL: do not */
    const char *output; /* file for the body; NULL: stdout */
    lucid_time timeout; /* for the connection, and then each time for something to arrive */
};

/* Returns whether the answer has come completely, with a status below 400; if not, one sentence was said on stderr. */
bool fetch_run(const struct fetch *fetch, struct lucid_host *host);

#endif
