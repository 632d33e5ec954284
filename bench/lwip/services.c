/* services.c: echo, daytime and HTTP, and who listens. See services.h; discard and chargen are in bulk.c. */
#include "services.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PORT_ECHO = 7, PORT_DISCARD = 9, PORT_DAYTIME = 13, PORT_CHARGEN = 19, PORT_HTTP = 80 };

/* What echo and HTTP keep of a connection. It is theirs from accept to end or fault. */
struct client {
    struct pbuf *kept;  /* echo: read, but not sent yet */
    unsigned owed;      /* HTTP: answers */
    unsigned end_seen;  /* HTTP: octets of the empty line at the end of a head, so far */
    unsigned beginning; /* HTTP: octets of "GET ", so far */
    bool over;          /* the peer has said FIN */
};

static void forget(struct client *client) {
    if (client->kept) {
        pbuf_free(client->kept);
    }
    free(client);
}

static void lost(void *arg, err_t why) {
    (void)why;
    forget(arg);
}

static struct client *begin(struct tcp_pcb *pcb) {
    struct client *client = calloc(1, sizeof *client);
    if (client) {
        connection_begin(pcb, client, lost);
        tcp_nagle_disable(pcb);
    }
    return client;
}

static err_t end(struct client *client, struct tcp_pcb *pcb) {
    forget(client);
    return connection_end(pcb);
}

/* ---- daytime, RFC 867 ---- */

static err_t accept_daytime(void *arg, struct tcp_pcb *pcb, err_t failed) {
    (void)arg;
    if (failed != ERR_OK) {
        return failed;
    }
    time_t seconds = time(NULL);
    char text[32];
    ctime_r(&seconds, text);
    tcp_write(pcb, text, (u16_t)strlen(text), TCP_WRITE_FLAG_COPY);
    return connection_end(pcb);
}

/* ---- echo, RFC 862 ---- */

/* Sends what is kept as far as there is room, and lets the peer send that much more. */
static err_t echo_on(struct client *client, struct tcp_pcb *pcb) {
    while (client->kept && tcp_sndbuf(pcb) > 0) {
        struct pbuf *first = client->kept;
        u16_t piece = (u16_t)LWIP_MIN(first->len, tcp_sndbuf(pcb));
        if (tcp_write(pcb, first->payload, piece, TCP_WRITE_FLAG_COPY) != ERR_OK) {
            break;
        }
        client->kept = pbuf_free_header(first, piece);
        tcp_recved(pcb, piece);
    }
    return client->over && !client->kept ? end(client, pcb) : ERR_OK;
}

static err_t echo(void *arg, struct tcp_pcb *pcb, struct pbuf *data, err_t failed) {
    struct client *client = arg;
    (void)failed;
    if (!data) {
        client->over = true;
    } else if (client->kept) {
        pbuf_cat(client->kept, data);
    } else {
        client->kept = data;
    }
    return echo_on(client, pcb);
}

static err_t echoed(void *arg, struct tcp_pcb *pcb, u16_t acknowledged) {
    (void)acknowledged;
    return echo_on(arg, pcb);
}

static err_t accept_echo(void *arg, struct tcp_pcb *pcb, err_t failed) {
    (void)arg;
    if (failed != ERR_OK || !begin(pcb)) {
        return ERR_MEM;
    }
    tcp_recv(pcb, echo);
    tcp_sent(pcb, echoed);
    return ERR_OK;
}

/* ---- HTTP: every GET is answered with the same 13 octets ---- */

static const char answer[] = "HTTP/1.1 200 OK\r\n"
                             "Content-Type: text/plain\r\n"
                             "Content-Length: 13\r\n"
                             "\r\n"
                             "Hello, world!";

static err_t answer_on(struct client *client, struct tcp_pcb *pcb) {
    while (client->owed > 0 && tcp_write(pcb, answer, sizeof answer - 1, 0) == ERR_OK) {
        client->owed--;
    }
    return client->over && client->owed == 0 ? end(client, pcb) : ERR_OK;
}

/* Looks for the ends of heads. False: this is no GET. */
static bool read_heads(struct client *client, const char *octets, size_t length) {
    static const char method[] = "GET ", last[] = "\r\n\r\n";
    for (size_t i = 0; i < length; i++) {
        if (client->beginning < sizeof method - 1) {
            if (octets[i] != method[client->beginning++]) {
                return false;
            }
            continue;
        }
        bool next = octets[i] == last[client->end_seen];
        client->end_seen = next ? client->end_seen + 1 : octets[i] == '\r';
        if (client->end_seen == sizeof last - 1) {
            client->end_seen = client->beginning = 0;
            client->owed++;
        }
    }
    return true;
}

static err_t http(void *arg, struct tcp_pcb *pcb, struct pbuf *data, err_t failed) {
    struct client *client = arg;
    bool good = true;
    (void)failed;
    if (!data) {
        client->over = true;
        return answer_on(client, pcb);
    }
    for (struct pbuf *piece = data; piece && good; piece = piece->next) {
        good = read_heads(client, piece->payload, piece->len);
    }
    tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return good ? answer_on(client, pcb) : end(client, pcb);
}

static err_t answered(void *arg, struct tcp_pcb *pcb, u16_t acknowledged) {
    (void)acknowledged;
    return answer_on(arg, pcb);
}

static err_t accept_http(void *arg, struct tcp_pcb *pcb, err_t failed) {
    (void)arg;
    if (failed != ERR_OK || !begin(pcb)) {
        return ERR_MEM;
    }
    tcp_recv(pcb, http);
    tcp_sent(pcb, answered);
    return ERR_OK;
}

/* ---- connections ---- */

void connection_begin(struct tcp_pcb *pcb, void *own, tcp_err_fn broken) {
    tcp_arg(pcb, own);
    tcp_err(pcb, broken);
}

err_t connection_end(struct tcp_pcb *pcb) {
    tcp_arg(pcb, NULL);
    tcp_err(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    if (tcp_close(pcb) == ERR_OK) {
        return ERR_OK;
    }
    tcp_abort(pcb);
    return ERR_ABRT;
}

bool services_listen(void) {
    static const struct {
        u16_t port;
        tcp_accept_fn accept;
    } services[] = {
        {PORT_ECHO, accept_echo},       {PORT_DISCARD, accept_discard}, {PORT_DAYTIME, accept_daytime},
        {PORT_CHARGEN, accept_chargen}, {PORT_HTTP, accept_http},
    };
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        struct tcp_pcb *pcb = tcp_new(), *listener = NULL;
        if (pcb && tcp_bind(pcb, IP4_ADDR_ANY, services[i].port) == ERR_OK) {
            listener = tcp_listen(pcb);
        }
        if (!listener) {
            return false;
        }
        tcp_accept(listener, services[i].accept);
    }
    return true;
}
