/* grade_real.c */
#include "lab/grade.h"
void grade_real(struct grade *grade) {
    (void)grade;
}
