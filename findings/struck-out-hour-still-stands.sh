#!/usr/bin/env bash
# "Rendez-vous à <del>9 h</del> <ins>10 h</ins>" is an appointment at "9 h 10 h" in links and elinks.
#
# Version: links 2.28-1+b2 (links2 is the same with pictures), elinks 0.13.2-1+b4, w3m 0.5.3+git20230121-2,
#          lynx 2.9.0dev.12-1 (Debian 12).
# Guess:   del and ins are as old as HTML 4 and mean something: what was struck out is left out, or marked in letters.
# Seen:    w3m and lynx write [DEL: and :DEL] around it. links and elinks print both values side by side, as if both were
#          true; so they do with <s>140 euros</s> 120 euros. links prints the words of <q> without any quotes.
# Source:  HTML 4.01, 9.4 (browsers are asked to make the change obvious) and 9.2.2 (the quotes of q come from the browser).
# So:      a change is said in words, "10 h au lieu de 9 h", and an old price or an old hour is in a sentence of its own
#          that says so; quotes are typed. A test of pages refuses del, ins, s and q.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download w3m=0.5.3+git20230121-2 lynx=2.9.0dev.12-1 lynx-common=2.9.0dev.12-1 \
    links=2.28-1+b2 elinks=0.13.2-1+b4 libgc1=1:8.2.2-3 libgpm2=1.20.7-10+b1 libbsd0=0.11.7-2 liblz1=1.13-5 \
    libev4=1:4.33-1 libfsplib0=0.14-5 libidn12=1.41-1 liblua5.1-0=5.1.5-9 libtre5=0.8.0-7 \
    libperl5.36=5.36.0-7+deb12u4
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so*' -printf '%h\n' | sort -u | paste -sd ':')
export LD_LIBRARY_PATH LC_ALL=C.UTF-8 HOME="$dir"
cat > page.html <<'HTML'
<!doctype html><html lang="fr"><meta charset="utf-8"><title>Visite</title>
<p>Rendez-vous: <del>9 h</del> <ins>10 h</ins></p><p>Prix: <s>140 euros</s> 120 euros</p><p>Avis: <q>apte</q></p></html>
HTML
while read -r expected command; do
    seen=$("root/usr/bin/${command%% *}" ${command#* } page.html | sed 's/^ *//; /^$/d')
    printf '%s\n%s\n' "-- ${command%% *}" "$seen"
    [ "$expected" = "$(head -1 <<< "$seen" | tr ' ' '_')" ] || { echo "changed: what is struck out" >&2; exit 1; }
done <<'SEEN'
Rendez-vous:_9_h_10_h links -dump
Rendez-vous:_9_h_10_h elinks -no-home -dump 1
Rendez-vous:_[DEL:9_h:DEL]_[INS:10_h:INS] w3m -dump -T text/html
Rendez-vous:_[DEL:_9_h_:DEL]_[INS:_10_h_:INS] lynx -cfg=root/etc/lynx/lynx.cfg -dump
SEEN
root/usr/bin/links -dump page.html | grep -qx " *Prix: 140 euros 120 euros"
root/usr/bin/elinks -no-home -dump 1 page.html | grep -qx " *Prix: 140 euros 120 euros"
root/usr/bin/links -dump page.html | grep -qx " *Avis: apte" || { echo "changed: links has quotes" >&2; exit 1; }
