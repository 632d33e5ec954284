#!/bin/sh
# check_labs finds what of the lab has no Chinese, and Chinese that is older than its English.
set -u
. "$(dirname "$0")/lib"

labs="$root/scripts/check_labs"
marks() {
    [ "$(grep -c '<!-- en: ' "$work/docs/labs/zh/guide.md")" = "$1" ]
}
says() {
    "$labs" "$work" | grep -q "$1"
}
says_not() {
    ! says "$1"
}
printf 'a.b\tone\n' | put apps/lab/i18n/en.tsv
printf '# zh\na.b\t一\n' | put apps/lab/i18n/zh.tsv
put docs/labs/en/guide.md <<'EOT'
# Guide

## One

First.

## Two

Second.
EOT
put docs/labs/zh/guide.md <<'EOT'
# 指南

## 一

第一。

## 二

第二。
EOT
put apps/lab/labs/L01.lab <<'EOT'
lab L01  title.en "One"  title.zh "一"
goal.en "To see."
goal.zh "看。"
predict p1 number "How \
many?" answer 1
predict.zh p1 "多少？"
hint "no Chinese, which is only counted"
variant b "Other"
  title.zh "其他"
EOT

fails "check_labs: a section that does not say what it translates" '^docs/labs/zh/guide.md: section 一 does not say' \
    "$labs" "$work"
(cd "$work" && "$labs" --mark docs/labs/zh/guide.md)
passes "check_labs: marked" "$labs" "$work"
passes "check_labs: --mark marks each section once" marks 2
(cd "$work" && "$labs" --mark docs/labs/zh/guide.md)
passes "check_labs: and does it again without a second mark" marks 2
passes "check_labs: a hint without Chinese is counted" says '^without Chinese: 1 hint of scenarios$'

sed -i 's/Second/Another second/' "$work/docs/labs/en/guide.md"
fails "check_labs: stale" '^docs/labs/zh/guide.md: section 二 is stale: Two has changed' "$labs" "$work"
passes "check_labs: the section that did not change is not stale" says_not 'section 一 is stale'
printf '\n## Three\n' >>"$work/docs/labs/en/guide.md"
fails "check_labs: a section is missing" 'has 2 sections, docs/labs/en/guide.md has 3' "$labs" "$work"
rm "$work/docs/labs/en/guide.md"
fails "check_labs: nothing to translate" 'which is not there' "$labs" "$work"
rm "$work/docs/labs/zh/guide.md"

sed -i '/goal.zh/d' "$work/apps/lab/labs/L01.lab"
fails "check_labs: a goal without Chinese" '^apps/lab/labs/L01.lab: variant a: 1 goal without Chinese' "$labs" "$work"
sed -i '/predict.zh/d' "$work/apps/lab/labs/L01.lab"
fails "check_labs: a prediction without Chinese" 'variant a: 1 predict without Chinese' "$labs" "$work"
sed -i '/  title.zh/d' "$work/apps/lab/labs/L01.lab"
fails "check_labs: a variant's title without Chinese" 'variant b: 1 title without Chinese' "$labs" "$work"
rm "$work/apps/lab/labs/L01.lab"
printf 'a.c\ttwo\n' >>"$work/apps/lab/i18n/en.tsv"
fails "check_labs: a text of the interface" 'zh.tsv lacks: a.c' "$labs" "$work"

exit $failures
