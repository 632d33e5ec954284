/* value.c: see value.h. */
#include "common/value.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool value_wrong(char error[LUCID_ERROR_TEXT], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, LUCID_ERROR_TEXT, format, arguments);
    va_end(arguments);
    return false;
}

bool value_option(int option, const char *word, char error[LUCID_ERROR_TEXT]) {
    if (option == ':') {
        return value_wrong(error, "%.60s needs a value: see --help", word);
    }
    return option != '?' || value_wrong(error, "%.60s is no option: see --help", word);
}

bool value_number(const char *text, uint64_t least, uint64_t most, uint64_t *number) {
    char *end;
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    errno = 0;
    *number = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0 && *number >= least && *number <= most;
}

bool value_seconds(const char *text, bool zero, lucid_time *time) {
    char *end = NULL;
    bool plain = text[0] != '\0' && strspn(text, "0123456789.") == strlen(text);
    double seconds = plain ? strtod(text, &end) : 0;
    if (!plain || *end || seconds > 3600 || (seconds < 0.001 && !(zero && seconds == 0 && strchr(text, '0')))) {
        return false;
    }
    *time = (lucid_time)(seconds * 1e9 + 0.5);
    return true;
}
