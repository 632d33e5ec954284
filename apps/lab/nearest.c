/* nearest.c: see nearest.h. Distance of Levenshtein, and neighbours may change places. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "lab/nearest.h"

#define WORD_MAX 40

static unsigned least(unsigned a, unsigned b, unsigned c) {
    unsigned smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

static bool same(char a, char b) {
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Two neighbours that have changed places count as one change: that is how most words are mistyped. */
static unsigned distance(const char *known, const char *word, size_t length) {
    unsigned rows[3][WORD_MAX + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];
    for (unsigned i = 0; i <= length; i++) {
        above[i] = i;
    }
    for (unsigned j = 1; known[j - 1]; j++) {
        row[0] = j;
        for (size_t i = 1; i <= length; i++) {
            row[i] = least(above[i - 1] + !same(known[j - 1], word[i - 1]), row[i - 1] + 1, above[i] + 1);
            if (i > 1 && j > 1 && same(known[j - 1], word[i - 2]) && same(known[j - 2], word[i - 1])) {
                row[i] = least(row[i], before[i - 2] + 1, row[i]);
            }
        }
        unsigned *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[length];
}

const char *nearest_word(const char *const *words, const char *word, size_t length) {
    if (!length || length > WORD_MAX) {
        return NULL;
    }
    const char *best = NULL;
    unsigned fewest = (unsigned)(length / 3 > 1 ? length / 3 : 1) + 1;
    for (; *words; words++) {
        unsigned changes = distance(*words, word, length);
        if (changes < fewest) {
            fewest = changes;
            best = *words;
        }
    }
    return best;
}
