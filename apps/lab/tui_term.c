/* tui_term.c: taking the terminal and giving it back, and its keys. See tui_term.h; tui_paint.c shows grids. */
#include "lab/tui_term.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define IN STDIN_FILENO
#define OUT STDOUT_FILENO

/* The other screen, no cursor; and back, with all attributes off. */
static const char ENTER[] = "\x1b[?1049h\x1b[?25l\x1b[2J";
static const char LEAVE[] = "\x1b[?2026l\x1b[0m\x1b[?25h\x1b[?1049l";

static struct termios before;
static volatile sig_atomic_t taken, resized;

static const int fatal[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL};
#define FATALS (sizeof fatal / sizeof *fatal)
static struct sigaction old_fatal[FATALS], old_resize;
static sigset_t old_mask, waiting_mask;

const char *term_why_not(void) {
    const char *term = getenv("TERM");
    if (!isatty(IN) || !isatty(OUT)) {
        return "pictures need a terminal on standard input and output; in a pipe use --narrate";
    }
    if (!term || !*term || !strcmp(term, "dumb")) {
        return "this terminal (TERM) cannot place characters; use --narrate";
    }
    return NULL;
}

/* ---- giving it back; only calls that a signal handler may make ---- */

static void write_all(const char *octets, size_t length) {
    while (length > 0) {
        ssize_t done = write(OUT, octets, length);
        if (done < 0 && errno != EINTR && errno != EAGAIN) {
            return;
        }
        octets += done > 0 ? done : 0;
        length -= done > 0 ? (size_t)done : 0;
    }
}

static void give_back(void) {
    if (taken) {
        taken = 0;
        write_all(LEAVE, sizeof LEAVE - 1);
        tcsetattr(IN, TCSAFLUSH, &before);
    }
}

