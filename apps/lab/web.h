/* web.h: the control page: a world in the browser, over HTTP on the host's own 127.0.0.1, out of band: no fault of the
 * wire reaches it, and its packets are in no log.
 *
 *     GET /            the page; with ?token=... it may give commands
 *     GET /log         all lines of the log
 *     GET /events      server-sent events, one line each, id: its number; ?from=N or Last-Event-ID: where to begin
 *     POST /cmd        one line of play; field X-Lab-Token: the token printed at the start
 *     GET /catalog     the scenarios as JSON      GET /rules   the rules as JSON
 *     GET /scenario    what is asked, and when the run is over what came of it (page_scenario.h)
 *     GET /export/KIND the log as html, tlog, svg, mermaid, dot or csv
 *
 * Requests whose Host is not this address are refused: a name that somebody points here is no way in (RFC 9110 17.1).
 * The world is asked for three things and knows nothing of HTTP.
 */
#ifndef LAB_WEB_H
#define LAB_WEB_H

#include "common/text.h"
#include "lab/tlog.h"
#include "lucid/lucid.h"

#define WEB_PORT 8090

struct web_world {
    void *user;
    /* The log now. It may grow between calls. */
    const struct tlog *(*log)(void *user);
    /* Changes when events that were there are there no more: somebody went back and on another way. NULL: never. */
    unsigned (*branch)(void *user);
    /* Carries out a line; what there is to read is appended to say. Returns 0, or -1 and the sentence. NULL: a recorded
     * run, which takes no commands. */
    int (*command)(void *user, const char *line, struct text *say, char error[LAB_ERROR]);
    /* Appends what is asked, as page_scenario_json(); nothing: nothing is. NULL: it never is. */
    void (*scenario)(void *user, struct text *out);
};

struct lab_web;

/* Begins to serve on 127.0.0.1. token: NULL, one is drawn. Returns 0; or -1 and the sentence: the port is in use. */
int lab_web_open(struct lab_web **web, const struct web_world *world, uint16_t port, const char *token,
                 char error[LAB_ERROR]);

/* The same on somebody else's transport (http/stream.h), at WEB_GIVEN_PORT; port: at which 127.0.0.1 is led there. Its
 * events go to lab_web_event(), and lab_web_run() only lets time pass. */
#define WEB_GIVEN_PORT 80
struct transport;
int lab_web_open_on(struct lab_web **web, const struct web_world *world, struct transport *transport, uint16_t port,
                    char error[LAB_ERROR]);
void lab_web_event(struct lab_web *web, void *data);

/* "http://127.0.0.1:8090/?token=..." */
const char *lab_web_address(const struct lab_web *web);

/* Handles what has come, after waiting for it, at most so long in nanoseconds (0: not at all). Returns 0, or -1: a
 * signal came. */
int lab_web_run(struct lab_web *web, lucid_time wait);

/* Readable when lab_web_run() has something to do, besides once every 50 ms while somebody listens to events. */
int lab_web_fd(const struct lab_web *web);

void lab_web_close(struct lab_web *web);

/* ---- the same page in band ---- */

/* Handlers for a server on the stack that is being watched: /lab/ is the page, without commands, and what it loads.
 * hosts: names that it is reached by, ended by NULL. Returns 0, or -1 and the sentence. */
struct http_handler;
int lab_web_in_band(struct lab_web **web, const struct web_world *world, const char *const hosts[],
                    char error[LAB_ERROR]);
const struct http_handler *lab_web_handlers(const struct lab_web *web, unsigned *count);

#endif
