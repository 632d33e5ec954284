/* plan.h: what a run of lucid-way consists of: an order of programs, or a failure, as a row of acts. In each act one
 * client makes its requests, and everything that follows from them is shown.
 */
#ifndef WAY_PLAN_H
#define WAY_PLAN_H

#include <stdbool.h>
#include <stdint.h>

/* Where a message comes from or goes to. */
enum way_hop { WAY_CLIENT, WAY_DNS, WAY_NGINX, WAY_UWSGI, WAY_APP, WAY_OURS, WAY_NOBODY, WAY_HOPS };

/* "Nginx" */
const char *way_hop_name(enum way_hop hop);

/* Where the programs listen. The client and all programs of the kernel's side are at 10.77.0.1 and 127.0.0.1. */
enum {
    WAY_DNS_PORT = 53,
    WAY_HTTP_PORT = 80,
    WAY_APP_PORT = 3031,  /* of uWSGI */
    WAY_OURS_PORT = 3032, /* of our server, for the uwsgi protocol */
    WAY_EMPTY_PORT = 81,  /* nobody's */
};

/* What the name server does. */
enum way_dns { WAY_DNS_ANSWERS, WAY_DNS_FAILS, WAY_DNS_IS_SILENT, WAY_DNS_IS_GONE };

enum { WAY_URLS = 3 };

struct way_act {
    const char *title;
    const char *before;        /* what is going to happen */
    const char *after;         /* what to see in it */
    const char *url[WAY_URLS]; /* asked for by one client, one after the other; the rest NULL */
    const char *patience;      /* the client's, in seconds; NULL: long */
    bool app_goes_on;          /* it is over only when the application has returned */
    enum way_dns dns;
    bool without_app;   /* uWSGI does not run */
    int exit;           /* how the client must end */
    const char *status; /* and what the last answer must be; NULL: none */
};

enum { WAY_ACTS = 4 };

struct way_plan {
    const char *name;  /* "a"; "dns" */
    const char *title; /* what it shows, in a few words */
    bool failure;
    bool nginx, uwsgi;          /* which programs it needs */
    bool ours;                  /* the name leads to our server */
    bool gateway;               /* which passes requests on to uWSGI */
    bool browser;               /* the client is Chromium */
    enum way_hop hop[WAY_HOPS]; /* from left to right */
    unsigned hops;
    struct way_act act[WAY_ACTS];
    unsigned acts;
};

/* The plan with this name; NULL: there is none. */
const struct way_plan *way_plan_find(const char *name, bool failure);

/* The i-th of all, from 0; NULL after the last. */
const struct way_plan *way_plan_at(unsigned i);

#endif