/* Then the signal does what it would have done. */
static void on_fatal(int signal_number) {
    give_back();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void on_resize(int signal_number) {
    (void)signal_number;
    resized = 1;
}

static void catch_signals(void) {
    struct sigaction action = {.sa_handler = on_fatal};
    for (size_t i = 0; i < FATALS; i++) {
        sigaction(fatal[i], &action, &old_fatal[i]);
    }
    action.sa_handler = on_resize;
    sigaction(SIGWINCH, &action, &old_resize);
    sigset_t resize;
    sigemptyset(&resize);
    sigaddset(&resize, SIGWINCH);
    sigprocmask(SIG_BLOCK, &resize, &old_mask);
    waiting_mask = old_mask;
    sigdelset(&waiting_mask, SIGWINCH);
}

static void release_signals(void) {
    for (size_t i = 0; i < FATALS; i++) {
        sigaction(fatal[i], &old_fatal[i], NULL);
    }
    sigaction(SIGWINCH, &old_resize, NULL);
    sigprocmask(SIG_SETMASK, &old_mask, NULL);
}

/* ---- taking it ---- */

/* Keys one by one, unseen, Ctrl-C among them; output as it is. */
static int go_raw(void) {
    struct termios raw = before;
    raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
    raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(IN, TCSAFLUSH, &raw);
}

static int take(void) {
    if (go_raw() < 0) {
        return -1;
    }
    taken = 1;
    write_all(ENTER, sizeof ENTER - 1);
    term_forget();
    return 0;
}

int term_begin(void) {
    static bool registered;
    if (term_why_not() || tcgetattr(IN, &before) < 0) {
        return -1;
    }
    if (!registered) {
        registered = true;
        atexit(give_back);
    }
    catch_signals();
    if (take() < 0) {
        release_signals();
        return -1;
    }
    return 0;
}

void term_end(void) {
    give_back();
    release_signals();
}

void term_stop(void) {
    give_back();
    raise(SIGSTOP);
    take();
}

void term_size(int *width, int *height) {
    struct winsize size = {0};
    if (ioctl(OUT, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0) {
        size.ws_col = 80;
        size.ws_row = 24;
    }
    *width = size.ws_col;
    *height = size.ws_row;
}

/* ---- keys ---- */

/* How long the rest of a sequence may take behind ESC, in milliseconds; else it was the key itself. */
#define SEQUENCE_WAIT 40

static int next_octet(int milliseconds) {
    static uint8_t buffer[256];
    static size_t at, length;
    if (at < length) {
        return buffer[at++];
    }
    /* The signal of a new size comes only while this waits: it cannot slip in between looking and waiting. */
    struct pollfd ready = {.fd = IN, .events = POLLIN};
    struct timespec wait = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    int count = resized ? 0 : ppoll(&ready, 1, milliseconds < 0 ? NULL : &wait, &waiting_mask);
    if (resized) {
        return TERM_RESIZED;
    }
    if (count <= 0) {
        return count < 0 && errno != EINTR ? TERM_END : TERM_NONE;
    }
    ssize_t got = read(IN, buffer, sizeof buffer);
    if (got <= 0) {
        return got < 0 && (errno == EINTR || errno == EAGAIN) ? TERM_NONE : TERM_END;
    }
    at = 1;
    length = (size_t)got;
    return buffer[0];
}

/* "[A", "OP", "[15~", "[1;5C": the letter, or the number before a tilde, says which. */
static int sequence_key(const char *sequence, size_t length) {
    static const struct {
        const char *sequence;
        int key;
    } keys[] = {
        {"[A", TERM_UP},    {"OA", TERM_UP},      {"[B", TERM_DOWN},     {"OB", TERM_DOWN},       {"[C", TERM_RIGHT},
        {"OC", TERM_RIGHT}, {"[D", TERM_LEFT},    {"OD", TERM_LEFT},     {"[H", TERM_HOME},       {"OH", TERM_HOME},
        {"[1~", TERM_HOME}, {"[7~", TERM_HOME},   {"[F", TERM_LAST},     {"OF", TERM_LAST},       {"[4~", TERM_LAST},
        {"[8~", TERM_LAST}, {"[3~", TERM_DELETE}, {"[5~", TERM_PAGE_UP}, {"[6~", TERM_PAGE_DOWN}, {"OP", TERM_F1},
        {"[11~", TERM_F1},  {"[[A", TERM_F1},     {"OQ", TERM_F2},       {"[12~", TERM_F2},       {"[[B", TERM_F2},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strlen(keys[i].sequence) == length && !memcmp(keys[i].sequence, sequence, length)) {
            return keys[i].key;
        }
    }
    return TERM_OTHER;
}

static bool ends_sequence(const char *sequence, size_t length) {
    char last = sequence[length - 1];
    if (length == 1) {
        return last != '[' && last != 'O';
    }
    return last >= 0x40 && last <= 0x7e && !(length == 2 && last == '[');
}

static int read_sequence(void) {
    char sequence[16];
    size_t length = 0;
    while (length < sizeof sequence) {
        int octet = next_octet(SEQUENCE_WAIT);
        if (octet < 0) {
            return length == 0 ? TERM_ESCAPE : TERM_OTHER;
        }
        sequence[length++] = (char)octet;
        if (ends_sequence(sequence, length)) {
            break;
        }
    }
    return sequence_key(sequence, length);
}

static int read_character(int first) {
    char octets[5] = {(char)first};
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    for (int i = 1; i <= more; i++) {
        int octet = next_octet(SEQUENCE_WAIT);
        if (octet < 0) {
            return TERM_OTHER;
        }
        octets[i] = (char)octet;
    }
    const char *at = octets;
    return (int)utf8_next(&at);
}

int term_key(int milliseconds) {
    int octet = next_octet(milliseconds);
    if (octet == TERM_RESIZED) {
        resized = 0;
        return TERM_RESIZED;
    }
    if (octet == TERM_ESCAPE) {
        return read_sequence();
    }
    return octet >= 0x80 ? read_character(octet) : octet;
}
