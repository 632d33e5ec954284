/* app.h: the applications that nodes of the simulated world can run: `B listen 80 app echo`. */
#ifndef LAB_APP_H
#define LAB_APP_H

#include "lab/socket.h"
#include "lab/words.h"

/* The log of more would not fit into memory. */
#define APP_SIZE_MOST 100000000

/* What an application does when something happens to its socket; NULL: nothing. */
struct lab_app {
    const char *name;
    const char *what; /* one line */
    struct app_settings settings;
    bool reads; /* all that comes, by itself */
    bool http;  /* the HTTP server has its sockets */
    void (*opened)(struct lab_socket *socket);
    void (*data)(struct lab_socket *socket, const char *octets, size_t length);
    void (*ended)(struct lab_socket *socket); /* the peer sends no more */
    void (*ready)(struct lab_socket *socket); /* there is something to read, of an application that does not */
    void (*woken)(struct lab_socket *socket);
};

/* Those of one file. */
extern const struct lab_app APPS_SERVERS[], APPS_CLIENTS[], APPS_READERS[];

/* Reads "NAME [TIME] [SIZE] [rounds N|chunks N] ["TEXT"]" from word at on. Returns 0 and sets *app and *settings, or
 * -1 and the sentence. */
int app_read(const struct lab_words *words, unsigned at, const struct lab_app **app, struct app_settings *settings,
             char error[LAB_ERROR]);

/* A line for each, for people. */
void app_list(struct text *text);

#endif
